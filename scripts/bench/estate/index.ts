/*
 * What the benchmarks of whole sweeps share: an estate of groups in fixed proportions with its policy file, a
 * cloud that holds it in a process of its own, and the built functions, deployed or as single instances.
 */
export { startCloudProcess } from './cloud';
export type { CallCounts, CloudAccess, CloudProcess } from './cloud-protocol';
export { deployFunctions } from './deploy';
export {
  type EstateGroup,
  type EstatePart,
  estateGroups,
  LISTS_NAMED,
} from './groups';
export { type Served, startInstance } from './instance';
export { buildEstateFunctions, ESTATE_POLICIES } from './policy';
export { collectShards } from './shard-collector';
