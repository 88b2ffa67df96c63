import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { publishedSchemas } from '../scripts/published-schemas';
import { createChain, createFolderStore } from '../shared/evidence';
import { linkKey } from '../shared/evidence/link';
import { Stage } from '../shared/remediation/testing/stage';
import { COMPLIANT_RULES, makeGroup } from './support';

const published = async (name: string): Promise<object> =>
  JSON.parse(await readFile(join(__dirname, '..', 'schemas', name), 'utf8')) as object;

/** What a validator that is not ours holds against a text; empty if it fits. */
async function problemsOf(name: string, text: string): Promise<readonly unknown[]> {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    formats: { 'date-time': true },
  });
  const validate = ajv.compile(await published(name));
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

it.each(Object.entries(publishedSchemas()))('%s is what the code reads', async (name, schema) => {
  // To bring the file up to date: node --import tsx scripts/schemas.ts && npm run format
  expect(await published(name)).toEqual(JSON.parse(JSON.stringify(schema)));
});

it.each(Object.keys(publishedSchemas()))('%s describes every field', async (name) => {
  const undescribed: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return;
    if ('properties' in value && typeof value.properties === 'object') {
      for (const [field, schema] of Object.entries(value.properties ?? {})) {
        if (typeof schema !== 'object' || schema === null || !('description' in schema)) {
          undescribed.push(`${path}.${field}`);
        }
      }
    }
    for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
  };
  visit(await published(name), '');
  expect(undescribed).toEqual([]);
});

describe('records of real runs', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open();
  });
  afterEach(() => stage.close());

  it('have the published form, whatever becomes of their groups', async () => {
    const groups = ['sg-mended', 'sg-refused', 'sg-unsure', 'sg-unread'].map((id) =>
      makeGroup(id, [
        {
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '443/443',
          SourceCidrIp: '0.0.0.0/0',
          Policy: 'Accept',
          Priority: '1',
          Description: 'from "anywhere" → \u202e',
        },
      ]),
    );
    const inventory = stage.load(...groups, makeGroup('sg-fine', COMPLIANT_RULES));
    stage.fault = ({ action, parameters }) => {
      const id = parameters.get('SecurityGroupId');
      if (id === 'sg-unread' && action === 'DescribeSecurityGroupAttribute') {
        return { kind: 'error', status: 500, code: 'InternalError', message: 'x', when: 'before' };
      }
      if (action.startsWith('Describe')) return undefined;
      if (id === 'sg-unsure') return { kind: 'reset-before' };
      return id === 'sg-refused'
        ? {
            kind: 'error',
            status: 403,
            code: 'InvalidOperation.ResourceManagedByCloudProduct',
            message: 'managed',
            when: 'before',
          }
        : undefined;
    };
    const trigger = {
      kind: 'webhook' as const,
      id: 'request 1',
      time: '2026-03-01T04:00:00Z',
      by: 'ana',
      reason: 'SEC-1',
      reference: 'r-1',
    };
    await stage.run('one', inventory, { trigger, policyIds: ['no-mail-out'], note: 'a note' });
    await stage.run('two', inventory, { stop: async () => 'stopped' });
    await stage.run('three', inventory, { dryRun: true });

    const store = createFolderStore(stage.folder);
    const keys = await store.list('runs/');
    expect(keys).toHaveLength(5);
    const statuses = new Set<string>();
    const chain = createChain(store, { random: Math.random, sleep: async () => {} });
    for (const key of keys) {
      const content = (await store.get(key)) ?? '';
      expect({ key, problems: await problemsOf('record.schema.json', content) }).toEqual({
        key,
        problems: [],
      });
      for (const [, status = ''] of content.matchAll(/"status": "([a-z-]+)"/g)) {
        statuses.add(status);
      }
      const record = JSON.parse(content) as { runId: string; policyDigest: string; time: string };
      const { runId, policyDigest, time } = record;
      const entry = { record: key, content, runId, policyDigest, time, mayBeLinked: true };
      const { sequence } = await chain.append(entry);
      const link = (await store.get(linkKey(sequence))) ?? '';
      expect(await problemsOf('link.schema.json', link)).toEqual([]);
    }
    // Not all of them look alike.
    expect([...statuses]).toEqual(
      expect.arrayContaining(['done', 'failed', 'unknown', 'not-sent']),
    );
  });
});

it.each([
  ['a field that is not described', { more: 1 }],
  ['another version', { version: 2 }],
  ['a digest that is none', { policyDigest: 'x' }],
])('a record with %s has not the published form', async (_what, difference) => {
  const totals = { groups: 0, changes: 0, compliant: 0, violating: 0 };
  const record = {
    version: 1,
    runId: 'run-1',
    part: 'whole',
    time: '2026-03-01T04:00:00.000Z',
    trigger: { kind: 'timer', id: 'x', time: '2026-03-01T04:00:00Z' },
    dryRun: false,
    policyDigest: '0'.repeat(64),
    limits: { maxChanges: 1, maxGroups: 1 },
    heldBack: [],
    totals: { ...totals, unknown: 0, exempt: 0, unrepairable: 0 },
    policies: [],
    compliant: {},
    groups: [],
    exemptions: [],
  };
  expect(await problemsOf('record.schema.json', JSON.stringify(record))).toEqual([]);
  const other = JSON.stringify({ ...record, ...difference });
  expect(await problemsOf('record.schema.json', other)).not.toEqual([]);
});
