import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Inventory, makeGroup, policySet, rulesOf } from '../../../test/support';
import { createFolderStore } from '../../evidence';
import type { Permission } from '../../security-group';
import { isOwnRequest } from '../record';
import { resultOf, Stage } from '../testing/stage';
import { readRecordedRun } from '.';
import { undo } from './testing/undo';

// Pipelines run through real HTTP here, which takes its time on a busy machine.
jest.setTimeout(60_000);

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const https: Permission = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
  Description: 'shop',
};
const load = () => stage.load(makeGroup('sg-a', [https]));
const rules = (inventory: readonly Inventory[]) => rulesOf(stage.cloud, inventory);
const pathOf = (step: 'intent' | 'outcome', run = 'run-one') =>
  join(stage.folder, 'runs', run, `whole.1.${step}.json`);

/** A record, as far as it is changed by hand here. */
type Fields = Record<string, unknown>;
interface Content extends Fields {
  groups: [{ calls: [CallFields, CallFields]; before?: Fields[] } & Fields];
}
type CallFields = { parameters: { Permissions: Fields[] } & Fields } & Fields;

async function alter(change: (record: Content) => void): Promise<void> {
  const path = pathOf('outcome');
  const record = JSON.parse(await readFile(path, 'utf8')) as Content;
  change(record);
  await writeFile(path, JSON.stringify(record));
}

describe('records that do not hold together lead to nothing', () => {
  const permission = ({ groups: [{ calls }] }: Content) => calls[0].parameters.Permissions[0] ?? {};

  it.each<[string, (record: Content) => void]>([
    ['another run', (record) => Object.assign(record, { runId: 'run-two' })],
    ['another part', (record) => Object.assign(record, { part: 'other' })],
    ['another version', (record) => Object.assign(record, { version: 2 })],
    [
      'a rule with other ports',
      (record) => Object.assign(permission(record), { PortRange: '22/22' }),
    ],
    ['a rule of nonsense', (record) => Object.assign(permission(record), { PortRange: { x: 1 } })],
    ['a rule to a number', (record) => Object.assign(permission(record), { DestCidrIp: 7 })],
    ['another group', ({ groups: [group] }) => Object.assign(group, { securityGroupId: 'sg-b' })],
    ['no group', ({ groups: [group] }) => Object.assign(group, { securityGroupId: 'x' })],
    ['another token', ({ groups: [{ calls }] }) => Object.assign(calls[0], { clientToken: 'x' })],
    ['another trigger', (record) => Object.assign(record.trigger as Fields, { id: 'x' })],
    [
      'another action',
      ({ groups: [{ calls }] }) => Object.assign(calls[0], { action: 'DeleteSecurityGroup' }),
    ],
    [
      'no rules to add',
      ({ groups: [{ calls }] }) => Object.assign(calls[0].parameters, { Permissions: 1 }),
    ],
    [
      'another text',
      ({ groups: [{ calls }] }) => Object.assign(calls[1].parameters, { Description: 'x' }),
    ],
    [
      'no text',
      ({ groups: [{ calls }] }) => Object.assign(calls[1].parameters, { Description: 1 }),
    ],
    ['no rules before', ({ groups: [group] }) => delete group.before],
    ['a rule that was not there', ({ groups: [group] }) => group.before?.pop()],
    [
      'a nonsensical rule',
      ({ groups: [group] }) => Object.assign(group.before?.[0] ?? {}, { Priority: 'x' }),
    ],
  ])('%s', async (_name, change) => {
    const inventory = load();
    await stage.run('one', inventory);
    const after = rules(inventory);
    await alter(change);
    stage.cloud.calls.clear();
    await expect(undo(stage, 'one')).rejects.toThrow(/evidence verify/);
    expect(stage.cloud.calls.all()).toEqual([]);
    expect(rules(inventory)).toEqual(after);
  });

  it('text that is no JSON', async () => {
    await stage.run('one', load());
    await writeFile(pathOf('outcome'), '{"version": 1,');
    await expect(undo(stage, 'one')).rejects.toThrow(/whole\.1\.outcome\.json/);
  });
});

it.each([
  ['a run', /"run-a run" is not the id of a run/],
  ['nine', /there is no record of a run run-nine in this place/],
  ['one/../one', /"run-one\/..\/one" is not the id of a run/],
])('a run "%s" is refused with what to do', async (name, message) => {
  await stage.run('one', load());
  await expect(undo(stage, name)).rejects.toThrow(message);
});

it('a rollback cannot be taken back', async () => {
  const inventory = load();
  await stage.run('one', inventory);
  const { run } = await undo(stage, 'one');
  await expect(readRecordedRun(createFolderStore(stage.folder), run.runId)).rejects.toThrow(
    /is itself a rollback: "palisade apply" repairs again/,
  );
});

it('a run that changed nothing has nothing to take back', async () => {
  const inventory = load();
  await stage.run('dry', inventory, { dryRun: true });
  await stage.run('held', inventory, { policies: policySet({ guardrails: '{ maxGroups: 0 }' }) });
  const before = rules(inventory);
  for (const name of ['dry', 'held']) {
    const { deeds, result } = await undo(stage, name);
    expect(deeds).toEqual([]);
    expect(result.groups).toEqual([]);
  }
  expect(rules(inventory)).toEqual(before);
});

describe('a run that died before it could say what it did', () => {
  it('is taken back as far as the group shows what it announced', async () => {
    const inventory = load();
    const before = rules(inventory);
    await stage.run('one', inventory);
    await rm(pathOf('outcome'));
    const { deeds } = await undo(stage, 'one');
    expect(deeds[0]?.added.map(({ ids }) => ids.size)).toEqual([0, 0, 0, 0]);
    expect(rules(inventory)).toEqual(before);
  });

  it('does not answer for what a later run did', async () => {
    const inventory = load();
    stage.failWrites('sg-a', { kind: 'reset-before' });
    await stage.run('one', inventory);
    stage.fault = undefined;
    await stage.run('two', inventory);
    const after = rules(inventory);
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').calls).toEqual([]);
    expect(resultOf(result, 'sg-a').leftAlone?.join('\n')).toMatch(
      /drop egress TCP 25\/25 .* is left alone: it may be what run run-two added since/,
    );
    expect(rules(inventory)).toEqual(after);

    // Nor where the record of the later run is lost.
    await rm(join(stage.folder, 'runs', 'run-two'), { recursive: true });
    await undo(stage, 'one');
    expect(rules(inventory)).toEqual(after);
  });

  it('is named as interrupted', async () => {
    await stage.run('one', load());
    const store = createFolderStore(stage.folder);
    expect((await readRecordedRun(store, 'run-one')).interrupted).toEqual([]);
    await rm(pathOf('outcome'));
    expect((await readRecordedRun(store, 'run-one')).interrupted).toEqual(['whole']);
  });
});

it('the requests of a rollback are noted, so that functions with the same records know them', async () => {
  await stage.run('one', load());
  stage.cloud.calls.clear();
  await undo(stage, 'one');
  const own = stage
    .writes()
    .map(({ requestId }) => isOwnRequest(createFolderStore(stage.folder), requestId));
  expect(await Promise.all(own)).toEqual([true, true]);
});
