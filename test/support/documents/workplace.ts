import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../../../local-cloud';
import { demoInventory } from '../../../scripts/demo/inventory';
import { envelope, record } from '../../../shared/triggers/actiontrail/testing/events';
import { type Page, PROJECT } from './page';

/** A copy of the project that commands may write into, and a cloud in place of Alibaba Cloud. */
export interface Workplace {
  readonly folder: string;
  readonly cloud: LocalCloud;
  /** That nobody listens on, for the ports that pages name. */
  readonly freePort: number;
}

const LEFT_OUT = new Set(['node_modules', 'dist', 'out', '.git']);

/**
 * Makes a workplace for a page, acts in it, and clears it away. What pages take as given is there: recorded
 * events, and the page's first policy file as `policy.yaml`, unless one of its commands makes that.
 */
export async function onWorkplace<Result>(
  { blocks }: Page,
  action: (workplace: Workplace) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-documents-'));
  const regions = [...demoInventory().regions];
  const cloud = await startLocalCloud({ inventory: regions });
  try {
    const names = (await readdir(PROJECT)).filter((name) => !LEFT_OUT.has(name));
    await Promise.all(
      names.map((name) => cp(join(PROJECT, name), join(folder, name), { recursive: true })),
    );
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const policies = blocks.find(({ text }) => /^version: 1$/m.test(text));
    // `init` replaces no file.
    const makesItsOwn = blocks.some(({ text }) => /^npm .* -- init\b/m.test(text));
    if (policies && !makesItsOwn) await writeFile(join(folder, 'policy.yaml'), policies.text);
    // Of a group of the demo.
    const events = JSON.stringify(envelope(record())).replaceAll('sg-aa11', 'sg-hz0api1');
    await writeFile(join(folder, 'events.jsonl'), events);
    return await action({ folder, cloud, freePort: await findFreePort() });
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
