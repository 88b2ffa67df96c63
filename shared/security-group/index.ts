/**
 * What a security group and a rule are: parsed, immutable types for groups, rules, addresses, ports and
 * protocols. The wire's strings are parsed here once; everything behind this room works on the types.
 */
export * from './address';
export * from './drop-rule';
export { FormatError } from './format-error';
export * from './identifiers';
export { perPlace } from './per-place';
export type { Permission } from './permission';
export * from './place';
export * from './port-range';
export * from './protocol';
export * from './rule';
export * from './rule-identity';
export * from './security-group';
