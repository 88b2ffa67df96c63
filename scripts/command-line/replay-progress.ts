import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';

/**
 * Shows how much of some files has been read, on a terminal's standard error; not when the answers go to
 * the terminal as well, and not when nobody knows how long the files are.
 */
export async function showReplayProgress(files: readonly string[]): Promise<{
  readonly onRead: (bytes: number) => void;
  readonly stop: () => void;
}> {
  const sizes = await Promise.all(
    files.map(async (file) =>
      file === '-' ? 0 : ((await stat(file).catch(() => null))?.size ?? 0),
    ),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!process.stderr.isTTY || process.stdout.isTTY || total === 0) {
    return { onRead: () => {}, stop: () => {} };
  }
  const format = 'Replaying events {bar} {percentage}%';
  const bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
  bar.start(total, 0);
  return { onRead: (bytes) => bar.increment(bytes), stop: () => bar.stop() };
}
