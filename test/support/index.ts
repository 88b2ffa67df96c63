/**
 * What tests that cross rooms have in common: policies and inventories to work on, the built functions
 * deployed to a local cloud, and the rules of its groups in a form that can be compared.
 */
export {
  ACCOUNTS,
  accountsText,
  assumptions,
  inventoryIn,
  MEMBER_ROLE,
  memberRole,
  openToPeople,
  rolesOf,
} from './accounts';
export { type Bundles, buildBundles } from './bundles';
export {
  type CommandEnvironment,
  type CommandResult,
  type LocalProcess,
  runCutOff,
  runDemo,
  runPalisade,
  type StartedCommand,
  startLocalProcess,
  startPalisade,
} from './command';
export { type CommandStage, inventoryOf, onStage, type Report, reportOf } from './command-stage';
export {
  type Deployment,
  type DeploymentOptions,
  deploy,
  type OutcomeRecord,
  onDeployment,
  outcomesOf,
} from './deployment';
export { type Doom, type Doomed, doomed } from './doom';
export {
  COMPLIANT_RULES,
  type Inventory,
  type InventoryGroup,
  makeGroup,
  makeInventory,
  PREFIX_LIST_ID,
} from './inventory';
export { type PolicyTextOptions, policySet, policyText } from './policies';
export { addPrincipal, type Principal, principalWith } from './principal';
export {
  complains,
  POLICIES_OF_EVERY_KIND,
  PORT_LIST_ID,
  type PolicyDocument,
  permissionOf,
  REGION_OF_EVERY_KIND,
  shippedDocument,
  TIMER_EVENT,
  without,
} from './role-stage';
export { duplicateRules, type RulesByGroup, rulesOf } from './rules';
export { makeRun, shardsOf, summariesOf } from './runs';
export {
  type FinishedAnswer,
  finished,
  recordsOf,
  repairOf,
  sendWebhook,
  type WebhookAnswer,
  type WebhookRequest,
  webhookSecret,
} from './webhook';
