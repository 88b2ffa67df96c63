import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import { createEcsClient } from '../shared/ecs';
import { createFolderStore, type RecordStore } from '../shared/evidence';
import { type RunResult, remediate, type Surroundings } from '../shared/remediation';
import { prepareRollback, readRecordedRun, rollBack } from '../shared/remediation/rollback';
import {
  type Doom,
  type Doomed,
  doomed,
  duplicateRules,
  makeInventory,
  makeRun,
  policySet,
  type RulesByGroup,
  rulesOf,
  summariesOf,
} from './support';

// Hundreds of runs go through real HTTP here, which takes its time on a busy machine.
jest.setTimeout(120_000);

/** A group whose mail is half denied, and one with a prefix list; every rule is described. */
const inventory = makeInventory({ 'cn-hangzhou': 4 }).map((region) => ({
  ...region,
  SecurityGroups: region.SecurityGroups.slice(2).map((group) => ({
    ...group,
    Permissions: group.Permissions.map((permission) => ({
      ...permission,
      Description: permission.Description || 'old',
    })),
  })),
}));
const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 10000 }' });
const never: Doom = { operation: Number.POSITIVE_INFINITY, when: 'before' };

describe.each([0, 3_000])(
  'a rollback, killed at any await that leaves the process, with a read lag of %i ms',
  (readLagMs) => {
    let cloud: LocalCloud;
    let clock: number;
    let folder: string;
    let store: RecordStore;
    let start: RulesByGroup;

    beforeEach(() => begin());
    afterEach(() => end());

    /** A new cloud with the groups as they were in the beginning, and no records. */
    async function begin(): Promise<void> {
      clock = Date.now();
      folder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
      store = createFolderStore(folder);
      cloud = await startLocalCloud({ inventory, now: () => clock, ecs: { readLagMs } });
      start = rulesOf(cloud, inventory);
    }

    async function end(): Promise<void> {
      await cloud.close();
      await rm(folder, { recursive: true });
    }

    async function beginAgain(): Promise<void> {
      await end();
      await begin();
    }

    function surroundings(life: Doomed, holder: string): Surroundings & { records: RecordStore } {
      const records = life.wrap(store);
      return {
        ecs: ({ regionId }) =>
          life.wrap(
            createEcsClient({
              regionId,
              endpoint: cloud.endpoint,
              credentials: async () => cloud,
            }),
          ),
        records,
        holder,
        now: () => clock,
        sleep: async (milliseconds) => {
          clock += milliseconds;
        },
        stop: () => records.get('STOP'),
      };
    }

    /** Works until the end, or until the process is killed at an operation of a port. */
    async function untilKilled(
      doom: Doom,
      work: (life: Doomed) => Promise<RunResult>,
    ): Promise<RunResult | undefined> {
      const life = doomed(doom);
      const result = await Promise.race([work(life), life.killed]);
      await life.settled();
      clock += 10;
      return result ?? undefined;
    }

    const apply = (name: string, doom: Doom) =>
      untilKilled(doom, (life) =>
        remediate(
          makeRun(name, summariesOf(inventory), { policies }),
          surroundings(life, `request-of-${name}`),
        ),
      );

    const undo = (name: string, doom: Doom) =>
      untilKilled(doom, async (life) => {
        const around = surroundings(life, 'command-line-here');
        const prepared = await prepareRollback(
          {
            recorded: await readRecordedRun(around.records, `run-${name}`),
            securityGroupIds: [],
            by: 'alice@laptop',
            policies,
            limits: { maxChanges: 5000, maxGroups: 1000 },
            dryRun: false,
          },
          around.records,
          around,
        );
        return rollBack(prepared, around.records, around);
      });

    function expectStart(): void {
      const rules = rulesOf(cloud, inventory);
      expect(rules).toEqual(start);
      expect(duplicateRules(rules)).toEqual([]);
    }

    async function rollbacksOf(name: string): Promise<string[]> {
      const keys = await store.list(`runs/rollback-run-${name}-`);
      return [...new Set(keys.map((key) => key.split('/')[1] ?? ''))];
    }

    /** Says whether every attempt lived long enough to be killed. */
    async function expectStartAfter(name: string, dooms: readonly Doom[]): Promise<boolean> {
      await beginAgain();
      await apply(name, never);
      expect(rulesOf(cloud, inventory)).not.toEqual(start);
      cloud.calls.clear();
      let killed = 0;
      for (const doom of dooms) if ((await undo(name, doom)) === undefined) killed += 1;
      const result = await undo(name, never);
      expectStart();
      expect(result?.groups.filter((group) => group.leftAlone)).toEqual([]);
      const calls = result?.groups.flatMap((group) => group.calls) ?? [];
      expect(calls.filter(({ outcome }) => outcome.status !== 'done')).toEqual([]);
      // The same change is sent with the same token by every attempt, for ECS to make it once.
      const tokens = new Map<string, string>();
      for (const { write, clientToken = '', action, parameters } of cloud.calls.all()) {
        if (!write) continue;
        const { ClientToken: _token, ...rest } = parameters;
        const change = JSON.stringify([action, rest]);
        expect(tokens.get(change) ?? clientToken).toBe(clientToken);
        tokens.set(change, clientToken);
      }
      const last = (await rollbacksOf(name)).at(-1);
      expect((await store.list(`runs/${last}/`)).at(-1)).toMatch(/\.outcome\.json$/);
      return killed === dooms.length;
    }

    it.each(['before', 'after'] as const)(
      'ends where the run began after it is called again, whichever it dies at, %s the effect',
      async (when) => {
        let operation = 1;
        while (await expectStartAfter(`${when}-${operation}`, [{ operation, when }])) {
          operation += 1;
        }
        // Records of the run, a list call, two turns and two reads, limits and stop record, intent and
        // outcome; for each group two records, two writes, two notes and a read.
        expect(operation).toBeGreaterThan(25);
      },
    );

    it('ends where the run began after two attempts in a row were killed', async () => {
      for (let first = 1; first <= 28; first += 4) {
        const second = 1 + ((first * 7) % 20);
        await expectStartAfter(`${first}-${second}`, [
          { operation: first, when: 'after' },
          { operation: second, when: 'before' },
        ]);
      }
    });

    it('takes back whatever a run had done when it was killed', async () => {
      for (let operation = 1; ; operation += 1) {
        let isKilled = false;
        for (const when of ['before', 'after'] as const) {
          const name = `dead-${operation}-${when}`;
          await beginAgain();
          isKilled = (await apply(name, { operation, when })) === undefined;
          const keys = await store.list(`runs/run-${name}/`);
          if (keys.length > 0) await undo(name, never);
          expectStart();
        }
        if (!isKilled) break;
      }
    });

    it('does nothing the second time', async () => {
      await apply('twice', never);
      expect(rulesOf(cloud, inventory)).not.toEqual(start);
      await undo('twice', never);
      const again = await undo('twice', never);
      expect(again?.groups.flatMap(({ calls }) => calls)).toEqual([]);
      expectStart();
      expect(await rollbacksOf('twice')).toHaveLength(2);
    });
  },
);
