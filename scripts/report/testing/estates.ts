/** Whole estates for tests of the page. */

import type { RecordStore } from '../../../shared/evidence';
import { finding, group, REGION, repaired, writeRun } from './records';

/** An estate with everything that a page can show; every free text of it is `text`, if that is given. */
export async function estate(records: RecordStore, text?: string): Promise<void> {
  const or = (usual: string) => text ?? usual;
  const policyId = or('no-mail');
  const policies = (['no-mail', 'open-ports'] as const).map((id) => ({
    id: id === 'no-mail' ? policyId : id,
    kind: or('deny-egress'),
    severity: 'high' as const,
    mode: 'enforce' as const,
    groups: { 'cn-hangzhou': 5 },
  }));
  const rest = { name: or('web') };
  const violating = Array.from({ length: 5 }, (_, index) =>
    finding({ policyId, message: `${or('TCP 25 is not denied')} ${index}` }),
  );
  const exempt = finding({
    policyId,
    status: 'exempt',
    message: `${or('let through: TCP 25')}; exempt until 2026-03-04: ${or('relay')} (${or('SEC-1')})`,
  });
  const mended = repaired('sg-repaired', { ...rest, findingsBefore: violating });
  const [call] = mended.calls;
  const rule = { ...mended.after?.[1], Description: or('no mail'), IpProtocol: or('TCP') };
  const run = { policies, policyDigest: or('d'.repeat(64)) };
  await writeRun(records, 'sweep-1', 1, {
    ...run,
    compliant: ['sg-a'],
    groups: [group('sg-violating', 'compliant', { ...rest, findings: [] })],
  });
  await records.putIfAbsent('runs/sweep-2/broken.1.outcome.json', '{');
  await writeRun(records, 'sweep-2', 3, {
    ...run,
    heldBack: [or('a limit would be exceeded')],
    compliant: ['sg-a'],
    exemptions: [
      {
        regionId: REGION,
        securityGroupId: 'sg-exempt',
        name: or('web'),
        policyId,
        reason: or('relay'),
        ticket: or('SEC-1'),
        until: '2026-03-04',
        letsThrough: [or('TCP 25'), or('TCP 26')],
      },
    ],
    groups: [
      group('sg-violating', 'violating', { ...rest, findings: violating }),
      group('sg-exempt', 'exempt', { ...rest, findings: [exempt] }),
      group('sg-unknown', 'unknown', {
        ...rest,
        findings: [finding({ policyId, status: 'unknown', message: or('a list is missing') })],
      }),
      {
        ...mended,
        effect: { closed: [or('TCP 25 to 0.0.0.0/0')], opened: [or('TCP 26 to 0.0.0.0/0')] },
        unexpected: or('traffic changed besides'),
        heldBack: or('too many changes'),
        after: [...(mended.after?.slice(0, 1) ?? []), rule],
        calls: [
          ...(call ? [call] : []),
          {
            action: or('ModifySecurityGroupRule'),
            parameters: { SecurityGroupRuleId: or('sgr-1'), Description: or('web') },
            clientToken: or('palisade-token'),
            outcome: {
              status: 'failed',
              code: or('InvalidParameter'),
              message: or('The parameter is not valid.'),
              requestId: or('REQUEST-2'),
            },
          },
        ],
      },
    ],
  });
  const trigger = { kind: or('webhook'), by: or('playbook'), reason: or('SEC-1') };
  const announced = group('sg-announced', 'violating', { ...rest, changes: 1, findings: [] });
  const event = { ...run, trigger, groups: [announced], step: 'intent' as const };
  await writeRun(records, 'webhook-1', 2, event);
}

/** Half of the groups violate a policy, half were repaired, in two regions; each has twelve rules. */
export async function largeEstate(records: RecordStore, size: number): Promise<void> {
  const groups = Array.from({ length: size }, (_, index) => {
    const id = `sg-n${String(index).padStart(5, '0')}`;
    const regionId = index % 4 < 2 ? 'cn-hangzhou' : 'cn-shanghai';
    const mended = repaired(id, { regionId });
    const rules = Array.from({ length: 11 }, (_rule, port) => ({
      ...mended.before?.[0],
      SecurityGroupRuleId: `sgr-${index}x${port}`,
      PortRange: `${port}/${port}`,
    }));
    const before = [...(mended.before ?? []), ...rules];
    if (index % 2 === 0) return group(id, 'violating', { regionId, before });
    return { ...mended, before, after: [...(mended.after ?? []), ...rules] };
  });
  await writeRun(records, 'sweep-1', 1, { groups });
}
