import type { Texts } from './texts';

const s = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export const english: Texts = {
  language: 'en',
  title: 'Security group compliance',
  verdicts: {
    compliant: 'Compliant',
    exempt: 'Exempt',
    violating: 'Violating',
    unrepairable: 'Unrepairable',
    unknown: 'Unknown',
  },
  meanings: {
    compliant: 'Nothing gets through that a policy denies.',
    exempt: 'All that it violates is let pass by an exemption.',
    violating: 'It violates a policy, and a repair is known.',
    unrepairable: 'It violates a policy, and only a person can mend it.',
    unknown: 'It could not be told, and so counts as not compliant.',
  },
  severities: { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' },
  modes: { observe: 'observe', enforce: 'enforce' },
  triggers: {
    timer: 'Timer',
    'command-line': 'Command line',
    actiontrail: 'ActionTrail event',
    webhook: 'Webhook request',
    'cloud-config': 'Cloud Config',
    rollback: 'Rollback',
  },
  callStatus: {
    done: 'done',
    failed: 'failed',
    unknown: 'outcome unknown',
    'not-sent': 'not sent',
  },
  directions: { ingress: 'in', egress: 'out' },

  asOf: (time) => `As of ${time}`,
  generated: (time) => `Report made on ${time}`,
  run: 'Run',
  startedBy: 'Started by',
  policyDigest: 'Policy digest',
  by: (who) => ` by ${who}`,
  dryRun: 'dry run',
  sections: {
    overview: 'Overview',
    attention: 'At a glance',
    changes: 'What changed',
    unknown: 'Unknown, and why',
    exempt: 'Exemptions',
    trend: 'Trend',
    groups: 'Groups to look at',
    compliant: 'Compliant groups',
  },
  contents: 'Sections',
  ofGroupsCompliant: (compliant, groups) =>
    `${compliant} of ${s(groups, 'security group')} ${groups === 1 ? 'is' : 'are'} compliant`,
  ring: (parts) => `Security groups: ${parts}`,
  counted: (groups, verdict) => `${groups} ${english.verdicts[verdict].toLowerCase()}`,
  sincePrevious: (difference) =>
    difference === 0
      ? 'as before'
      : `${difference > 0 ? '+' : '−'}${Math.abs(difference)} since the last run`,
  noGroups: 'No run has looked at any group yet.',
  incomplete: (parts, records, unseen) =>
    [
      ...(unseen > 0 ? [`${s(unseen, 'place')} or parts of runs were not looked at`] : []),
      ...(parts > 0 ? [`${s(parts, 'part')} of runs did not finish`] : []),
      ...(records > 0 ? [`${s(records, 'record')} could not be read`] : []),
    ].join(', and '),
  gone: (groups) =>
    `${s(groups, 'group is', 'groups are')} left out: the last two sweeps did not find ${groups === 1 ? 'it' : 'them'} any more.`,

  byRegion: 'By region',
  byPolicy: 'By policy',
  bySeverity: 'By severity',
  region: 'Region',
  account: 'Account',
  ownAccount: 'own account',
  policy: 'Policy',
  severity: 'Severity',
  mode: 'Mode',
  groups: 'Groups',
  groupsConcerned: 'Groups concerned',
  group: 'Group',
  findings: 'Findings',
  share: 'Share',
  all: 'All',

  changedByRun: (changes, groups) =>
    `This run made ${s(changes, 'change')} in ${s(groups, 'group')}.`,
  wouldChange: (changes, groups) =>
    `This run called for ${s(changes, 'change')} in ${s(groups, 'group')} and made none.`,
  changedNothing: 'This run changed nothing.',
  heldBack: 'Held back',
  callsFailed: (groups) => `Calls failed in ${s(groups, 'group')}.`,
  since: (time, runId) => `Since the run before, ${runId} of ${time}`,
  firstRun: 'There is no earlier run over the estate to compare with.',
  nothingMoved: 'No group stands otherwise than it did then.',
  fresh: 'new',
  before: 'Before',
  after: 'Now',
  changes: 'Changes',
  otherRuns: (runs) => `${s(runs, 'other run')} since then`,
  time: 'Time',
  trigger: 'Started by',
  reason: 'Reason',
  outcome: 'Outcome',
  interrupted: 'not finished',

  nothingUnknown: 'Every group was read completely, and every verdict is certain.',
  noOutcome: 'Changes were announced, and no record says what became of them.',
  notTold: 'No record that could be read says what was found.',
  why: 'Why',
  unseen: (what) => `${what} was not looked at`,
  interruptedPart: (part) => `Part ${part} announced changes and has no outcome.`,
  unreadableRecord: (key) => `The record ${key} cannot be read`,

  noExemptions: 'No exemption is in force.',
  until: 'Until',
  ticket: 'Ticket',
  letsThrough: 'Lets through',
  daysLeft: (days) => (days < 0 ? 'ended' : days === 0 ? 'ends today' : `${s(days, 'day')} left`),
  letsNothingThrough: 'nothing at present',

  trendOfOne: 'One run is recorded so far; a trend takes two.',
  trendLabel: (runs) =>
    `Share of compliant groups, and groups that are not, over the last ${s(runs, 'run')}. The table below has the figures.`,
  found: 'Compliant as found, %',
  left: 'Compliant as left, %',
  notCompliant: 'Groups not compliant',
  asTable: 'The figures as a table',

  search: 'Search',
  searchHint: 'id, name, rule, address, request id …',
  anyOf: {
    verdict: 'any verdict',
    region: 'any region',
    account: 'any account',
    policy: 'any policy',
    severity: 'any severity',
  },
  verdict: 'Verdict',
  reset: 'Clear filters',
  expand: 'Unfold all',
  collapse: 'Fold all',
  shown: '{shown} of {all} groups',
  noMatch: 'No group fits these filters.',
  allCompliant: 'Every group is compliant, and none was changed.',
  noneCompliant: 'No group is compliant.',
  lookedAt: (time, runId) => `Last looked at on ${time} by run ${runId}`,
  nowCompliant: 'Compliant by a fresh read.',
  more: (findings) => `${s(findings, 'more finding')}`,
  observedOnly: 'observed only',
  witness: ({ direction, peer, own, sourcePort, destinationPort }, protocol, isCertain) => {
    const inside = own === null ? 'the group' : `${own} in the group`;
    const [from, to] = direction === 'egress' ? [inside, peer] : [peer, inside];
    const source = sourcePort === null ? '' : ` (source port ${sourcePort})`;
    const port = destinationPort === null ? '' : `, port ${destinationPort}`;
    return `A ${protocol} packet from ${from}${source} ${isCertain ? 'reaches' : 'may reach'} ${to}${port}.`;
  },
  act: (time, runId) => `${time}, run ${runId}`,
  closed: 'Closed',
  opened: 'Opened',
  wouldClose: 'Would close',
  wouldOpen: 'Would open',
  findingsBefore: (findings) => `${s(findings, 'finding')} before`,
  rules: 'Rules before and after',
  rulesCaption: (added, changed, removed, same) =>
    `${added} added, ${changed} changed, ${removed} removed, ${same} as before`,
  unchangedRules: (rules) =>
    s(rules, 'rule that stayed as it was', 'rules that stayed as they were'),
  unchangedLeftOut: (rules) =>
    `${s(rules, 'rule', 'rules')} that did not change ${rules === 1 ? 'is' : 'are'} left out of this large report; the record of the run has ${rules === 1 ? 'it' : 'them'}.`,
  rulesUnknown: 'The rules afterwards are not recorded.',
  rulesUntouched: 'Nothing was sent; the rules stayed as they were.',
  rule: {
    change: 'Change',
    direction: 'Direction',
    policy: 'Action',
    priority: 'Priority',
    protocol: 'Protocol',
    ports: 'Ports',
    peer: 'Far end',
    description: 'Description',
    id: 'Rule id',
  },
  marks: { added: 'added', changed: 'changed', removed: 'removed' },
  calls: 'Calls',
  call: {
    action: 'API',
    content: 'Content',
    status: 'Status',
    requestId: 'Request id',
    attempts: 'Attempts',
    token: 'ClientToken',
  },
  rulesInCall: (rules) => s(rules, 'rule'),
  footer: 'Everything on this page comes from the records of runs. It holds no credentials.',
};
