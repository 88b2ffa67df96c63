import { mapConcurrently } from './concurrency';
import type { Run } from './run';
import { type CutShard, payloadOf, taskIdOf } from './shards';

/** Calls of the enforce function under way at the same time. */
const CONCURRENCY = 8;

/** What became of handing a run over. */
export interface HandOver {
  readonly shards: number;
  /** Shards that were not known before: a run that is handed over again starts none. */
  readonly started: number;
  /** Shards that could not be handed over, each with its part and the reason. */
  readonly failures: readonly string[];
}

/**
 * Hands each shard of a run to `call`, which invokes the enforce function asynchronously under a task id. A
 * shard that fails holds up no other.
 */
export async function handOver(
  run: Omit<Run, 'groups'>,
  shards: readonly CutShard[],
  call: (payload: string, taskId: string) => Promise<{ readonly accepted: 'new' | 'duplicate' }>,
  onShard: (shard: CutShard, accepted: 'new' | 'duplicate' | Error) => void = () => {},
): Promise<HandOver> {
  const failures: string[] = [];
  let started = 0;
  await mapConcurrently(shards, CONCURRENCY, async (shard) => {
    try {
      const { accepted } = await call(
        payloadOf(run, shard),
        taskIdOf({ runId: run.runId, part: shard.part }),
      );
      if (accepted === 'new') started += 1;
      onShard(shard, accepted);
    } catch (error) {
      failures.push(`${shard.part}: ${(error as Error).message}`);
      onShard(shard, error as Error);
    }
  });
  return { shards: shards.length, started, failures };
}
