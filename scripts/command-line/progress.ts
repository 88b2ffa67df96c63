import { Presets, SingleBar } from 'cli-progress';
import type { Surroundings } from '../../shared/remediation';

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
        bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
        bar.start(total, done);
      }
      bar?.update(done);
    },
    stop: () => bar?.stop(),
  };
}
