import { randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderStore } from '../../evidence';
import { type Answer, type Started, webhookRunId } from './index';
import { COMMAND, onStage, type Stage } from './testing/door-stage';

/** Pauses as instances in the cloud do. */
const reallySleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

describe('a repetition', () => {
  it('gets the first answer byte for byte, and no second run', () =>
    onStage(async (stage) => {
      const first = await stage.send();
      stage.time += 299_000;
      expect(await stage.send()).toEqual(first);
      expect(await stage.send({}, { policyIds: [], requestsPerMinute: 0 })).toEqual(first);
      expect(stage.started).toHaveLength(1);
    }));

  it.each<[number, unknown, Started]>([
    [200, COMMAND, { kind: 'finished', runId: 'r', outcome: { text: 'ü' } }],
    [404, COMMAND, { kind: 'not-found', missing: ['sg-1'] }],
    [400, { nothing: true }, { kind: 'accepted', runId: 'r' }],
  ])('gets a %d again too', (status, body, started) =>
    onStage(async (stage) => {
      const first = await stage.send({ body }, { start: async () => started });
      expect(first.status).toBe(status);
      expect(await stage.send({ body })).toEqual(first);
      expect(stage.started).toEqual([]);
    }),
  );

  it('with another body is refused and never run, before and after the answer', () =>
    onStage(async (stage) => {
      const other = { body: { ...COMMAND, mode: 'enforce' } };
      let during: Answer | undefined;
      await stage.send(
        {},
        {
          start: async () => {
            during = await stage.send(other);
            return { kind: 'accepted', runId: 'r' };
          },
        },
      );
      const after = await stage.send(other);
      expect(during?.status).toBe(409);
      expect(after).toEqual(during);
      expect(after.body).toContain('was used with another body: send this body with a new id');
      expect(after.headers).not.toHaveProperty('retry-after');
      expect(stage.started).toEqual([]);
    }));
});

describe('at the same time', () => {
  it.each([2, 20])('%d instances start a request once and answer alike', (count) =>
    onStage(async (stage) => {
      let starts = 0;
      const answers = await Promise.all(
        Array.from({ length: count }, () =>
          stage.send(
            {},
            {
              store: createFolderStore(stage.folder),
              sleep: reallySleep,
              start: async () => {
                starts += 1;
                await reallySleep(20);
                return {
                  kind: 'finished',
                  runId: 'r',
                  outcome: { by: randomBytes(8).toString('hex') },
                };
              },
            },
          ),
        ),
      );
      expect(starts).toBe(1);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]?.status).toBe(200);
    }),
  );

  it('who has waited long enough is told to come back', () =>
    onStage(async (stage) => {
      await onceStarted(stage, async () => {
        const answer = await stage.send();
        expect(answer.status).toBe(409);
        const seconds = Number(answer.headers['retry-after']);
        expect(seconds).toBeGreaterThan(40);
        expect(seconds).toBeLessThan(60);
      });
    }));
});

describe('the wait for the first answer', () => {
  it.each([
    [60_000, 5_000],
    [6_000, 3_000],
  ])('in an instance that may live for %d ms is at most %d ms', (claimMs, most) =>
    onStage(async (stage) => {
      await onceStarted(stage, async () => {
        const begun = stage.time;
        // The longest pauses that chance can bring.
        const change = { claimMs, random: () => 1 - 2 ** -53 };
        expect(await stage.send({}, change)).toMatchObject({ status: 409 });
        expect(stage.time - begun).toBeGreaterThan(most * 0.9);
        expect(stage.time - begun).toBeLessThanOrEqual(most);
      });
    }),
  );
});

