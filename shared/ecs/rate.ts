/**
 * ECS counts calls by account, region and action in windows of a second or a minute, shares the limit with
 * the console and every other tool, and tells nobody what it is (help page "API throttling"). So each action
 * of a client finds its rate by additive increase and multiplicative decrease, and the figures below were
 * chosen by simulation (rate.test.ts has the claims):
 *
 * - Calls are spread evenly, so that whatever is too much is refused at the very end of a window, where it
 *   costs a call or two. A refusal closes the action for every caller, and only one call at a time asks whether
 *   it is open again, after waits that double: without that each window of a minute would cost hundreds.
 * - Then the rate falls to CUT, or to what was accepted from one opening to the next if that is less: this
 *   finds a far lower limit at once, and with it how much a minute allows.
 * - It grows back at so much a second. A cut takes the same time to regain at every rate, and who sends more
 *   is refused more often: that is what makes clients that share a limit even. Growth with each call would
 *   let the first one keep its lead. Only slow rates grow by calls, so that asking stays cheap. A limit that was
 *   raised shows in calm, and growth then speeds up.
 */

/** How the calls of a client are paced. */
export interface RateSettings {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970 after which nobody is let through. */
  readonly deadline: number;
  /** Most calls of each action in any second. */
  readonly callsPerSecond?: number;
}

/** What became of a call, as far as its rate goes: `unknown` when no answer came. */
export type Passage = 'accepted' | 'throttled' | 'unknown';

/** Leave to send one call. `end` must be called once, with what became of it. */
export interface Turn {
  end(passage: Passage, retryAfterMs?: number): void;
}

/** Lets calls through, first come, first served; undefined for one whose turn comes after the deadline. */
export type RateLimiter = (action: string) => Promise<Turn | undefined>;

/** What every action begins with: calls at once, then calls a second, then one more with each accepted. */
const FIRST_CALLS = 10;
const FIRST_RATE = 10;
/** What a refusal leaves of a rate, at most and at least. */
const CUT = 0.95;
const DEEPEST_CUT = 0.5;
/** How long a cut takes to regain: so long, and never fewer calls than this for each refusal that was asked for. */
const REGAIN_MS = 15_000;
const CALLS_A_REFUSAL = 200;
/** The same after the first refusal: what began in the middle of a window has shown little of the limit. */
const FIRST_REGAIN_MS = 3_000;
/** How much faster a rate grows each time that it was regained without a refusal. */
const SPEED_UP = 3;
/** Waits before asking whether a closed action is open again. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** Calls that may be caught up on when timers are late: so many, and so large a part of a second's. */
const LATE_CALLS = 2;
const CATCH_UP = 0.05;

/**
 * Makes the limiter of one client, that is, of one account and region. Throws RangeError if `callsPerSecond`
 * is not more than 0.
 */
export function createRateLimiter(settings: RateSettings): RateLimiter {
  const { callsPerSecond = Number.POSITIVE_INFINITY } = settings;
  if (!(callsPerSecond > 0)) {
    throw new RangeError(`callsPerSecond is ${callsPerSecond}: give a number above 0, or none`);
  }
  const paces = new Map<string, () => Promise<Turn | undefined>>();
  return (action) => {
    const enter = paces.get(action) ?? createPace(settings);
    paces.set(action, enter);
    return enter();
  };
}

