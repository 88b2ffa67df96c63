/**
 * ECS counts calls by account, region and action in windows of a second or a minute, shares the limit with
 * the console and every other tool, and tells nobody what it is (help page "API throttling"). So each action
 * of a client finds its rate by additive increase and multiplicative decrease. The figures below were chosen
 * by simulation: rate.test.ts has the claims, and `npm run bench -- sweep-rate --simulated` prints the tables.
 *
 * - Calls are spread evenly, so that whatever is too much is refused at the very end of a window, where it
 *   costs a call or two. A refusal closes the action for every caller, and only one call at a time asks whether
 *   it is open again, after waits that double: without that each window of a minute would cost hundreds.
 * - A client begins steeply. What was accepted in the window of the first refusal shows the limit.
 * - Each refusal takes a part of the rate, the same for all, and more only where a whole window shows that far
 *   less is allowed. The rate then grows with the time since, ever faster, not with itself: what clients that share
 *   a limit lose differs and what they gain does not, so they become even, whoever came first.
 * - In windows of a second, who sends more is also refused more often. Only there may fast rates gain more, so
 *   that they need not wait as long as slow ones. In windows of a minute everyone is refused in each that is used
 *   up, and gains that grow with the rate would starve whoever has little.
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

/** What every action begins with: calls at once, then calls a second, then so many more with each accepted. */
const FIRST_CALLS = 10;
const FIRST_RATE = 10;
const FIRST_GROWTH = 1.5;
/** What the first refusal leaves of what it showed, and the part by which this grows each second until the next. */
const FIRST_CUT = 0.95;
const SECOND_GROWTH = 0.02;

/** How rates rise and fall. */
interface Law {
  /** What a refusal leaves of a rate. */
  readonly cut: number;
  /** Calls a second by which a rate begins to grow each second, and how long until it grows twice as fast. */
  readonly growth: number;
  readonly doubledMs: number;
  /** Shortest wait before asking whether a closed action is open again. */
  readonly pauseMs: number;
}
/** A closed minute is worth a longer wait: each question costs one of its few calls. */
const SECONDS: Law = { cut: 0.96, growth: 0.00008, doubledMs: 9_000, pauseMs: 50 };
const MINUTES: Law = { cut: 0.93, growth: 0.00001, doubledMs: 28_000, pauseMs: 4_000 };
/** In windows of a second: so large a part of what a rate has above this grows each second too. */
const FAST_RATE = 8;
const FAST_GROWTH = 0.003;
/** An action that was found closed for so long has windows of a minute; how that fades with each refusal. */
const MINUTE_SHOWS_MS = 2_000;
const FADING = 0.95;

/** What the first refusal leaves at least, in calls a second. */
const LOWEST_RATE = 1;
/** What a refusal leaves of a rate at least. So many calls show what share of a window a client has. */
const DEEPEST_CUT = 0.5;
const TELLING_CALLS = 10;
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

