/** Groups that the policy or the inventory of the demo names in more than one place. */
export const MAIL_RELAY = 'sg-hz0mailrelay';
export const BAD_NETWORKS = 'pl-hz0badnetworks';

/**
 * The policy file of the demo. It is text and not a file because an exemption must end in the future.
 */
export function demoPolicy(now: number): string {
  const until = new Date(now + 90 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  return `version: 1
guardrails: { maxChanges: 5000, maxGroups: 100, maxGroupsPercent: 100, maxChangesPerGroupPerHour: 200 }
policies:
  - id: no-mail-or-smb-out
    kind: deny-egress
    mode: enforce
    severity: high
    deny:
      - { to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [25, 445, '135-139'] }
    rule: { priority: 1, description: '{policy} | managed by palisade' }
    exempt:
      - { groups: [${MAIL_RELAY}], reason: mail relay, ticket: SEC-1234, until: ${until} }
  - id: no-remote-desktop-in
    kind: deny-ingress
    mode: enforce
    severity: critical
    deny:
      - { from: [internet], protocol: tcp, ports: [3389] }
  - id: no-bad-networks
    kind: deny-egress
    mode: enforce
    severity: critical
    match: { regions: [cn-hangzhou], tags: { env: [prod] } }
    deny:
      - { to: [${BAD_NETWORKS}], protocol: all }
  - id: rule-descriptions
    kind: describe-rules
    mode: enforce
    severity: low
    template: '{owner} | {ticket} | {text}'
    fields: { owner: { tag: owner, default: unowned }, ticket: { tag: ticket, default: none } }
`;
}
