import type { Caller } from '../action';
import { compileCondition, type RequestConditions, TRUST_KEYS } from './condition';
import { compileWildcard } from './wildcard';

/** The trust policy of a role, ready to be asked whether it lets a caller assume the role. */
export type TrustPolicy = (caller: Caller, conditions: RequestConditions) => boolean;

const PRINCIPAL = /^acs:ram::(\d+):(root|user\/.+|role\/.+)$/i;

/**
 * Reads the trust policy of a role from parsed JSON (Edit the trust policy of a RAM role page): statements
 * whose Principal names accounts, users, roles or services, with sts:ExternalId among the condition keys. A
 * denial goes before what is allowed.
 * @param name what to call the document in an error
 * @throws Error that names the statement and what is malformed
 */
export function parseTrustPolicy(document: unknown, name: string): TrustPolicy {
  const { Version, Statement } = recordOf(document, name);
  if (Version !== '1' || !Array.isArray(Statement) || Statement.length === 0) {
    throw new Error(`${name}: write {"Version": "1", "Statement": [{"Effect": …}]}.`);
  }
  const statements = Statement.map((statement: unknown, index) =>
    parseStatement(statement, `${name}: Statement[${index}]`),
  );
  return (caller, conditions) => {
    const met = statements.filter(({ isNamed, isMet }) => isNamed(caller) && isMet(conditions));
    return (
      met.some(({ effect }) => effect === 'Allow') && !met.some(({ effect }) => effect === 'Deny')
    );
  };
}

function parseStatement(statement: unknown, where: string) {
  const { Effect: effect, Action, Principal, Condition } = recordOf(statement, where);
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new Error(`${where}: Effect is neither Allow nor Deny.`);
  }
  if (![Action].flat().includes('sts:AssumeRole')) {
    throw new Error(
      `${where}: Action is not sts:AssumeRole, which is all that a trust policy allows.`,
    );
  }
  const { RAM: named = [] } = recordOf(Principal, `${where}: Principal`);
  const principals = [named].flat().map((principal) => {
    if (typeof principal !== 'string' || !PRINCIPAL.test(principal)) {
      throw new Error(
        `${where}: Principal.RAM is malformed; write such as "acs:ram::1234567890123456:root".`,
      );
    }
    return compileWildcard(principal.toLowerCase());
  });
  return {
    effect,
    // What names services only names no caller here: they do not call AssumeRole.
    isNamed: (caller: Caller) =>
      arnsOf(caller).some((arn) => principals.some((matches) => matches(arn.toLowerCase()))),
    isMet: Condition === undefined ? () => true : compileCondition(Condition, TRUST_KEYS),
  };
}

/** What a caller may be named as: itself, or its account, which stands for everyone in it. */
function arnsOf({ accountId, identity }: Caller): string[] {
  const root = `acs:ram::${accountId}:root`;
  switch (identity.type) {
    case 'root-account':
      return [root];
    case 'ram-user':
      return [root, `acs:ram::${accountId}:user/${identity.userName}`];
    case 'assumed-role':
      return [root, `acs:ram::${accountId}:role/${identity.roleName}`];
    default:
      return identity satisfies never;
  }
}

function recordOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${where} is no JSON object.`);
}
