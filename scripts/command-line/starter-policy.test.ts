import Ajv from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { policyJsonSchema } from '../../shared/policy/json-schema';
import { loadPolicies } from '../../shared/policy/load';
import {
  parseRegionId,
  parseSecurityGroupId,
  type SecurityGroupSummary,
} from '../../shared/security-group';
import { starterPolicy } from './starter-policy';

const NOW = new Date('2026-11-23T12:00:00Z');
const validate = new Ajv({ strict: false, validateFormats: false }).compile(policyJsonSchema());

function groupOf(tags: Readonly<Record<string, string>>): SecurityGroupSummary {
  return {
    regionId: parseRegionId('cn-hangzhou'),
    id: parseSecurityGroupId('sg-a'),
    name: 'a',
    type: 'normal',
    tags,
    serviceManaged: false,
  };
}

const write = (groups?: readonly SecurityGroupSummary[]) =>
  starterPolicy(groups, NOW, './policy.schema.json');

test('whatever the tags are, the file is valid, fits the schema and only observes', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('env', 'Owner', 'prod', 'a\nb: c', '# x', '"}', '\u2028', '\u0085', '*'),
  );
  const groups = fc.array(fc.dictionary(text, text).map(groupOf), { maxLength: 5 });
  fc.assert(
    fc.property(groups, (some) => {
      const source = write(some);
      expect([validate(parse(source)), validate.errors]).toEqual([true, null]);
      const { policies } = loadPolicies(source, 'policy.yaml', NOW.getTime());
      expect(policies.map(({ mode }) => mode)).toEqual(Array(policies.length).fill('observe'));
    }),
  );
});

test('a quarter of the groups, and ten at least, may be changed in a run', () => {
  const limits = (count: number) =>
    loadPolicies(write(Array(count).fill(groupOf({}))), 'policy.yaml', NOW.getTime()).guardrails;
  expect(limits(0)).toMatchObject({ maxGroups: 10, maxChanges: 100 });
  expect(limits(1000)).toMatchObject({ maxGroups: 250, maxGroupsPercent: 25 });
});

test('the tags that the most groups have give the fields', () => {
  const groups = [{ team: 'x' }, { team: 'y', Owner: 'z' }, { 'change-id': '1' }].map(groupOf);
  const [, , descriptions] = loadPolicies(write(groups), 'p', NOW.getTime()).policies;
  expect(descriptions).toMatchObject({
    fields: { owner: { tag: 'team' }, ticket: { tag: 'change-id' } },
  });
});
