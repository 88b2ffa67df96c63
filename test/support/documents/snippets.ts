import { parse, stringify } from 'yaml';
import { createEcs } from '../../../local-cloud/ecs';
import { loadPolicies } from '../../../shared/policy/load';
import { decodeBody } from '../../../shared/triggers/webhook';

/**
 * What the loader has against a policy file or a part of one: a list of policies, or of exemptions, or
 * some top-level keys. What is neither must be YAML. Undefined if there is nothing.
 */
export function problemOfYaml(text: string): string | undefined {
  return problemIn(() => {
    const content: unknown = parse(text);
    const file = policyFileOf(content);
    if (file === undefined) return;
    // The text itself, where it is a whole file: its lines are named then.
    loadPolicies(file === content ? text : stringify(file), 'snippet', Date.now());
  });
}

const POLICY = { id: 'some', kind: 'describe-rules', template: '{text}' };

/** Undefined for what has nothing to do with policies. */
function policyFileOf(content: unknown): unknown {
  if (Array.isArray(content)) {
    const [first] = content as readonly (Record<string, unknown> | null)[];
    if (first && 'kind' in first) return { version: 1, policies: content };
    if (first && 'until' in first)
      return { version: 1, policies: [{ ...POLICY, exempt: content }] };
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  if ('policies' in content || 'version' in content) return content;
  const isPart = ['guardrails', 'quotas', 'accounts'].some((key) => key in content);
  return isPart ? { version: 1, policies: [POLICY], ...content } : undefined;
}

/** What is wrong with JSON, a body for the webhook or an inventory. Undefined if there is nothing. */
export function problemOfJson(text: string): string | undefined {
  return problemIn(() => {
    const content: unknown = JSON.parse(text);
    if (typeof content !== 'object' || content === null) return;
    if ('SecurityGroups' in content) {
      createEcs({ accountId: '1234567890123456', random: () => 0 }).loadInventory(content);
    }
    if (!('requester' in content)) return;
    const named = 'policies' in content ? (content.policies as readonly string[]) : [];
    const body = decodeBody(Buffer.from(text), named);
    if (!body.ok) throw new Error(body.problems.map((each) => JSON.stringify(each)).join('; '));
  });
}

function problemIn(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
