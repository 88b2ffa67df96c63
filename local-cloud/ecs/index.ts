/**
 * The ECS service of the local cloud: security groups, their rules, tags, prefix lists and port range
 * lists, as the API pages describe them. An implementation of its own, which shares no code with the
 * product, so that tests of the product against it mean something.
 */

export { createEcs, type EcsService } from './create-ecs';
export type { EcsOptions } from './options';
export { REGION_IDS } from './regions';
