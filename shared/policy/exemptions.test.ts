import {
  describeEnding,
  describeExemption,
  type EndingExemption,
  exemptionsEndingSoon,
  policyFor,
} from './index';
import type { Exemption, Policy } from './policy';
import { groupOf } from './testing/groups';
import { denying, describing, load, SMTP } from './testing/policy-files';

const group = groupOf([]);
const RELAY: Exemption = {
  groups: ['sg-bp1', 'sg-bp2'],
  reason: 'mail relay',
  ticket: 'SEC-1',
  until: '2027-03-31',
};
const traffic = { protocol: 'tcp', ports: [{ first: 25, last: 25 }] };

function policyWith(...exempt: Exemption[]): Policy {
  const [policy] = load(denying(SMTP)).policies;
  if (!policy) throw new Error('there is no policy');
  return { ...policy, exempt };
}

describe('an exemption', () => {
  const holds = (now: string, exemption = RELAY) =>
    policyFor(policyWith(exemption), group, Date.parse(now)) === undefined;

  test('holds to the end of its last day in UTC, without anybody doing anything', () => {
    expect(holds('2027-03-31T23:59:59.999Z')).toBe(true);
    expect(holds('2027-04-01T00:00:00Z')).toBe(false);
    expect(holds('2027-04-01T07:59:00+08:00')).toBe(true);
  });

  test('whose last day is not a day does not hold', () => {
    expect(holds('2027-01-01', { ...RELAY, until: 'always' })).toBe(false);
  });

  test('holds for the groups that it names, and no others', () => {
    expect(holds('2027-01-01', { ...RELAY, groups: ['sg-bp', 'sg-bp11'] })).toBe(false);
  });

  test('that has ended does not hide one that holds', () => {
    const policy = policyWith({ ...RELAY, until: '2020-01-01' }, RELAY);
    expect(policyFor(policy, group, Date.parse('2027-01-01'))).toBeUndefined();
  });

  test('is described with its end, reason and ticket', () => {
    expect(describeExemption(RELAY)).toBe('exempt until 2027-03-31: mail relay (SEC-1)');
  });
});

describe('a policy', () => {
  const now = Date.parse('2027-01-01');

  test('is itself for a group without exemptions', () => {
    const policy = policyWith({ ...RELAY, groups: ['sg-other'] });
    expect(policyFor(policy, group, now)).toBe(policy);
  });

  test('excepts the traffic of all exemptions together', () => {
    const other = { protocol: 'tcp', peers: ['10.0.0.0/8'] };
    const policy = policyWith({ ...RELAY, traffic }, { ...RELAY, traffic: other });
    expect(policyFor(policy, group, now)).toMatchObject({ except: [traffic, other], exempt: [] });
  });

  test('asks nothing once one exemption lets all pass', () => {
    const policy = policyWith({ ...RELAY, traffic }, RELAY);
    expect(policyFor(policy, group, now)).toBeUndefined();
  });
});

describe('an exemption that ends soon', () => {
  const set = (...days: string[]) => {
    const exempt = days.map((until) => ({ ...RELAY, until }));
    return { ...load(describing()), policies: [policyWith(...exempt)] };
  };
  const endings = (now: string, ...days: string[]) =>
    exemptionsEndingSoon(set(...days), Date.parse(now)).map(({ exemption, daysLeft }) => [
      exemption.until,
      daysLeft,
    ]);

  test('is reported from 14 days ahead to its last day, and not after it', () => {
    expect(endings('2027-03-16T23:59:59.999Z', '2027-03-31')).toEqual([]);
    expect(endings('2027-03-17T00:00:00Z', '2027-03-31')).toEqual([['2027-03-31', 14]]);
    expect(endings('2027-03-30T12:00:00Z', '2027-03-31')).toEqual([['2027-03-31', 1]]);
    expect(endings('2027-03-31T00:00:00Z', '2027-03-31')).toEqual([['2027-03-31', 0]]);
    expect(endings('2027-03-31T23:59:59.999Z', '2027-03-31')).toEqual([['2027-03-31', 0]]);
    expect(endings('2027-04-01T00:00:00Z', '2027-03-31')).toEqual([]);
  });

  test('comes in the order of the ends', () => {
    expect(endings('2027-03-30', '2027-04-02', '2027-12-31', '2027-03-30')).toEqual([
      ['2027-03-30', 0],
      ['2027-04-02', 3],
    ]);
  });

  test('is described with what to do', () => {
    const ending: EndingExemption = { policyId: 'no-mail', exemption: RELAY, daysLeft: 5 };
    expect(describeEnding(ending)).toBe(
      'the exemption of sg-bp1, sg-bp2 from no-mail (mail relay, SEC-1) ends in 5 days, on 2027-03-31: ' +
        'make it needless, or give it a later day',
    );
    expect(describeEnding({ ...ending, daysLeft: 0 })).toContain('ends today, on');
    expect(describeEnding({ ...ending, daysLeft: 1 })).toContain('ends tomorrow, on');
  });
});
