/**
 * What a group's rules do to packets, exactly: the verdict on one packet, whether any packet of a
 * region gets through and which, what a change of rules changes, and rules that do nothing. Pure
 * functions of the rules; traffic is handled as unions of boxes, never by comparing rule texts.
 */
export { type Allowed, type AllowedTraffic, allowed, allowedTraffic } from './allowed';
export type { Box, Span } from './box';
export { type Decision, decide } from './decide';
export { describePacket, describeTraffic } from './describe';
export { type Change, changesOutside, type Difference, difference } from './difference';
export { type NeverMatched, neverMatched } from './never-matched';
export { pool } from './pool';
export { redundant } from './redundant';
export type { Decider, Flow, FlowPeer, Packet, ReadLists, RuleSet } from './rule-set';
export { packetIn } from './witness';
export { DEFAULT_WORK_LIMIT, type Undecided } from './work';
