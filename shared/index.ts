/**
 * The library: what `import … from 'palisade'` gives. Four rooms, each of which works without the next: what
 * groups and rules are, what rules do to packets, what policies say of a group, and the pipeline that repairs
 * groups through ECS and keeps records. What is not named here may change without notice.
 */

// The client of ECS: reads are complete or throw, writes carry a ClientToken.
export {
  type CallReport,
  type Credentials,
  type CredentialsProvider,
  createEcsClient,
  type EcsClient,
  type EcsClientOptions,
  type EcsClients,
  EcsError,
  type EcsErrorKind,
  isEcsError,
  type SecurityGroupRules,
  type WriteCall,
  type WriteReceipt,
} from './ecs';
// Records of runs, where they are kept, and the proof that they are as they were written.
export {
  type ChainHead,
  createFolderStore,
  createOssStore,
  type OssAccess,
  type OssCredentials,
  type OssStoreOptions,
  openRecordStore,
  type Problem,
  parseRecordLocation,
  type RecordLocation,
  type RecordStore,
  RecordStoreError,
  type Verification,
  type VerifyOptions,
  verifyChain,
} from './evidence';
// Policies: loading a file, and what its policies hold against a group.
export {
  type Change,
  type EndingExemption,
  type Exemption,
  exemptionsEndingSoon,
  type Finding,
  type Guardrails,
  inScope,
  judge,
  matches,
  type Policy,
  type PolicyMode,
  type PolicySet,
  regionInScope,
  ruleSetOf,
  type Severity,
} from './policy';
export { policyJsonSchema } from './policy/json-schema';
export { loadPolicies } from './policy/load';
export { PolicyFileError, type PolicyProblem } from './policy/policy-file-error';
// The pipeline: list, read, judge, plan, guard, act, read back, record.
export {
  type CallResult,
  type GroupResult,
  type Listing,
  ListReader,
  listGroups,
  type ReportedFinding,
  type Run,
  type RunLimits,
  type RunResult,
  readGroup,
  remediate,
  runLimits,
  type Selection,
  type Surroundings,
  type Totals,
  type Trigger,
  totalsOf,
  type Verdict,
} from './remediation';
export { judgeGroup } from './remediation/judge';
export type { CountedLists, GroupReading } from './remediation/read';
export { readStopSwitch } from './runtime/stop-switch';
// Groups and rules, parsed from what the API returns.
export {
  type Address,
  type AddressFamily,
  type Cidr,
  type Direction,
  describeRule,
  FormatError,
  formatAddress,
  formatCidr,
  type Peer,
  type Permission,
  type Place,
  type PortRange,
  type Protocol,
  parseAddress,
  parseCidr,
  parsePorts,
  parseProtocol,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type RegionId,
  type Rule,
  type RulePorts,
  type SecurityGroup,
  type SecurityGroupId,
  type SecurityGroupSummary,
  type SecurityGroupType,
} from './security-group';
// Traffic: the verdict on a packet, what gets through, and what a change of rules changes.
export {
  type Allowed,
  type AllowedTraffic,
  allowed,
  allowedTraffic,
  type Box,
  type Decision,
  type Difference,
  decide,
  describePacket,
  describeTraffic,
  difference,
  type Flow,
  type FlowPeer,
  type NeverMatched,
  neverMatched,
  type Packet,
  packetIn,
  type ReadLists,
  type RuleSet,
  redundant,
  type Undecided,
} from './traffic';
