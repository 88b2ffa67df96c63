import { createChain } from './chain';
import { linkKey } from './link';
import type { RecordStore } from './record-store';
import { verifyEnd } from './verify-end';

/** A store in memory that counts its reads. */
function memory() {
  const content = new Map<string, string>();
  const store: RecordStore & { reads: number } = {
    reads: 0,
    async putIfAbsent(key, text) {
      if (content.has(key)) return false;
      content.set(key, text);
      return true;
    },
    async get(key) {
      store.reads += 1;
      return content.get(key);
    },
    async list(prefix, after = '') {
      return [...content.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    },
  };
  return { content, store };
}

async function chained(count: number) {
  const { content, store } = memory();
  const chain = createChain(store, { random: Math.random, sleep: async () => {} });
  for (let number = 1; number <= count; number += 1) {
    const record = `runs/r${number}/whole.1.outcome.json`;
    const about = { runId: `r${number}`, policyDigest: 'd', time: '2026-03-01T04:00:00.000Z' };
    const text = JSON.stringify(about);
    await store.putIfAbsent(record, text);
    await chain.append({ record, content: text, ...about });
  }
  store.reads = 0;
  return { content, store };
}

test('an empty store has no end and no problem', async () => {
  expect(await verifyEnd(memory().store, 10)).toEqual({ checked: 0, problems: [] });
});

test.each([1, 9, 10, 11, 99, 100, 101, 250])(
  'of %d links the last ten are checked',
  async (count) => {
    const { store } = await chained(count);
    const { checked, problems, head } = await verifyEnd(store, 10);
    expect({ checked, problems, sequence: head?.sequence }).toEqual({
      checked: Math.min(count, 10),
      problems: [],
      sequence: count,
    });
    expect(store.reads).toBeLessThanOrEqual(20);
  },
);

const RECORD = 'runs/r119/whole.1.outcome.json';
test.each<[string, (content: Map<string, string>) => void, string]>([
  ['a changed record', (content) => content.set(RECORD, '{}'), `${RECORD} was changed`],
  ['a record that is gone', (content) => content.delete(RECORD), `${RECORD} is missing`],
  ['a link that is gone', (content) => content.delete(linkKey(119)), `${linkKey(119)} is missing`],
  [
    'a link that is none',
    (content) => content.set(linkKey(119), '{}'),
    `${linkKey(119)} is no link, or was changed`,
  ],
  [
    'a link that does not follow',
    (content) => {
      const link = content.get(linkKey(119)) ?? '';
      content.set(
        linkKey(119),
        link.replace(
          /"previous":"./,
          '"previous":"z'.replace('z', link.includes('"previous":"0') ? '1' : '0'),
        ),
      );
    },
    `${linkKey(119)} does not follow from ${linkKey(118)}`,
  ],
])('%s near the end is noticed', async (_what, tamper, problem) => {
  const { content, store } = await chained(120);
  tamper(content);
  expect((await verifyEnd(store, 10)).problems).toContain(problem);
});

test('a hint that leads beyond the end is no reason to check nothing', async () => {
  const { content, store } = await chained(5);
  content.set('chain-heads/000000900', '');
  expect((await verifyEnd(store, 3)).checked).toBe(3);
});
