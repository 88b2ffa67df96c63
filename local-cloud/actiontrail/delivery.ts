/** How events reach functions, after the call that they report has been answered. */
export interface DeliveryOptions {
  /** Milliseconds from the answer to the delivery, for each delivery anew; 0 by default. */
  readonly delayMs?: number | (() => number);
  /** How often each event is delivered: 1 by default, 0 loses it, more repeats it. */
  readonly copies?: number | (() => number);
  /**
   * Whether deliveries that fall due within so many milliseconds of each other go out in random order;
   * true means 100. By default they go out as they fall due.
   */
  readonly shuffle?: boolean | number;
}

/** Deliveries that wait for their time. */
export interface Delivery {
  /** Has something delivered, as often as the options say. */
  send(deliver: () => Promise<void>): void;
  /** Resolves once nothing waits and no delivery is under way. */
  idle(): Promise<void>;
  /** Drops what waits. Whatever is sent from then on is dropped, too. */
  close(): void;
}

const USUAL_WINDOW_MS = 100;

/** @param environment its random numbers are at least 0 and less than 1 */
export function createDelivery(
  { delayMs = 0, copies = 1, shuffle = false }: DeliveryOptions,
  environment: { readonly random: () => number; readonly onFailure: (error: unknown) => void },
): Delivery {
  const windowMs = typeof shuffle === 'number' ? shuffle : shuffle ? USUAL_WINDOW_MS : 0;
  const timers = new Set<NodeJS.Timeout>();
  let pending = 0;
  let closed = false;
  let waitingForIdle: (() => void)[] = [];
  let window: (() => Promise<void>)[] | undefined;

  const after = (milliseconds: number, action: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, milliseconds);
    timers.add(timer);
  };
  const resolveIdle = () => {
    for (const resolve of waitingForIdle) resolve();
    waitingForIdle = [];
  };
  const hand = async (deliver: () => Promise<void>) => {
    try {
      await deliver();
    } catch (error) {
      // Receivers are closed as well, and may have refused for that reason.
      if (!closed) environment.onFailure(error);
    }
    pending -= 1;
    if (pending === 0) resolveIdle();
  };
  const fallDue = (deliver: () => Promise<void>) => {
    if (windowMs === 0) {
      void hand(deliver);
      return;
    }
    if (window === undefined) {
      const opened: (() => Promise<void>)[] = [];
      window = opened;
      after(windowMs, () => {
        window = undefined;
        for (const each of shuffled(opened, environment.random)) void hand(each);
      });
    }
    window.push(deliver);
  };

  return {
    send(deliver) {
      if (closed) return;
      const times = typeof copies === 'function' ? copies() : copies;
      for (let copy = 0; copy < times; copy += 1) {
        pending += 1;
        after(typeof delayMs === 'function' ? delayMs() : delayMs, () => fallDue(deliver));
      }
    },
    idle: () =>
      pending === 0 || closed
        ? Promise.resolve()
        : new Promise((resolve) => waitingForIdle.push(resolve)),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      resolveIdle();
    },
  };
}

/** The items in an order that the random numbers choose (Fisher and Yates). */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const left = [...items];
  const order: Item[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}
