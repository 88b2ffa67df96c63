/** Records of runs for tests: as short to write as they are to read, in a folder that is cleared away. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, type RecordStore } from '../../../shared/evidence';
import type { RecordedFinding, RecordedGroup, RunRecord } from '../run-record';

export const REGION = 'cn-hangzhou';
/** When the first run of a test begins. */
export const START = Date.parse('2026-03-01T04:00:00Z');
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

/** Gives a test an empty store, and removes it afterwards. */
export async function withRecords(action: (records: RecordStore) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-report-'));
  try {
    await action(createFolderStore(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function finding(rest: Partial<RecordedFinding> = {}): RecordedFinding {
  return {
    policyId: 'no-mail',
    severity: 'high',
    mode: 'enforce',
    status: 'violating',
    message: 'TCP 25 to 0.0.0.0/0 is not denied: no rule matches TCP 25 to 203.0.113.10',
    witness: {
      direction: 'egress',
      protocol: 6,
      sourcePort: 50_000,
      destinationPort: 25,
      peer: '203.0.113.10',
      own: null,
    },
    ...rest,
  };
}

/** A group that has a finding of its verdict. */
export function group(
  securityGroupId: string,
  verdict: RecordedGroup['verdict'],
  rest: Partial<RecordedGroup> = {},
): RecordedGroup {
  const findings = verdict === 'compliant' ? [] : [finding({ status: verdict })];
  return {
    regionId: REGION,
    securityGroupId,
    name: securityGroupId.slice(3),
    verdict,
    verdictBefore: verdict,
    changes: 0,
    findings,
    findingsBefore: findings,
    calls: [],
    ...rest,
  };
}

/** A group that a run repaired: one rule is added, and one gets another description. */
export function repaired(
  securityGroupId: string,
  rest: Partial<RecordedGroup> = {},
): RecordedGroup {
  const accept = {
    SecurityGroupRuleId: 'sgr-1',
    Direction: 'ingress',
    Policy: 'Accept',
    Priority: '1',
    IpProtocol: 'TCP',
    PortRange: '443/443',
    SourceCidrIp: '0.0.0.0/0',
    Description: 'https',
  };
  const drop = {
    SecurityGroupRuleId: 'sgr-2',
    Direction: 'egress',
    Policy: 'Drop',
    Priority: '1',
    IpProtocol: 'TCP',
    PortRange: '25/25',
    DestCidrIp: '0.0.0.0/0',
    Description: 'no mail',
  };
  return group(securityGroupId, 'compliant', {
    verdictBefore: 'violating',
    findingsBefore: [finding()],
    changes: 2,
    calls: [
      {
        action: 'AuthorizeSecurityGroupEgress',
        parameters: { Permissions: [drop] },
        clientToken: 'palisade-token',
        outcome: { status: 'done', requestId: 'REQUEST-1', attempts: 1 },
      },
    ],
    effect: { closed: ['TCP 25 to 0.0.0.0/0'], opened: [] },
    before: [accept],
    after: [{ ...accept, Description: 'web | WEB-1 | https' }, drop],
    ...rest,
  });
}

export interface RunOptions extends Partial<Omit<RunRecord, 'compliant' | 'trigger'>> {
  readonly compliant?: readonly string[];
  /** Where those are. */
  readonly place?: string;
  readonly trigger?: Partial<RunRecord['trigger']>;
  readonly attempt?: number;
  readonly step?: 'intent' | 'outcome';
}

/** Writes the record of a part of a run that ended `hours` after the start. */
export async function writeRun(
  records: RecordStore,
  runId: string,
  hours: number,
  options: RunOptions = {},
): Promise<void> {
  const {
    compliant = [],
    place = REGION,
    trigger,
    attempt = 1,
    step = 'outcome',
    ...rest
  } = options;
  const time = new Date(START + hours * HOUR).toISOString();
  const groups = rest.groups ?? [];
  const record: RunRecord = {
    version: 1,
    runId,
    part: 'whole',
    time,
    trigger: { kind: 'timer', time, ...trigger },
    dryRun: false,
    policyDigest: 'd'.repeat(64),
    heldBack: [],
    policies: [
      {
        id: 'no-mail',
        kind: 'deny-egress',
        severity: 'high',
        mode: 'enforce',
        groups: { [REGION]: compliant.length + groups.length },
      },
    ],
    compliant: { [place]: [...compliant] },
    groups: [],
    exemptions: [],
    ...rest,
  };
  const key = `runs/${runId}/${record.part}.${attempt}.${step}.json`;
  await records.putIfAbsent(key, JSON.stringify(record));
}
