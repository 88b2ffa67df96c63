/**
 * Reports on a whole estate, made from the records of runs: what the records say (build-report.ts and what
 * it uses), and how that is written: as a page (page/, texts/) or for machines (formats/).
 */
export { buildReport, NoSuchRunError, type ReportOptions } from './build-report';
export { FORMATS, type Format, LANGUAGES, type Language } from './choices';
export type { Report } from './model';
export { renderReport } from './render-report';
export { writeReport } from './write-report';
