import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from '../../local-cloud';
import type { Deployment } from './deployment';
import { makeGroup, PREFIX_LIST_ID } from './inventory';

/** A RAM policy as it is shipped. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

/** Reads a document of ram/. */
export function shippedDocument(file: string): PolicyDocument {
  return JSON.parse(readFileSync(join(__dirname, '../../ram', file), 'utf8')) as PolicyDocument;
}

/** Policies that call for every kind of change. */
export const POLICIES_OF_EVERY_KIND = `
policies:
  - id: no-mail-out
    kind: deny-egress
    mode: enforce
    deny: [{ to: [192.0.2.0/24], protocol: tcp, ports: [25] }]
    rule: { priority: 10 }
  - id: no-shares-out
    kind: deny-egress
    mode: enforce
    deny: [{ to: ['0.0.0.0/0'], protocol: tcp, ports: [445] }]
    rule: { priority: 1 }
  - id: no-desktop-in
    kind: deny-ingress
    mode: enforce
    deny: [{ from: ['0.0.0.0/0'], protocol: tcp, ports: [3389] }]
    rule: { priority: 1 }
  - id: descriptions
    kind: describe-rules
    mode: enforce
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;

/** A port list that a rule of the group names. */
export const PORT_LIST_ID = 'prl-web';
const ingress = { Direction: 'ingress', IpProtocol: 'TCP', Policy: 'Accept', Description: 'shop' };
const egress = { ...ingress, Direction: 'egress', Priority: '5' };
/** One group that calls for every kind of change, and in which what mail gets out hangs on both lists. */
export const REGION_OF_EVERY_KIND = {
  RegionId: 'cn-hangzhou',
  SecurityGroups: [
    makeGroup('sg-web', [
      { ...ingress, PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0', Priority: '1' },
      { ...egress, PortRange: '25/25', DestPrefixListId: PREFIX_LIST_ID },
      { ...egress, PortRangeListId: PORT_LIST_ID, DestCidrIp: '192.0.2.0/24' },
      {
        ...egress,
        PortRange: '25/25',
        DestCidrIp: '192.0.2.0/24',
        Policy: 'Drop',
        Priority: '10',
      },
    ]),
  ],
  PrefixLists: [
    {
      PrefixListId: PREFIX_LIST_ID,
      AddressFamily: 'IPv4' as const,
      MaxEntries: 5,
      Entries: [{ Cidr: '203.0.113.0/24' }],
    },
  ],
  PortRangeLists: [
    { PortRangeListId: PORT_LIST_ID, MaxEntries: 5, Entries: [{ PortRange: '443/443' }] },
  ],
};

/** The event of the timer. */
export const TIMER_EVENT = JSON.stringify({
  triggerTime: '2026-03-01T04:00:00Z',
  triggerName: 'daily',
  payload: '',
});

/** A document without an action. */
export function without(document: PolicyDocument, lacking: string | undefined): PolicyDocument {
  const left = document.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((action) => action !== lacking),
  }));
  return { ...document, Statement: left.filter(({ Action }) => Action.length > 0) };
}

/** Whether the log has a warning or an error with a text; output arrives a little after the result. */
export async function complains({ logLines }: Deployment, text: RegExp): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    const lines = logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);
    if (lines.some((line) => text.test(line))) return true;
    await sleep(10);
  }
  return false;
}

/** Listing objects has a permission of another name than the call. */
export function permissionOf({ product = '', action }: CallRecord): string {
  return `${product.toLowerCase()}:${action.replace(/V2$/, '')}`;
}