function createPace(settings: RateSettings): () => Promise<Turn | undefined> {
  const { now, random, sleep, deadline, callsPerSecond } = settings;
  // What may be caught up on is kept back, so that no second has more calls than it may.
  const ceiling =
    callsPerSecond === undefined
      ? Number.POSITIVE_INFINITY
      : callsPerSecond - Math.max(callsPerSecond * CATCH_UP - 1, 0);
  let rate = Math.min(FIRST_RATE, ceiling);
  let depth = callsPerSecond === undefined ? FIRST_CALLS : 1;
  let tokens = depth;
  let filledAt = now();

  let openedAt = filledAt;
  let accepted = 0;
  /** Calls a second each second; undefined until the first refusal, when the rate grows with each call. */
  let growth: number | undefined;
  let regainMs = REGAIN_MS;
  let closed: { readonly at: number; until: number; pauseMs: number; refusals: number } | undefined;
  /** The one call that asks whether the action is open again. */
  let asking: Promise<void> | undefined;
  /** Refusals of calls that were sent before the last one closed the action say nothing new. */
  let closings = 0;
  let last: Promise<unknown> = Promise.resolve();

  return () => {
    const turn = last.then(comeThrough);
    last = turn.catch(() => {});
    return turn;
  };

  async function comeThrough(): Promise<Turn | undefined> {
    for (;;) {
      const time = now();
      if (time >= deadline) return undefined;
      if (asking) {
        await asking;
        continue;
      }
      const full = Math.max(depth, rate * CATCH_UP);
      tokens = Math.min(full, tokens + (rate * (time - filledAt)) / 1000);
      filledAt = time;
      // Less than a microsecond would not move a clock.
      const waitMs = closed ? closed.until - time : ((1 - tokens) / rate) * 1000;
      if (waitMs < 0.001) return closed ? ask(closed) : pass();
      if (time + waitMs >= deadline) return undefined;
      await sleep(waitMs);
    }
  }

  function pass(): Turn {
    tokens = Math.max(tokens - 1, 0);
    const isHeldBack = tokens < 1;
    const sentIn = closings;
    return {
      end(passage, retryAfterMs = 0) {
        if (passage === 'accepted') {
          accepted += 1;
          // A rate that is not used up shows nothing about the limit.
          if (isHeldBack && !closed) grow(now());
        } else if (passage === 'throttled' && !closed && sentIn === closings) {
          closings += 1;
          const pauseMs = Math.max(1000 / rate, FIRST_PAUSE_MS);
          closed = { at: now(), until: 0, pauseMs, refusals: 1 };
          pause(closed, retryAfterMs);
        } else if (passage === 'throttled' && closed) {
          closed.until = Math.max(closed.until, now() + retryAfterMs);
        }
      },
    };
  }

  function ask(closing: NonNullable<typeof closed>): Turn {
    let answered = () => {};
    asking = new Promise((resolve) => {
      answered = resolve;
    });
    return {
      end(passage, retryAfterMs = 0) {
        asking = undefined;
        answered();
        if (passage === 'accepted') {
          accepted += 1;
          open(closing);
        } else if (passage === 'throttled') {
          closing.refusals += 1;
          closing.pauseMs = Math.min(closing.pauseMs * 2, LONGEST_PAUSE_MS);
          pause(closing, retryAfterMs);
        }
      },
    };
  }

  function pause(closing: NonNullable<typeof closed>, retryAfterMs: number): void {
    const waitMs = Math.max(closing.pauseMs * (0.5 + random()), retryAfterMs);
    closing.until = now() + waitMs;
  }

  function open({ at, refusals }: NonNullable<typeof closed>): void {
    const time = now();
    const wholeMs = Math.max(time - openedAt, 1);
    const share = Math.max((rate * (at - openedAt)) / wholeMs, (accepted * 1000) / wholeMs);
    // A first window of which others had used up nearly all shows nothing of what there is to share.
    const isTelling = growth === undefined && accepted >= FIRST_CALLS;
    rate = Math.min(rate * CUT, Math.max(share, isTelling ? 0 : rate * DEEPEST_CUT));
    regainMs =
      growth === undefined
        ? FIRST_REGAIN_MS
        : Math.max(REGAIN_MS, (CALLS_A_REFUSAL * refusals * 1000) / rate);
    growth = (rate * (1 - CUT) * 1000) / regainMs;
    depth = Math.min(depth, LATE_CALLS);
    openedAt = time;
    accepted = 0;
    closed = undefined;
  }

  function grow(time: number): void {
    const calm = Math.floor((time - openedAt) / regainMs);
    const each = growth === undefined ? 1 : Math.min(1, (growth * SPEED_UP ** calm) / rate);
    rate = Math.min(rate + each, ceiling);
  }
}
