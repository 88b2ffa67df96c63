import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import {
  type Bundles,
  buildBundles,
  inventoryOf,
  makeGroup,
  makeInventory,
  onDeployment,
  policyText,
} from './support';

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
let received: Received[];
let status: number;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    received.push({ path: request.url ?? '', headers, body: Buffer.concat(chunks).toString() });
    response.statusCode = status;
    response.end('ok');
  });
});

beforeAll(async () => {
  bundles = await buildBundles(policyText());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  received = [];
  status = 200;
});
afterAll(async () => {
  await bundles.remove();
  await new Promise((resolve) => server.close(resolve));
});

function notices(): string {
  const { port } = server.address() as AddressInfo;
  return `slack=http://127.0.0.1:${port}/services/token-of-slack webhook=http://127.0.0.1:${port}/hook#${SECRET}`;
}

/** Makes it so much longer ago that runs were handed over, and that anything happened in them. */
async function age(folder: string, milliseconds: number): Promise<void> {
  const handedOver = join(folder, 'handed-over');
  for (const time of await readdir(handedOver)) {
    await rename(join(handedOver, time), join(handedOver, String(Number(time) - milliseconds)));
  }
  const notes = await readdir(join(folder, 'progress'), { recursive: true, withFileTypes: true });
  for (const note of notes.filter((each) => each.isFile())) {
    const file = join(note.parentPath, note.name);
    const text = await readFile(file, 'utf8');
    const earlier = (_all: string, time: string) =>
      `"time":"${new Date(Date.parse(time) - milliseconds).toISOString()}"`;
    await writeFile(file, text.replace(/"time": ?"(20[^"]+)"/g, earlier));
  }
}

const inventory = inventoryOf(makeGroup('sg-open', []));

it('a run that changed something is told once to each channel, and the next one, which changes nothing, is not', () =>
  onDeployment(
    { bundles, inventory, environment: { PALISADE_NOTICES: notices() } },
    async (deployment) => {
      await deployment.sweep();
      expect(received.map(({ path }) => path).sort()).toEqual([
        '/hook',
        '/services/token-of-slack',
      ]);
      const signed = received.find(({ path }) => path === '/hook');
      const told = new Webhook(SECRET).verify(signed?.body ?? '', signed?.headers ?? {});
      expect(JSON.stringify(told)).toContain('sg-open');
      await deployment.sweep(Date.parse('2026-03-02T04:00:00Z'));
      expect(received).toHaveLength(2);
      expect(deployment.logLines.join()).not.toMatch(/token-of-slack|whsec_/);
    },
  ));

it('a channel that is down or misspelled fails no repair, and the log says so', async () => {
  status = 503;
  await onDeployment(
    { bundles, inventory, environment: { PALISADE_NOTICES: notices() } },
    async (deployment) => {
      const invocations = await deployment.sweep();
      expect(invocations.map((each) => each.status)).toEqual(['Succeeded', 'Succeeded']);
      expect(deployment.writes()).toHaveLength(1);
      expect(deployment.logLines.join()).toMatch(/503/);
    },
  );
  await onDeployment(
    { bundles, inventory, environment: { PALISADE_NOTICES: 'slak=https://example.com/token' } },
    async (deployment) => {
      await deployment.sweep();
      expect(deployment.writes()).toHaveLength(1);
      const [line] = await deployment.logged('PALISADE_NOTICES is of no use', 1);
      expect(JSON.stringify(line)).not.toContain('token');
    },
  );
});

describe('a run over several regions', () => {
  const regions = makeInventory({ 'cn-hangzhou': 3, 'cn-shanghai': 3, 'cn-beijing': 3 });
  const told = () =>
    received
      .filter(({ path }) => path === '/hook')
      .map(({ body, headers }) => JSON.stringify(new Webhook(SECRET).verify(body, headers)));

  it('is told of once, by the part that ends last, with the groups of all', () =>
    onDeployment(
      { bundles, inventory: regions, environment: { PALISADE_NOTICES: notices() } },
      async (deployment) => {
        await deployment.sweep();
        expect(received).toHaveLength(2);
        for (const region of ['cnhangzhou', 'cnshanghai', 'cnbeijing']) {
          expect(told()[0]).toContain(`sg-${region}n0`);
        }
      },
    ));

  it('is told of once also when a part was killed and tried again', () =>
    onDeployment(
      { bundles, inventory: regions, environment: { PALISADE_NOTICES: notices() } },
      async (deployment) => {
        let killed = false;
        deployment.fault = ({ action }) => {
          if (killed || !action.startsWith('Authorize')) return undefined;
          killed = true;
          void deployment.functionCompute.killInstances(deployment.enforceName);
          return { kind: 'hang-after' };
        };
        await deployment.sweep();
        expect(killed).toBe(true);
        expect(told()).toHaveLength(1);
      },
    ));

  it('is told of once also when a part failed for good, with its groups unknown', () =>
    onDeployment(
      { bundles, inventory: regions, environment: { PALISADE_NOTICES: notices() } },
      async (deployment) => {
        deployment.fault = ({ action, parameters }) => {
          if (parameters.get('RegionId') !== 'cn-beijing' || action === 'DescribeSecurityGroups') {
            return undefined;
          }
          void deployment.functionCompute.killInstances(deployment.enforceName);
          return { kind: 'hang' };
        };
        await deployment.sweep();
        expect(told()).toHaveLength(1);
        expect(told()[0]).toMatch(/part cn-beijing_[0-9a-f]+ over 3 groups failed: Process exited/);
      },
    ));

  it('is told of by a later sweep when a part never came to its end, and that one is told of too', () =>
    onDeployment(
      {
        bundles,
        inventory: regions,
        environment: { PALISADE_NOTICES: notices() },
        enforce: { timeoutSeconds: 30 },
        // Not even the failure is told of.
        destination: false,
      },
      async (deployment) => {
        deployment.fault = ({ action, parameters }) => {
          if (parameters.get('RegionId') !== 'cn-beijing' || action === 'DescribeSecurityGroups') {
            return undefined;
          }
          void deployment.functionCompute.killInstances(deployment.enforceName);
          return { kind: 'hang' };
        };
        await deployment.sweep();
        deployment.fault = undefined;
        expect(told()).toEqual([]);

        // A sweep soon after it waits for the part still.
        await deployment.sweep(Date.parse('2026-03-01T05:00:00Z'));
        expect(told().filter((text) => / parts of run/.test(text))).toEqual([]);
        await age(deployment.recordFolder, 2 * 60 * 60 * 1000);
        await deployment.sweep(Date.parse('2026-03-02T04:00:00Z'));
        expect(told().filter((text) => /[0-2] of 3 parts of run/.test(text))).toHaveLength(1);
        expect(told()).toHaveLength(2);

        await deployment.sweep(Date.parse('2026-03-03T04:00:00Z'));
        expect(told()).toHaveLength(2);
      },
    ));
});
