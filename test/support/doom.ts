/** Where a process ends: at which of its operations, and whether that one still takes effect. */
export interface Doom {
  /** From 1, counted over everything that was wrapped. */
  readonly operation: number;
  readonly when: 'before' | 'after';
}

/** A process that ends in the middle, as far as the ports it uses can tell. */
export interface Doomed {
  /** The same port; from the end on its operations never begin, and none ever returns. */
  wrap<Port extends object>(port: Port): Port;
  /** Resolves when the process has ended. */
  readonly killed: Promise<void>;
  /** Resolves when nothing that was begun is still under way. */
  settled(): Promise<void>;
}

/** Counts the operations of some ports and ends the process at one of them. */
export function doomed(doom: Doom): Doomed {
  let begun = 0;
  let dead = false;
  const underWay = new Set<Promise<unknown>>();
  let die = () => {};
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  const forever = new Promise<never>(() => {});

  const perform = async (operation: () => unknown): Promise<unknown> => {
    if (dead) return forever;
    begun += 1;
    const isLast = begun === doom.operation;
    if (isLast) {
      dead = true;
      die();
      if (doom.when === 'before') return forever;
    }
    const result = Promise.resolve(operation());
    underWay.add(result);
    const settle = () => underWay.delete(result);
    result.then(settle, settle);
    await result.catch(() => {});
    return dead ? forever : result;
  };

  return {
    wrap: (port) =>
      new Proxy(port, {
        get(target, name, receiver) {
          const member: unknown = Reflect.get(target, name, receiver);
          if (typeof member !== 'function') return member;
          return (...parameters: unknown[]) =>
            perform(() => Reflect.apply(member, target, parameters));
        },
      }),
    killed,
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}
