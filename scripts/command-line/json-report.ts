import type {
  CallResult,
  GroupResult,
  Listing,
  ReportedFinding,
  RunResult,
} from '../../shared/remediation';
import { plainPacket, totalsOf } from '../../shared/remediation';
import { placeOf } from '../../shared/security-group';

/** What `--json` prints; keys are stable. */
export function jsonReport(result: RunResult, unlisted: Listing['unlisted'], applied: boolean) {
  return {
    runId: result.runId,
    groups: result.groups.map((group) => groupJson(group, applied)),
    totals: { ...totalsOf(result), unlistedRegions: unlisted.length },
    heldBack: result.heldBack,
    unlisted,
  };
}

function groupJson(group: GroupResult, applied: boolean) {
  return {
    ...placeOf(group),
    securityGroupId: group.securityGroupId,
    name: group.name,
    verdict: group.verdict,
    ...(applied ? { verdictBefore: group.verdictBefore } : {}),
    findings: group.findings.map(findingJson),
    changes: group.calls.map((call) => changeJson(call, applied)),
    ...(group.effect ? { effect: group.effect } : {}),
    ...(group.unexpected === undefined ? {} : { unexpected: group.unexpected }),
    ...(group.heldBack === undefined ? {} : { heldBack: group.heldBack }),
  };
}

function findingJson({ policyId, severity, mode, status, message, witness }: ReportedFinding) {
  return {
    policyId,
    severity,
    mode,
    status,
    message,
    ...(witness ? { witness: plainPacket(witness) } : {}),
  };
}

/** A write; with what became of it once it was sent. */
export function changeJson({ call, clientToken, outcome }: CallResult, applied: boolean) {
  const { action, parameters } = call;
  return applied ? { action, parameters, clientToken, outcome } : { action, parameters };
}
