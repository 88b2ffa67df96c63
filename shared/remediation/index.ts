/**
 * The pipeline behind every door: read, judge, plan, guard, act, read back, record. A door decodes what
 * started it, names the groups, and calls `remediate`; a run over many groups is cut into shards first.
 */

export { answerEvent, type EventAnswer, type EventDoor } from './answer-event';
export { answerRequest, outcomeOf, type RequestAnswer, type RequestDoor } from './answer-request';
export { mapConcurrently } from './concurrency';
export { demandWithinHour } from './demand';
export type { Effect } from './effect';
export { limitsOfFew, noteGroupCount } from './estate';
export { runLimits } from './guard';
export { type HandOver, handOver } from './hand-over';
export { unlessInterrupted } from './interrupted';
export {
  type KeptListing,
  type Listing,
  listGroups,
  listPlaces,
  type Selection,
  type Unlisted,
  type UnlistedPlace,
  unlistedName,
  unlistedPlaces,
} from './list-groups';
export { plainPacket } from './plain-packet';
export { ListReader, readGroup } from './read';
export { WHOLE, writeFailure } from './record';
export { remediate } from './remediate';
export type {
  CallResult,
  GroupResult,
  ReportedFinding,
  Rest,
  Run,
  RunLimits,
  RunResult,
  Trigger,
  Verdict,
} from './run';
export { decodeShard, encodeShard } from './shard-payload';
export {
  type CutShard,
  cutIntoShards,
  inOrder,
  payloadOf,
  type RunToCut,
  type Shard,
  shardOfRest,
  taskIdOf,
} from './shards';
export type { Surroundings, Times } from './surroundings';
export { isUnfinished, type Totals, totalsOf } from './verdict';
