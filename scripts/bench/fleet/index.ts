/*
 * A fleet of accounts on virtual time: how its groups are cut into shards, by the product and otherwise, and what
 * becomes of the shards under the platform's limits. Nothing here waits or calls anything.
 */
export {
  type CutShard,
  type Fleet,
  type FleetPlan,
  type PlanningCosts,
  planFleet,
  productShards,
  shardsOf,
} from './plan';
export {
  type FleetCosts,
  type FleetLimits,
  type FleetManner,
  type FleetOutcome,
  simulate,
} from './simulate';