describe('when an instance dies in the middle', () => {
  it('the next repetition takes over once the claim is over, with the same run', () =>
    onStage(async (stage) => {
      await onceStarted(stage, async () => {
        const busy = await stage.send();
        expect(busy.status).toBe(409);
        stage.time += Number(busy.headers['retry-after']) * 1000;
        expect((await stage.send()).status).toBe(202);
        expect((await stage.send()).status).toBe(202);
        expect(stage.started.map(({ id }) => webhookRunId(id))).toEqual([webhookRunId('msg_1')]);
      });
    }));

  it('only one of several takes over', () =>
    onStage(async (stage) => {
      await onceStarted(stage, async () => {
        stage.time += 60_000;
        const time = stage.time;
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => stage.send({}, { sleep: reallySleep, now: () => time })),
        );
        expect(new Set(answers.map(({ body }) => body))).toEqual(
          new Set(['{"runId":"run-1","status":"accepted"}']),
        );
        expect(stage.started).toHaveLength(1);
      });
    }));

  it('time after time, each takes over from the one before', () =>
    onStage(async (stage) => {
      for (let death = 0; death < 11; death += 1) {
        await onceStarted(stage, async () => {});
        stage.time += 60_000;
      }
      expect((await stage.send()).status).toBe(202);
      const [folder = ''] = (await readdir(join(stage.folder, 'webhooks'))).filter(
        (name) => name !== 'rate',
      );
      const records = await readdir(join(stage.folder, 'webhooks', folder));
      expect(records.filter((name) => name.startsWith('claim.'))).toHaveLength(12);
    }));

  it('who takes over from one that has just answered starts nothing', () =>
    onStage(async (stage) => {
      let finish: (started: Started) => void = () => {};
      let slow: Promise<Answer> | undefined;
      await new Promise<void>((resolve) => {
        const start = () =>
          new Promise<Started>((done) => {
            finish = done;
            resolve();
          });
        slow = stage.send({}, { start });
      });
      const late = {
        ...stage.store,
        // Between the look at the answer and the claim.
        list: async (prefix: string) => {
          if (prefix.startsWith('webhooks/rate/')) {
            stage.time += 60_000;
            finish({ kind: 'accepted', runId: 'slow' });
            await slow;
          }
          return stage.store.list(prefix);
        },
      };
      expect(await stage.send({}, { store: late })).toEqual(await slow);
      expect(stage.started).toEqual([]);
    }));

  it('one that was only slow answers what the other has answered', () =>
    onStage(async (stage) => {
      const slow = await stage.send(
        {},
        {
          start: async () => {
            stage.time += 60_000;
            expect((await stage.send()).body).toContain('run-1');
            return { kind: 'accepted', runId: 'slow' };
          },
        },
      );
      expect(slow.body).toBe('{"runId":"run-1","status":"accepted"}');
    }));
});

describe('when the run cannot be started', () => {
  const fail = async (): Promise<Started> => {
    throw new Error('no route to ECS at 10.0.0.1');
  };

  it('the sender is asked to try again, and the same id works then', () =>
    onStage(async (stage) => {
      const refused = await stage.send({}, { start: fail });
      expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
      expect(refused.body).not.toContain('10.0.0.1');
      expect(JSON.stringify(stage.logged)).toContain('no route to ECS at 10.0.0.1');
      stage.time += 60_000;
      expect((await stage.send()).status).toBe(202);
    }));

  it('a busy pipeline says when, and no earlier than a repetition can be of use', () =>
    onStage(async (stage) => {
      const busy = (retryAfterSeconds: number) => ({
        start: async (): Promise<Started> => ({ kind: 'busy', retryAfterSeconds }),
      });
      const soon = await stage.send({}, busy(1));
      expect(soon).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
      stage.time += 60_000;
      const late = await stage.send({}, busy(300));
      expect(late).toMatchObject({ status: 429, headers: { 'retry-after': '300' } });
      stage.time += 300_000;
      expect((await stage.send()).status).toBe(202);
    }));
});

describe('when the store fails', () => {
  it('nothing is started, the sender is asked to try again, and the cause is logged', () =>
    onStage(async (stage) => {
      const file = join(stage.folder, 'file');
      await writeFile(file, '');
      const refused = await stage.send({}, { store: createFolderStore(file) });
      expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
      expect(refused.body).not.toContain(stage.folder);
      expect(JSON.stringify(stage.logged)).toContain('a part of the path is a file');
      expect(stage.started).toEqual([]);
      expect((await stage.send()).status).toBe(202);
    }));

  it('after the start, the answer is given all the same', () =>
    onStage(async (stage) => {
      const failing = {
        ...stage.store,
        putIfAbsent: async (key: string, content: string) => {
          if (key.endsWith('answer.json')) throw new Error('the disk is full');
          return stage.store.putIfAbsent(key, content);
        },
      };
      expect((await stage.send({}, { store: failing })).status).toBe(202);
      expect(JSON.stringify(stage.logged)).toContain('the disk is full');
    }));

  it('a record that makes no sense counts as a failure', () =>
    onStage(async (stage) => {
      await stage.send();
      const [folder = ''] = (await readdir(join(stage.folder, 'webhooks'))).filter(
        (name) => name !== 'rate',
      );
      const file = join(stage.folder, 'webhooks', folder, 'answer.json');
      expect(await readFile(file, 'utf8')).toContain('run-1');
      await chmod(file, 0o600);
      await writeFile(file, '{"answer"');
      expect((await stage.send()).status).toBe(429);
      expect(stage.started).toHaveLength(1);
    }));
});

test('the run of a request is named by its id alone', () => {
  expect(webhookRunId('msg_1')).toMatch(/^webhook-[0-9a-f]{16}$/);
  expect(webhookRunId('msg_1')).toBe(webhookRunId('msg_1'));
  expect(webhookRunId('msg_1')).not.toBe(webhookRunId('msg_2'));
});

/** Lets an instance take the request and never come to an end, and then does something. */
async function onceStarted(stage: Stage, then: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    void stage.send(
      {},
      {
        start: () => {
          resolve();
          return new Promise(() => {});
        },
      },
    );
  });
  await then();
}
