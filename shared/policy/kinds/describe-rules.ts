import { describeRule, hasPorts, type Rule, type SecurityGroup } from '../../security-group';
import {
  type DescriptionParts,
  type DescriptionTemplate,
  LONGEST_DESCRIPTION,
  parseDescription,
  parseTemplate,
  renderDescription,
} from '../description-template';
import { fieldsOf } from '../fields';
import type { DescribeRulesPolicy, FieldSource, Policy } from '../policy';
import type { Finding } from './finding';
import { obstacleToWriting } from './obstacle';

/** Finds the rules of a group whose description does not follow the standard. */
export function judgeDescribeRules(policy: DescribeRulesPolicy, group: SecurityGroup): Finding[] {
  const template = parseTemplate(policy.template);
  return group.rules.flatMap((rule): Finding[] => {
    if (!policy.direction.includes(rule.direction)) return [];
    const description = standardDescription(template, policy.fields, group.tags, rule.description);
    if (description === rule.description) return [];
    const about = `rule ${rule.id ?? describeRule(rule)} is described as "${rule.description}"`;
    const obstacle = obstacleToWriting(group) ?? obstacleTo(rule, description);
    return [
      {
        policyId: policy.id,
        severity: policy.severity,
        ...(obstacle === undefined
          ? {
              status: 'violating',
              message: `${about}, the standard is "${description}"`,
              changes: [{ kind: 'describe-rule', rule, description }],
            }
          : { status: 'unrepairable', message: `${about}: ${obstacle}`, changes: [] }),
      },
    ];
  });
}

/**
 * A description by the standard, with people's own words kept. Stating it of its own result changes
 * nothing. A text that has the template's form already is taken apart and its fields are brought up to
 * date; where only the white space differs, that is done only if every field holds today's value, since
 * people write such lists of words too.
 */
export function standardDescription(
  template: DescriptionTemplate,
  fields: Readonly<Record<string, FieldSource>>,
  tags: Readonly<Record<string, string>>,
  description: string,
): string {
  return renderDescription(template, partsOf(template, fields, tags, description, true));
}

/** The parts of the standard description. `trustForm`: what has the template's form was made by it. */
function partsOf(
  template: DescriptionTemplate,
  sources: Readonly<Record<string, FieldSource>>,
  tags: Readonly<Record<string, string>>,
  description: string,
  trustForm: boolean,
): DescriptionParts {
  const exact = parseDescription(template, description);
  const near = exact ?? parseDescription(template, description, { lenient: true });
  if (near) {
    const fields = fieldsOf(template, sources, tags, near.fields);
    const isToday = Object.entries(fields).every(([name, value]) => near.fields[name] === value);
    if (isToday || (exact && trustForm)) return { fields, text: near.text };
  }
  return { fields: fieldsOf(template, sources, tags, {}), text: description };
}

/**
 * A rule about to be added, with the description that the standards among some policies ask for. Its own
 * description becomes the text, even where it happens to have a template's form, because its parts were
 * never fields of the standard; only one that already holds the fields' values of today is left alone.
 */
export function describePlannedRule(
  policies: readonly Policy[],
  group: SecurityGroup,
  rule: Rule,
): Rule {
  const standards = policies.filter(
    (policy): policy is DescribeRulesPolicy =>
      policy.kind === 'describe-rules' && policy.direction.includes(rule.direction),
  );
  for (const { template: source, fields } of standards) {
    const template = parseTemplate(source);
    const parts = partsOf(template, fields, group.tags, rule.description, false);
    const description = renderDescription(template, parts);
    // Policies whose standards could differ for one rule are refused when they are loaded.
    return description.length <= LONGEST_DESCRIPTION ? { ...rule, description } : rule;
  }
  return rule;
}

function obstacleTo(rule: Rule, description: string): string | undefined {
  if (description.length > LONGEST_DESCRIPTION) {
    return (
      `not repaired: the standard description would have ${description.length} characters, and ` +
      `${LONGEST_DESCRIPTION} are allowed; shorten the text by hand`
    );
  }
  if (rule.id !== undefined) return undefined;
  const takesPorts = rule.protocol !== 'all' && hasPorts(rule.protocol);
  if (takesPorts === (rule.ports === 'all')) {
    return 'not repaired: the rule has no id, and the API refuses to name a rule that pairs its protocol with its ports';
  }
  if (rule.peer.kind === 'none') {
    return 'not repaired: the rule has no id, and the API refuses to name a rule without a peer';
  }
  return undefined;
}
