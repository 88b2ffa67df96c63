import type { Format, Language } from './choices';
import { renderCsv } from './formats/csv';
import { renderJson } from './formats/json';
import { renderOcsf } from './formats/ocsf';
import { renderSarif } from './formats/sarif';
import type { Report } from './model';
import { renderPage } from './page';
import { TEXTS } from './texts';

/** Writes out a report. Only the page speaks the language; the other formats are the same in all. */
export function renderReport(report: Report, format: Format, language: Language): string {
  switch (format) {
    case 'html':
      return renderPage(report, TEXTS[language]);
    case 'json':
      return renderJson(report);
    case 'csv':
      return renderCsv(report);
    case 'sarif':
      return renderSarif(report);
    case 'ocsf':
      return renderOcsf(report);
    default:
      return format satisfies never;
  }
}
