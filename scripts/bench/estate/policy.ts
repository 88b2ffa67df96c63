import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../../build-functions';
import { CLOSED_PORTS, DENIED_PORTS } from './groups';

/** Policies of the file, each about every group. */
export const ESTATE_POLICIES = DENIED_PORTS.length + CLOSED_PORTS.length + 1;

/** The policy file that an estate is judged by, with limits that never hold a run of it back. */
export function estatePolicy(): string {
  const denial = (kind: 'egress' | 'ingress', port: number) => `  - id: no-${kind}-${port}
    kind: deny-${kind}
    mode: enforce
    deny:
      - { ${kind === 'egress' ? 'to' : 'from'}: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [${port}] }
    rule: { priority: 1, description: '{owner} | denied', fields: { owner: { tag: owner, default: unowned } } }
`;
  return `version: 1
guardrails: { maxChanges: 1000000, maxGroups: 1000000, maxGroupsPercent: 100, maxChangesPerGroupPerHour: 400 }
policies:
${DENIED_PORTS.map((port) => denial('egress', port)).join('')}${CLOSED_PORTS.map((port) => denial('ingress', port)).join('')}  - id: descriptions
    kind: describe-rules
    mode: enforce
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;
}

/** Builds the functions with that policy file compiled in, below `folder`; gives where they are. */
export async function buildEstateFunctions(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const policyFile = join(folder, 'policy.yaml');
  const functions = join(folder, 'functions');
  await writeFile(policyFile, estatePolicy());
  await buildFunctions(policyFile, functions);
  return functions;
}
