import { Cron } from 'croner';

/** When a timer fires: the first time after `after`, or undefined when there is none any more. */
export type Schedule = (after: number, startedAt: number) => number | undefined;

const UNIT_MS = { m: 60_000, h: 3_600_000 };
// The longest delay of setTimeout; a longer one would fire at once.
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Reads a cron expression (timer trigger page): `@every 5m`, counted from the start, or six fields
 * from seconds to day of week, in UTC unless it begins with `CRON_TZ=` and a time zone. Times are
 * milliseconds since 1970. Throws TypeError that says what is wrong with the expression.
 */
export function parseSchedule(cronExpression: string): Schedule {
  const [, count, unit] = /^@every ([1-9]\d*)([hm])$/.exec(cronExpression) ?? [];
  if (count !== undefined && (unit === 'h' || unit === 'm')) {
    const interval = Number(count) * UNIT_MS[unit];
    return (after, startedAt) =>
      startedAt + Math.max(1, Math.floor((after - startedAt) / interval) + 1) * interval;
  }
  const [, timezone = 'UTC', fields = ''] = /^(?:CRON_TZ=(\S+) )?(.*)$/.exec(cronExpression) ?? [];
  try {
    const cron = new Cron(fields, { mode: '6-part', timezone });
    // An unknown time zone shows only here.
    cron.nextRun(new Date(0));
    return (after) => cron.nextRun(new Date(after))?.getTime();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(
      `cron expression '${cronExpression}' is wrong (${reason}); write '@every 30m' or six fields: second minute hour day month weekday.`,
    );
  }
}

/**
 * Calls `fire` with the time at which it was due, every time the schedule comes round, until the
 * returned function is called. Times that passed while the machine slept are left out but the first.
 */
export function followSchedule(
  schedule: Schedule,
  now: () => number,
  fire: (at: number) => void,
): () => void {
  const startedAt = now();
  let timeout: NodeJS.Timeout | undefined;
  const waitFor = (due: number | undefined) => {
    if (due === undefined) return;
    timeout = setTimeout(
      () => {
        if (now() < due) return waitFor(due);
        fire(due);
        waitFor(schedule(Math.max(due, now()), startedAt));
      },
      Math.min(Math.max(due - now(), 1), MAX_DELAY_MS),
    );
  };
  waitFor(schedule(startedAt, startedAt));
  return () => clearTimeout(timeout);
}
