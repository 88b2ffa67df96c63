import { type FunctionDefinition, qualifiedName } from './function-definition';
import type { Instance } from './instance';

/** The running instances, warm ones reused, never more than the account's quota. */
export interface InstancePool {
  /** An instance for one invocation, or undefined while every instance of the quota is busy. */
  acquire(definition: FunctionDefinition): Instance | undefined;
  /** The same, waiting for its turn. Resolves to undefined when the pool is closed first. */
  acquireInTurn(definition: FunctionDefinition): Promise<Instance | undefined>;
  /** Gives an instance back after its invocation. */
  release(instance: Instance): void;
  /** Ends the instances of one function, or all. Returns how many were serving an invocation. */
  kill(name?: string): Promise<number>;
  /** Ends everything and gives nothing out any more. */
  close(): Promise<void>;
}

/** Creates a pool of at most `maxInstances` instances that `start` makes. */
export function createInstancePool(
  maxInstances: number,
  start: (definition: FunctionDefinition, onEnd: (instance: Instance) => void) => Instance,
): InstancePool {
  const idle = new Set<Instance>();
  const busy = new Set<Instance>();
  const waiting: {
    definition: FunctionDefinition;
    give: (instance: Instance | undefined) => void;
  }[] = [];
  let closed = false;

  const acquire = (definition: FunctionDefinition): Instance | undefined => {
    if (closed) return undefined;
    const warm = [...idle].find((instance) => instance.definition === definition);
    if (warm === undefined && idle.size + busy.size >= maxInstances) {
      const [replaced] = idle;
      if (replaced === undefined) return undefined;
      idle.delete(replaced);
      void replaced.terminate();
    }
    const instance = warm ?? start(definition, onEnd);
    idle.delete(instance);
    busy.add(instance);
    return instance;
  };
  const serveWaiting = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const instance = acquire(next.definition);
      if (instance === undefined) return;
      waiting.shift();
      next.give(instance);
    }
  };
  const onEnd = (instance: Instance) => {
    idle.delete(instance);
    busy.delete(instance);
    serveWaiting();
  };

  const kill = async (name?: string): Promise<number> => {
    const isMeant = ({ definition }: Instance) =>
      name === undefined || qualifiedName(definition.functionName, definition.serviceName) === name;
    const interrupted = [...busy].filter(isMeant);
    const unused = [...idle].filter(isMeant);
    for (const instance of unused) idle.delete(instance);
    await Promise.all([...interrupted, ...unused].map((instance) => instance.terminate()));
    return interrupted.length;
  };

  return {
    acquire,
    acquireInTurn(definition) {
      if (closed) return Promise.resolve(undefined);
      return new Promise((give) => {
        waiting.push({ definition, give });
        serveWaiting();
      });
    },
    release(instance) {
      if (!busy.delete(instance)) return;
      idle.add(instance);
      serveWaiting();
    },
    kill,
    async close() {
      closed = true;
      for (const { give } of waiting.splice(0)) give(undefined);
      await kill();
    },
  };
}
