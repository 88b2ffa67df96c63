import { type Listing, type RunResult, unlistedName } from '../../shared/remediation';
import { closingText } from './closing-text';
import { colors as pc } from './color';
import { groupLines } from './group-table';
import { printable } from './printable';
import type { Printed } from './result-output';
import { wrap } from './text-width';
import { totalsLines } from './totals-table';

/** Groups shown with all their findings; the rest is counted. */
const MOST_SHOWN = 20;

/** How a result is told to people. */
export interface TextOptions extends Omit<Printed, 'unlisted'> {
  /** Show every group with findings, not only the first ones. */
  readonly all: boolean;
  /** How wide a line may be; absent: as long as it is. */
  readonly columns?: number | undefined;
}

/** A result for people: groups that are not compliant with what was found and done, then the totals. */
export function textReport(
  result: RunResult,
  unlisted: Listing['unlisted'],
  options: TextOptions,
): string {
  const { applied, all, columns } = options;
  const noteworthy = result.groups.filter(
    (group) => group.findings.length > 0 || group.findingsBefore.length > 0,
  );
  const shown = all ? noteworthy : noteworthy.slice(0, MOST_SHOWN);
  const warnings = [
    ...unlisted.map((each) => `${unlistedName(each)} could not be listed: ${each.reason}`),
    ...result.heldBack.map(
      (reason) => `${applied ? 'Nothing is changed' : 'An apply would change nothing'}: ${reason}`,
    ),
  ];
  return [
    ...shown.flatMap((group) => groupLines(group, applied, columns)),
    ...(shown.length < noteworthy.length
      ? [pc.dim(`… and ${noteworthy.length - shown.length} more groups: --all shows them`), '']
      : []),
    ...warnings
      .flatMap((text) => wrap(printable(text), columns ?? Number.POSITIVE_INFINITY))
      .map((line) => pc.yellow(line)),
    ...totalsLines(result, columns),
    ...wrap(closingText(result, options), columns ?? Number.POSITIVE_INFINITY),
  ].join('\n');
}
