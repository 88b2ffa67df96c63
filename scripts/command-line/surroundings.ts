import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EcsClients } from '../../shared/ecs';
import type { RecordStore } from '../../shared/evidence';
import type { Surroundings } from '../../shared/remediation';
import { readStopSwitch, type Settings } from '../../shared/runtime';

/** What a run on this machine works with. */
export function surroundingsHere(
  ecs: EcsClients,
  records: RecordStore,
  settings: Settings,
): Surroundings & { readonly records: RecordStore } {
  return {
    ecs,
    records,
    // A second command on this machine goes on where one that was killed left off.
    holder: `command-line-${hostname().replace(/[^A-Za-z0-9-]/g, '-')}`,
    now: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
    stop: () => readStopSwitch(settings.stop, records),
  };
}

/** Where a command says what went wrong beside its work. */
export const TO_STANDARD_ERROR = {
  info() {},
  error: (fields: object, message: string) => console.error(message, JSON.stringify(fields)),
};
