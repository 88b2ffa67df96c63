import { type RunResult, totalsOf } from '../../shared/remediation';
import type { Printed } from './result-output';

/** The last sentence about a run: what was done, or what can be done next. */
export function closingText(
  result: RunResult,
  { applied, saved, isPreview, isInterrupted }: Omit<Printed, 'unlisted'>,
): string {
  const { runId, groups, heldBack } = result;
  const source = saved ? ` of the plan ${saved.file}, digest ${saved.digest}` : '';
  if (applied) {
    if (heldBack.length > 0) return `Run ${runId} was held back.`;
    if (!isInterrupted) return `Run ${runId}${source} is done.`;
    const meant = groups.filter(({ calls }) => calls.length > 0);
    const left = meant.filter((group) => group.heldBack !== undefined);
    return `Run ${runId} was stopped: ${meant.length - left.length} of ${meant.length} groups were changed, ${left.length} left as they are. The same command again goes on with them.`;
  }
  const { changes } = totalsOf(result);
  if (changes === 0) return 'Nothing to change.';
  const count = `${changes} ${changes === 1 ? 'change' : 'changes'} to make`;
  if (isPreview) return `${count}${source}.`;
  return saved
    ? `${count}. Saved as ${saved.file}, digest ${saved.digest}: "palisade apply --plan ${saved.file}" makes exactly these.`
    : `${count}: "palisade apply" with the same options makes them.`;
}
