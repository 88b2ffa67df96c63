import { type RecordStore, RecordStoreError } from '../evidence';
import type { Channel } from './channel';
import { deliver } from './deliver';
import { dingtalkMessage, readDingtalk } from './dingtalk';
import { feishuMessage, readFeishu } from './feishu';
import type { Notice } from './notice';
import type { Content, Reading } from './service';
import { readSlack, slackMessage } from './slack';
import { readStandardWebhook, standardWebhookMessage } from './standard-webhook';
import { type Answer, type Message, post, type Transport } from './transport';

export interface NoticeLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a notifier needs of the world. */
export interface NotifierOptions {
  /** Where it is noted what has been told, so that it is told once. */
  readonly records: RecordStore;
  readonly log: NoticeLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds that a notice may take, all channels side by side and all attempts. Default: 5,000. */
  readonly budgetMs?: number;
  /** Default: HTTP and HTTPS. */
  readonly transport?: Transport;
}

export interface Notifier {
  /** Tells every channel of a run. Never throws; what could not be told is in the log. */
  notify(notice: Notice): Promise<void>;
}

const BUDGET_MS = 5_000;
/**
 * Messages about one run in one chat. The parts of a run tell for themselves, and a large one would use up
 * what services take: 20 a minute (DingTalk, "Custom robot access" page).
 */
const MOST_MESSAGES = 5;

/**
 * Tells channels of runs. The same news of a run and part are told at most once: they are claimed in the
 * record store before they are sent, so that two instances do not both send them. A notice is lost when an
 * instance dies in between, or the store cannot be used; the record of the run tells it all the same.
 */
export function createNotifier(channels: readonly Channel[], options: NotifierOptions): Notifier {
  const { records, log, now, random, budgetMs = BUDGET_MS, transport = post } = options;

  async function tell(channel: Channel, notice: Notice): Promise<void> {
    const time = now();
    const deadline = time + budgetMs;
    const { runId, part } = notice;
    const fields = { channel: channel.name, host: channel.url.host, runId, part };
    try {
      const claim = await within(budgetMs, claimOf(channel, notice));
      if (claim === 'told') return log.info(fields, 'notice was given before');
      if (claim === 'full') return log.info(fields, 'notice left out: the run has told enough');
      const content = { notice, time, isLast: claim === 'last' };
      const delivery = await deliver(
        (at) => messageTo(channel, content, at),
        (answer) => read(channel, answer),
        { ...options, transport, deadline },
      );
      const { attempts } = delivery;
      if (delivery.ok) log.info({ ...fields, attempts }, 'notice given');
      else log.error({ ...fields, attempts, reason: delivery.cause }, 'notice not given');
    } catch (error) {
      log.error({ ...fields, reason: reasonOf(error) }, 'notice not given');
    }
  }

  async function claimOf(
    channel: Channel,
    { runId, part, digest }: Notice,
  ): Promise<'taken' | 'last' | 'told' | 'full'> {
    // Of its own, because a store may tell two writers of the same content that both have written it.
    const content = `${now()} ${random()}`;
    const folder = `notices/${runId}`;
    if (!(await records.putIfAbsent(`${folder}/${part}.${channel.name}.${digest}`, content))) {
      return 'told';
    }
    if (channel.kind === 'webhook') return 'taken';
    for (let number = 1; number <= MOST_MESSAGES; number += 1) {
      if (await records.putIfAbsent(`${folder}/messages/${channel.name}.${number}`, content)) {
        return number === MOST_MESSAGES ? 'last' : 'taken';
      }
    }
    return 'full';
  }

  return {
    async notify(notice) {
      await Promise.allSettled(channels.map((channel) => tell(channel, notice)));
    },
  };
}

function messageTo(channel: Channel, content: Content, now: number): Message {
  switch (channel.kind) {
    case 'dingtalk':
      return dingtalkMessage(channel, content, now);
    case 'feishu':
      return feishuMessage(channel, content, now);
    case 'slack':
      return slackMessage(channel, content);
    case 'webhook':
      return standardWebhookMessage(channel, content, now);
    default:
      return channel satisfies never;
  }
}

function read({ kind }: Channel, answer: Answer): Reading {
  switch (kind) {
    case 'dingtalk':
      return readDingtalk(answer);
    case 'feishu':
      return readFeishu(answer);
    case 'slack':
      return readSlack(answer);
    case 'webhook':
      return readStandardWebhook(answer);
    default:
      return kind satisfies never;
  }
}

/** Ends a wait for the store that takes the time of the notice. */
async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new RecordStoreError(`the record store did not answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Only errors that are known to hold no address are shown. */
function reasonOf(error: unknown): string {
  if (error instanceof RecordStoreError) return error.message;
  return `the message could not be made (${error instanceof Error ? error.name : typeof error})`;
}
