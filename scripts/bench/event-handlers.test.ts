import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchPolicy } from './event-groups';
import { buildHandlers } from './event-handlers';

test('the handlers that are compared can be built, with every call watched', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-handlers-test-'));
  try {
    await buildHandlers(folder, benchPolicy(1));
    expect((await readdir(folder)).sort()).toEqual(['palisade', 'plain']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
