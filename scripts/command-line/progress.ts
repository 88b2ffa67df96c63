import { Presets, SingleBar } from 'cli-progress';
import type { Surroundings } from '../../shared/remediation';

const WIDEST_BAR = 40;
/** What stands beside the bar. */
const REST = 34;

/** Shows how far a run is, on a terminal's standard error only. */
export function showProgress(): {
  readonly onProgress: NonNullable<Surroundings['onProgress']>;
  readonly stop: () => void;
} {
  if (!process.stderr.isTTY) return { onProgress: () => {}, stop: () => {} };
  let bar: SingleBar | undefined;
  let current: string | undefined;
  return {
    onProgress(step, done, total) {
      if (step !== current) {
        bar?.stop();
        current = step;
        const format = `${step === 'read' ? 'Reading groups  ' : 'Repairing groups'} {bar} {value}/{total}`;
        const barsize = Math.max(Math.min(WIDEST_BAR, process.stderr.columns - REST), 5);
        bar = new SingleBar({ format, barsize, clearOnComplete: true }, Presets.shades_classic);
        bar.start(total, done);
      }
      bar?.update(done);
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Says what goes on while something whose length is not known is done, on a terminal's standard error only. */
export async function showActivity<Result>(what: string, work: Promise<Result>): Promise<Result> {
  if (!process.stderr.isTTY) return work;
  process.stderr.write(`${what} …`);
  try {
    return await work;
  } finally {
    process.stderr.write('\r\u001b[K');
  }
}
