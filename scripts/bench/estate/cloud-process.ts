/** The process of a cloud: ECS, STS and OSS with an estate, told by messages what to do. */
import { type LocalCloud, startLocalCloud } from '../../../local-cloud';
import { functionRole, RECORD_BUCKET } from '../../local-deployment';
import type { CallCounts, CloudAnswer, CloudOptions, CloudRequest } from './cloud-protocol';
import { estateInventory } from './groups';
import { MEMBER_ROLE, OWN_ACCOUNT } from './policy';

const ROLE = 'palisade';
const SESSION_SECONDS = 36 * 3600;
/** Groups that are made at once: all of them as an inventory would take the memory of two clouds. */
const GROUPS_AT_ONCE = 1000;
/** Calls are summed up after so many, because a call in the log takes a kilobyte. */
const SUM_UP_EVERY = 1000;

let cloud: LocalCloud | undefined;
let counts: Record<string, number> = {};

async function start({ estate, throttle, latencyMs = 0 }: CloudOptions): Promise<CloudAnswer> {
  let calls = 0;
  const role = await functionRole(OWN_ACCOUNT);
  const members = new Set(estate.flatMap(({ accountId = [] }) => accountId));
  const started = await startLocalCloud({
    accountId: OWN_ACCOUNT,
    roles: [
      role,
      ...[...members].map((accountId) => ({ ...role, accountId, roleName: MEMBER_ROLE })),
    ],
    buckets: [{ name: RECORD_BUCKET }],
    latency: (action) => (/Object/.test(action) ? 0 : latencyMs),
    ...(throttle ? { throttle } : {}),
    fault() {
      calls += 1;
      if (calls % SUM_UP_EVERY === 0) sumUp();
      return undefined;
    },
  });
  cloud = started;
  for (const { first = 0, count, ...place } of estate) {
    for (let done = 0; done < count; done += GROUPS_AT_ONCE) {
      const size = Math.min(GROUPS_AT_ONCE, count - done);
      const part = { ...place, first: first + done, count: size };
      started.ecs.loadInventory(estateInventory(part), Date.now());
    }
  }
  const { accessKeyId, accessKeySecret, securityToken } = started.credentials.startSession({
    accountId: OWN_ACCOUNT,
    roleName: ROLE,
    sessionName: 'bench',
    durationSeconds: SESSION_SECONDS,
  });
  const credentials = { accessKeyId, accessKeySecret, securityToken };
  return {
    kind: 'started',
    access: { accountId: OWN_ACCOUNT, endpoint: started.endpoint, credentials },
  };
}

function sumUp(): void {
  if (!cloud) return;
  for (const { product = '', action, code } of cloud.calls.all()) {
    const name = `${product} ${action}${code === undefined ? '' : ` ${code}`}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  cloud.calls.clear();
}

function takeCounts(): CallCounts {
  sumUp();
  const taken = counts;
  counts = {};
  return taken;
}

async function answer(request: CloudRequest): Promise<CloudAnswer> {
  switch (request.kind) {
    case 'start':
      return start(request.options);
    case 'calls':
      return { kind: 'calls', counts: takeCounts() };
    default:
      return request satisfies never;
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (request: CloudRequest) => {
  answer(request)
    .catch((error: Error): CloudAnswer => ({ kind: 'failed', message: error.message }))
    .then((message) => process.send?.(message));
});