/** An action that takes no calls. */
interface Closing {
  /** When it was first refused, and until when it has shown to be closed, or said so. */
  readonly at: number;
  shownUntil: number;
  /** Until when nobody asks, and how long to wait after the next refusal. */
  askAt: number;
  pauseMs: number;
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
  let refusals = 0;
  /** How many came in a row too soon to show more than that the rate is too high: each takes more than the last. */
  let hastyRefusals = 0;
  /** When the calls of the last seconds before the first refusal were sent. */
  let starting: number[] = [];
  /** How long the rate was used up since the last opening: idle time shows nothing of the limit. */
  let usedMs = 0;
  /** How long the action was found closed; fades. */
  let closedMs = 0;
  let law = SECONDS;
  let closed: Closing | undefined;
  /** The one call that asks whether the action is open again. */
  let asking: Promise<void> | undefined;
  /** Refusals of calls that were sent before the last one closed the action say nothing new. */
  let closings = 0;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return () => {
    waiting += 1;
    const turn = last.then(comeThrough).finally(() => {
      waiting -= 1;
    });
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
      const waitMs = closed ? closed.askAt - time : ((1 - tokens) / rate) * 1000;
      if (waitMs < 0.001) return closed ? ask(closed) : pass();
      if (time + waitMs >= deadline) return undefined;
      await sleep(waitMs);
    }
  }

  function pass(): Turn {
    tokens = Math.max(tokens - 1, 0);
    const isHeldBack = tokens < 1 || waiting > 1;
    const sentAt = now();
    const sentIn = closings;
    return {
      end(passage, retryAfterMs = 0) {
        if (passage === 'accepted') {
          accepted += 1;
          if (refusals === 0) remember(sentAt);
          // A rate that is not used up shows nothing about the limit.
          if (isHeldBack && !closed) grow();
        } else if (passage === 'throttled' && !closed && sentIn === closings) {
          closings += 1;
          const at = now();
          closed = { at, shownUntil: at, askAt: at, pauseMs: Math.max(1000 / rate, law.pauseMs) };
          pause(closed, retryAfterMs);
        } else if (passage === 'throttled' && closed) {
          keepShut(closed, retryAfterMs);
        }
      },
    };
  }

  function ask(closing: Closing): Turn {
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
          closing.pauseMs = Math.min(closing.pauseMs * 2, LONGEST_PAUSE_MS);
          pause(closing, retryAfterMs);
        }
      },
    };
  }

  function pause(closing: Closing, retryAfterMs: number): void {
    closing.askAt = now() + closing.pauseMs * (0.5 + random());
    keepShut(closing, retryAfterMs);
  }

  function keepShut(closing: Closing, retryAfterMs: number): void {
    closing.shownUntil = Math.max(closing.shownUntil, now() + retryAfterMs);
    closing.askAt = Math.max(closing.askAt, closing.shownUntil);
  }

  function open({ at, shownUntil }: Closing): void {
    const time = now();
    const wholeMs = Math.max(time - openedAt, 1);
    closedMs = Math.max(shownUntil - at, closedMs * FADING);
    law = closedMs < MINUTE_SHOWS_MS ? SECONDS : MINUTES;
    depth = Math.min(depth, LATE_CALLS);
    tokens = 0;
    filledAt = time;
    closed = undefined;
    // Others had used the window up in which this client began: it goes on beginning.
    if (refusals === 0 && accepted < TELLING_CALLS) return;

    const acceptedRate = (accepted * 1000) / wholeMs;
    if (refusals === 0) {
      // The window that is over began no earlier than a second before what was last seen of it.
      const inSecond = starting.filter((sentAt) => sentAt >= shownUntil - 1000).length;
      const shown = law === SECONDS ? inSecond * FIRST_CUT : acceptedRate;
      rate = Math.min(Math.max(shown, LOWEST_RATE), ceiling);
      starting = [];
    } else if (accepted < TELLING_CALLS) {
      hastyRefusals += 1;
      rate *= Math.max(law.cut ** (hastyRefusals + 1), DEEPEST_CUT);
    } else {
      hastyRefusals = 0;
      const share = Math.max((rate * (at - openedAt)) / wholeMs, acceptedRate);
      rate = Math.min(rate * law.cut, Math.max(share, rate * DEEPEST_CUT));
    }
    refusals += 1;
    openedAt = time;
    usedMs = 0;
    accepted = 0;
  }

  function remember(sentAt: number): void {
    starting.push(sentAt);
    if ((starting[0] ?? sentAt) < sentAt - 3_000) starting.shift();
  }

  /** Lets the rate grow by what the time of one call is worth. */
  function grow(): void {
    usedMs += 1000 / rate;
    rate = Math.min(rate + Math.min(growth() / rate, FIRST_GROWTH), ceiling);
  }

  /** Calls a second each second. */
  function growth(): number {
    if (refusals === 0) return rate * FIRST_GROWTH;
    const sooner = 2 ** (usedMs / law.doubledMs);
    if (law === MINUTES) return law.growth * sooner;
    if (refusals === 1) return rate * SECOND_GROWTH * sooner;
    return (law.growth + Math.max(rate - FAST_RATE, 0) * FAST_GROWTH) * sooner;
  }
}
