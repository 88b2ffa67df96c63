import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../../build-functions';
import { CLOSED_PORTS, DENIED_PORTS } from './groups';

/** Policies of the file, each about every group. */
export const ESTATE_POLICIES = DENIED_PORTS.length + CLOSED_PORTS.length + 1;

/** Where the functions of an estate are. */
export const OWN_ACCOUNT = '1000000000000001';
/** What they assume in the other accounts. */
export const MEMBER_ROLE = 'palisade-member';

/**
 * The policy file that an estate is judged by, with limits that never hold a run of it back. `members` are
 * accounts besides the own one.
 */
export function estatePolicy(members: readonly string[] = []): string {
  const denial = (kind: 'egress' | 'ingress', port: number) => `  - id: no-${kind}-${port}
    kind: deny-${kind}
    mode: enforce
    deny:
      - { ${kind === 'egress' ? 'to' : 'from'}: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [${port}] }
    rule: { priority: 1, description: '{owner} | denied', fields: { owner: { tag: owner, default: unowned } } }
`;
  return `version: 1
guardrails: { maxChanges: 1000000, maxGroups: 1000000, maxGroupsPercent: 100, maxChangesPerGroupPerHour: 400 }
${accountsText(members)}policies:
${DENIED_PORTS.map((port) => denial('egress', port)).join('')}${CLOSED_PORTS.map((port) => denial('ingress', port)).join('')}  - id: descriptions
    kind: describe-rules
    mode: enforce
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;
}

function accountsText(members: readonly string[]): string {
  if (members.length === 0) return '';
  const others = members.map((id) => `, { id: '${id}', role: ${MEMBER_ROLE} }`);
  return `accounts: [{ id: '${OWN_ACCOUNT}' }${others.join('')}]\n`;
}

/** Builds the functions with that policy file compiled in, below `folder`; gives where they are. */
export async function buildEstateFunctions(
  folder: string,
  members: readonly string[] = [],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const policyFile = join(folder, 'policy.yaml');
  const functions = join(folder, 'functions');
  await writeFile(policyFile, estatePolicy(members));
  await buildFunctions(policyFile, functions);
  return functions;
}
