import type { EcsClient } from '../ecs';
import type { RecordStore } from '../evidence';
import type { RegionId } from '../security-group';

/** What a run needs from the world around it. */
export interface Surroundings {
  readonly ecs: (regionId: RegionId) => EcsClient;
  /** Absent: nothing is recorded, which only a dry run may do. */
  readonly records?: RecordStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The reason why nothing may be changed at the moment, if somebody has pulled the stop switch. */
  readonly stop: () => Promise<string | undefined>;
  /** Told as the work goes on; `total` is the number of groups of the step. */
  readonly onProgress?: (step: 'read' | 'repair', done: number, total: number) => void;
}
