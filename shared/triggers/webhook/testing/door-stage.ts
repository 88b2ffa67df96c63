import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, type RecordStore } from '../../../evidence';
import {
  type Answer,
  answerWebhook,
  type HttpRequest,
  type Started,
  signWebhook,
  type WebhookCommand,
  type WebhookSurroundings,
} from '../index';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export const COMMAND = {
  targets: [{ region: 'cn-hangzhou', groups: ['sg-bp1web'] }],
  reason: 'INC-4711',
  requester: 'soar',
};

/** What a test may say about a request; it is signed at the stage's time unless it has headers of its own. */
export interface Said {
  readonly id?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request?: Partial<HttpRequest>;
}

/** A store in a folder of its own, a clock that only sleeping moves, and everything that was asked of them. */
export interface Stage {
  readonly folder: string;
  readonly store: RecordStore;
  /** Calls of the store so far. */
  readonly storeCalls: string[];
  readonly started: { readonly command: WebhookCommand; readonly id: string }[];
  readonly logged: object[];
  /** Milliseconds since 1970. */
  time: number;
  request(said?: Said): HttpRequest;
  /** Sends a request; `change` replaces parts of the surroundings. */
  send(said?: Said, change?: Partial<WebhookSurroundings>): Promise<Answer>;
}

/** Runs a test on a stage of its own and clears the folder away. */
export async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-webhook-'));
  try {
    await play(createStage(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function createStage(folder: string): Stage {
  const storeCalls: string[] = [];
  const real = createFolderStore(folder);
  const store: RecordStore = {
    putIfAbsent(key, content) {
      storeCalls.push(`put ${key}`);
      return real.putIfAbsent(key, content);
    },
    get(key) {
      storeCalls.push(`get ${key}`);
      return real.get(key);
    },
    list(prefix) {
      storeCalls.push(`list ${prefix}`);
      return real.list(prefix);
    },
  };
  const stage: Stage = {
    folder,
    store,
    storeCalls,
    started: [],
    logged: [],
    time: 1_800_000_000_000,
    request: ({ id = 'msg_1', body = COMMAND, headers, request } = {}) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      const timestamp = Math.floor(stage.time / 1000);
      const signed = signWebhook({ id, timestamp, body: bytes, secret: SECRET });
      return {
        method: 'POST',
        path: '/webhook',
        headers: { 'content-type': 'application/json', ...signed, ...headers },
        body: bytes,
        ...request,
      };
    },
    send: (said, change) =>
      answerWebhook(stage.request(said), {
        secrets: [SECRET],
        store,
        policyIds: ['no-smtp-smb-out'],
        start: async (command, id): Promise<Started> => {
          stage.started.push({ command, id });
          return { kind: 'accepted', runId: `run-${stage.started.length}` };
        },
        now: () => stage.time,
        sleep: async (milliseconds) => {
          stage.time += milliseconds;
        },
        random: Math.random,
        log: {
          info: (fields) => stage.logged.push(fields),
          warn: (fields) => stage.logged.push(fields),
          error: (fields) => stage.logged.push(fields),
        },
        ...change,
      }),
  };
  return stage;
}
