import { carryOut } from './carry-out';
import { repairOf } from './repair';
import type { Run, RunResult } from './run';
import type { Surroundings } from './surroundings';

/**
 * The one pipeline behind every door: read, judge, plan, guard, act, read back, record. Groups are read
 * to the end or are `unknown`; a run that a guardrail holds back changes nothing; what was sent is
 * judged by a fresh read. Throws RecordStoreError if a record cannot be written: nothing has been changed
 * if it is the first one; after the second a retry of the run sends nothing twice and records the rest.
 */
export function remediate(run: Run, surroundings: Surroundings): Promise<RunResult> {
  return carryOut(run, surroundings, repairOf(run, surroundings));
}
