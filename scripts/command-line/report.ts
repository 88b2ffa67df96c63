import { SingleBar } from 'cli-progress';
import { buildReport, type Format, type Language, renderReport, writeReport } from '../report';
import { EXIT_CODES } from './exit-code';
import { openRecords, type RecordOptions } from './records';

/** Options of `report`. */
export interface ReportCommandOptions extends RecordOptions {
  /** A file, or `-` for standard output. */
  readonly out?: string;
  readonly format: Format;
  readonly lang: Language;
}

const DEFAULT_PAGE = 'out/report.html';

/** Writes a report on the state of the estate and what a run changed. Gives the exit code. */
export async function report(
  run: string,
  { out, format, lang, ...place }: ReportCommandOptions,
): Promise<number> {
  const file = out ?? (format === 'html' ? DEFAULT_PAGE : '-');
  const records = await openRecords(place);
  const progress = showReading();
  const options = { run, now: Date.now(), onProgress: progress.onProgress };
  try {
    if (file === '-') {
      process.stdout.write(renderReport(await buildReport(records, options), format, lang));
      return EXIT_CODES.compliant;
    }
    const { totals } = await writeReport(records, { ...options, file, format, language: lang });
    progress.stop();
    console.log(`${file}: ${totals.compliant} of ${totals.groups} groups are compliant`);
    return EXIT_CODES.compliant;
  } finally {
    progress.stop();
  }
}

/** Shows how many records are read, on a terminal's standard error only. */
export function showReading() {
  if (!process.stderr.isTTY) return { onProgress: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: 'Reading records {bar} {value}/{total}',
    clearOnComplete: true,
  });
  let isStarted = false;
  return {
    onProgress(done: number, total: number) {
      if (!isStarted) bar.start(total, done);
      isStarted = true;
      bar.update(done);
    },
    stop() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}
