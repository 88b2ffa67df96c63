import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, type RecordStore } from '../../shared/evidence';
import { writeTrouble } from '../file-trouble';
import { buildReport, type ReportOptions } from './build-report';
import type { Format, Language } from './choices';
import type { Report } from './model';
import { renderReport } from './render-report';

/** What is written, and where. */
export interface WriteOptions extends ReportOptions {
  readonly file: string;
  readonly format: Format;
  readonly language: Language;
}

/**
 * Makes a report from the records of runs and writes it to a file, whose folder is made if need be. Throws
 * NoSuchRunError, RecordStoreError, and an Error that names the file if it cannot be written.
 */
export async function writeReport(
  records: RecordStore,
  { file, format, language, ...options }: WriteOptions,
): Promise<Report> {
  const report = await buildReport(records, options);
  try {
    await makeFolder(dirname(file));
    await writeFile(file, renderReport(report, format, language));
  } catch (error) {
    throw new Error(`the report cannot be written to ${file}: ${writeTrouble(error)}`);
  }
  return report;
}
