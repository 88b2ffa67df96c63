import { type RunResult, totalsOf } from '../remediation';
import { placeOf } from '../security-group';
import type { Logger } from './logger';

const MOST_REASONS = 3;

/**
 * Logs what a run found and did: a line for each group that is not plainly compliant, at `warn` if it stays
 * so, at `error` if a guardrail kept its repair from being made, and one for the run, with `message`.
 */
export function reportRun(log: Logger, result: RunResult, message: string): void {
  for (const group of result.groups) {
    if (group.findingsBefore.length === 0) continue;
    const { securityGroupId, verdictBefore, verdict, heldBack } = group;
    const calls = group.calls.map(({ call, outcome }) => ({ action: call.action, ...outcome }));
    const reasons = reasonsOf(group);
    log[levelOf(group)](
      {
        ...placeOf(group),
        securityGroupId,
        verdictBefore,
        verdict,
        heldBack,
        calls,
        ...(reasons.length > 0 ? { reasons } : {}),
      },
      'group',
    );
  }
  for (const reason of result.heldBack) log.error({ reason }, 'run held back');
  log.info({ totals: totalsOf(result) }, message);
}

/** Why it is not known how a group stands; the same cause often keeps several policies from telling. */
function reasonsOf({ findings }: RunResult['groups'][number]): string[] {
  const unknown = findings.filter(({ status }) => status === 'unknown');
  return [...new Set(unknown.map(({ message }) => message))].slice(0, MOST_REASONS);
}

function levelOf({ verdict, heldBack }: RunResult['groups'][number]): 'info' | 'warn' | 'error' {
  if (heldBack !== undefined) return 'error';
  return verdict === 'compliant' || verdict === 'exempt' ? 'info' : 'warn';
}
