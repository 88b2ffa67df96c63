/*
 * What the benchmarks of whole sweeps share: an estate of groups in fixed proportions with its policy file, a
 * cloud that holds it in a process of its own, and the built functions, deployed or as single instances.
 */
export { startCloudProcess } from './cloud';
export type { CallCounts, CloudAccess, CloudProcess } from './cloud-protocol';
export { type Deployed, deployFunctions } from './deploy';
export {
  CLOSED_PORTS,
  DENIED_PORTS,
  type EstateGroup,
  type EstatePart,
  estateGroups,
  estateInventory,
  LISTS_NAMED,
} from './groups';
export { type Instance, type Served, startInstance } from './instance';
export { buildEstateFunctions, ESTATE_POLICIES, estatePolicy } from './policy';
export { collectShards, type ShardCollector } from './shard-collector';
