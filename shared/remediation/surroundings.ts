import type { EcsClients } from '../ecs';
import type { RecordStore } from '../evidence';
import type { SecurityGroupSummary } from '../security-group';
import type { Examined } from './examine';

/** Until when a part of a run may begin with another group, in milliseconds since 1970. */
export interface Times {
  /** Nor is another group read once the part has so many rules in memory. Default: 50,000. */
  readonly mostRules?: number;
  /** Earlier, so that there is time left to change what was read. */
  readonly readUntil: number;
  readonly changeUntil: number;
  /** When the last call of ECS ends. */
  readonly callsUntil: number;
  /** Most calls of one API that the part may make in a second, to tell how many come to their end. Default: any number. */
  readonly callsPerSecond?: number;
}

/** What a run needs from the world around it. */
export interface Surroundings {
  readonly ecs: EcsClients;
  /** Absent: nothing is recorded, which only a dry run may do. */
  readonly records?: RecordStore;
  /**
   * Who works on the run: the same when the platform tries an invocation again, different for another
   * invocation. Letters, digits and hyphens.
   */
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The reason why nothing may be changed at the moment, if somebody has pulled the stop switch. */
  readonly stop: () => Promise<string | undefined>;
  /** Absent: every group is done, however long it takes. */
  readonly times?: Times;
  /** A reading that the door has just made, so that the group need not be read again to be judged. */
  readonly reading?: (
    group: SecurityGroupSummary,
  ) => Pick<Examined, 'readAt' | 'reading'> | undefined;
  /**
   * Aborted when the run is to stop: before anything is announced the run throws the signal's reason, later
   * it changes no further group, and records what was done.
   */
  readonly interruption?: AbortSignal;
  /** Whether an earlier attempt at the run has died, where the door has asked already; see Attempts. */
  readonly hasDeadAttempt?: boolean;
  /** Told as the work goes on; `total` is the number of groups of the step. */
  readonly onProgress?: (step: 'read' | 'repair', done: number, total: number) => void;
}
