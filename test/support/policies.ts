import type { PolicySet } from '../../shared/policy';
import { loadPolicies } from '../../shared/policy/load';

/** What a test policy file says differently; each part is YAML. */
export interface PolicyTextOptions {
  readonly mode?: 'observe' | 'enforce';
  /** Such as `{ maxChanges: 5 }`. */
  readonly guardrails?: string;
  /** Such as `{ rulesPerGroup: 20 }`. */
  readonly quotas?: string;
  /** Exemptions from the denial, such as `[{ groups: [sg-a], reason: relay, ticket: SEC-1, until: 2099-12-31 }]`. */
  readonly exempt?: string;
  /** Which groups both policies are about, such as `{ tags: { env: [prod] } }`. */
  readonly match?: string;
  /** Of the drop rules that are added. Default: 1. */
  readonly priority?: number;
  /** Such as `[{ id: "1234567890123456" }]`. Default: there are none. */
  readonly accounts?: string;
}

/** Denies outbound mail and file sharing to anywhere, and asks for a standard description of rules. */
export function policyText(options: PolicyTextOptions = {}): string {
  const {
    mode = 'enforce',
    guardrails = '{}',
    quotas = '{}',
    exempt = '[]',
    match = '{}',
    priority = 1,
    accounts,
  } = options;
  return `
version: 1
${accounts === undefined ? '' : `accounts: ${accounts}\n`}guardrails: ${guardrails}
quotas: ${quotas}
policies:
  - id: no-mail-out
    kind: deny-egress
    mode: ${mode}
    severity: high
    match: ${match}
    exempt: ${exempt}
    deny:
      - { to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [25, 445] }
    rule: { priority: ${priority}, description: '{owner} | no mail', fields: { owner: { tag: owner, default: unowned } } }
  - id: descriptions
    kind: describe-rules
    mode: ${mode}
    match: ${match}
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;
}

/** The same policies, loaded. */
export function policySet(options: PolicyTextOptions = {}): PolicySet {
  return loadPolicies(policyText(options), 'policy.yaml', 0);
}
