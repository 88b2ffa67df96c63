import { clientToken, type EcsClient, isEcsError, type WriteCall } from '../ecs';
import { parseRule, type Rule, ruleIdentity, type SecurityGroupSummary } from '../security-group';
import { type GroupReading, readGroup } from './read';
import type { CallResult } from './run';

/** A write with the ClientToken that it carries on every attempt. */
export type TokenedCall = Pick<CallResult, 'call' | 'clientToken'>;

/** Gives each call its token, from the trigger and the change itself. */
export function withTokens(calls: readonly WriteCall[], triggerId: string): TokenedCall[] {
  return calls.map((call) => ({ call, clientToken: clientToken(triggerId, call) }));
}

/**
 * Sends a group's writes in order. After the first that does not succeed the rest are not sent: what
 * they were planned on may no longer hold.
 */
export async function sendCalls(
  ecs: EcsClient,
  calls: readonly TokenedCall[],
  now: () => number,
): Promise<CallResult[]> {
  const results: CallResult[] = [];
  for (const { call, clientToken } of calls) {
    if (results.some((result) => result.outcome.status !== 'done')) {
      results.push({ call, clientToken, outcome: { status: 'not-sent' } });
      continue;
    }
    const outcome = await send(ecs, call, clientToken);
    results.push({ call, clientToken, time: new Date(now()).toISOString(), outcome });
  }
  return results;
}

async function send(
  ecs: EcsClient,
  call: WriteCall,
  token: string,
): Promise<CallResult['outcome']> {
  try {
    return { status: 'done', ...(await ecs.execute(call, token)) };
  } catch (error) {
    if (!isEcsError(error)) throw error;
    return {
      status: error.kind === 'unknown-outcome' ? 'unknown' : 'failed',
      kind: error.kind,
      message: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    };
  }
}

/** Waits between reads of a group whose change does not show yet (DescribeSecurityGroupAttribute lags). */
const READ_BACK_DELAYS_MS = [200, 400, 800, 1600, 3200];

/**
 * Reads a group after its writes. If a write that succeeded does not show yet, it reads again with
 * growing delays, and gives the last reading if it never does.
 */
export function readBack(
  ecs: EcsClient,
  summary: SecurityGroupSummary,
  results: readonly CallResult[],
  sleep: (milliseconds: number) => Promise<void>,
): Promise<GroupReading> {
  const done = results.filter(({ outcome }) => outcome.status === 'done');
  const calls = done.map(({ call }) => call);
  return readUntil(ecs, summary, (rules) => shows(rules, calls), sleep);
}

/** Reads a group, with growing delays until its rules are as awaited or the patience for that is over. */
export async function readUntil(
  ecs: EcsClient,
  summary: SecurityGroupSummary,
  isAwaited: (rules: readonly Rule[]) => boolean,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<GroupReading> {
  let reading = await readGroup(ecs, summary);
  for (const delay of READ_BACK_DELAYS_MS) {
    if (reading.status === 'unknown' || isAwaited(reading.group.rules)) break;
    await sleep(delay);
    reading = await readGroup(ecs, summary);
  }
  return reading;
}

/** Rules added or revoked and descriptions changed by the calls that ended in one of some ways. */
export function changesIn(
  results: readonly CallResult[],
  statuses: readonly CallResult['outcome']['status'][],
): number {
  return results
    .filter(({ outcome }) => statuses.includes(outcome.status))
    .reduce((sum, { call }) => sum + changesOf(call), 0);
}

function changesOf({ parameters }: WriteCall): number {
  if ('Permissions' in parameters) return parameters.Permissions.length;
  return typeof parameters.SecurityGroupRuleId === 'object'
    ? parameters.SecurityGroupRuleId.length
    : 1;
}

/** Whether rules are as some calls leave them. */
export function shows(rules: readonly Rule[], calls: readonly WriteCall[]): boolean {
  return calls.every((call) => {
    switch (call.action) {
      case 'AuthorizeSecurityGroup':
      case 'AuthorizeSecurityGroupEgress': {
        const Direction = call.action === 'AuthorizeSecurityGroup' ? 'ingress' : 'egress';
        return call.parameters.Permissions.every((permission) =>
          isAmong(rules, parseRule({ Direction, ...permission })),
        );
      }
      case 'RevokeSecurityGroup':
      case 'RevokeSecurityGroupEgress': {
        const Direction = call.action === 'RevokeSecurityGroup' ? 'ingress' : 'egress';
        if ('Permissions' in call.parameters) {
          return !call.parameters.Permissions.some((permission) =>
            isAmong(rules, parseRule({ Direction, ...permission })),
          );
        }
        const revoked: readonly (string | undefined)[] = call.parameters.SecurityGroupRuleId;
        return !rules.some((rule) => revoked.includes(rule.id));
      }
      case 'ModifySecurityGroupRule':
      case 'ModifySecurityGroupEgressRule': {
        const { Description, SecurityGroupRuleId } = call.parameters;
        return rules.some(
          (rule) =>
            rule.description === Description &&
            (SecurityGroupRuleId === undefined || rule.id === SecurityGroupRuleId),
        );
      }
      default:
        return call satisfies never;
    }
  });
}

/** Whether some rule says the same, whatever its id and description. */
export function isAmong(rules: readonly Rule[], wanted: Rule): boolean {
  const identity = ruleIdentity(wanted);
  return rules.some((rule) => ruleIdentity(rule) === identity);
}
