import type { Report } from '../model';

/**
 * The report as one JSON object: the fields of `Report` with `version` before them. Fields may be added
 * under the same version; one that is renamed, removed or given another meaning makes a new version.
 */
export function renderJson(report: Report): string {
  return `${JSON.stringify({ version: 1, ...report }, null, 1)}\n`;
}
