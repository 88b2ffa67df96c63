import { Presets, SingleBar } from 'cli-progress';

/** Shows how many entries have been read, on a terminal's standard error only. */
export function showEntries(): {
  readonly onRead: (done: number, total: number) => void;
  readonly stop: () => void;
} {
  if (!process.stderr.isTTY) return { onRead: () => {}, stop: () => {} };
  const format = 'Verifying entries {bar} {value}/{total}';
  const bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
  bar.start(0, 0);
  return {
    onRead(done, total) {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
