import { parse } from 'yaml';
import { z } from 'zod';
import { resolveExpressions } from '../../local-cloud/function-compute';
import { FUNCTION_NAMES } from '../../scripts/build-functions';
import { MOST_ENVIRONMENT_BYTES } from './facts';
import { functionProperties } from './function-properties';
import { triggerProblems } from './trigger-problems';

const templateSchema = z.strictObject({
  edition: z.literal('3.0.0'),
  name: z.string().regex(/^[A-Za-z][\w-]*$/),
  access: z.string(),
  vars: z.record(z.string(), z.unknown()),
  resources: z.record(
    z.string(),
    z.strictObject({ component: z.literal('fc3'), props: z.record(z.string(), z.unknown()) }),
  ),
});

/**
 * What is wrong with a template, each problem with its place; none if it can be deployed. `longest` has, by
 * variable, the longest value that a user may sensibly choose: with these, environments must still fit.
 */
export function checkTemplate(
  text: string,
  longest: Readonly<Record<string, unknown>> = {},
): string[] {
  const template = templateSchema.safeParse(parse(text));
  if (!template.success) return template.error.issues.map((issue) => told('', issue));
  const { vars, resources } = template.data;
  const problems = variableProblems(text, Object.keys(vars));
  for (const [name, { props }] of Object.entries(resources)) {
    try {
      problems.push(...functionProblems(name, resolved(props, template.data)));
      const full = { ...template.data, vars: { ...vars, ...longest } };
      problems.push(...environmentProblems(name, resolved(props.environmentVariables ?? {}, full)));
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  const names = Object.keys(resources);
  const functionNames = Object.values(resources).map(({ props }) => String(props.functionName));
  for (const [index, functionName] of functionNames.entries()) {
    if (functionNames.indexOf(functionName) !== index)
      problems.push(`${names[index]}: functionName ${functionName} is there twice`);
  }
  const missing = FUNCTION_NAMES.filter((name) => !names.includes(name));
  return [...problems, ...missing.map((name) => `the function ${name} is missing`)];
}

/** The values of a template, as for an account without any environment variable set. */
function resolved(value: unknown, document: unknown): unknown {
  return resolveExpressions(value, { document, environment: {}, accountId: '1234567890123456' });
}

function functionProblems(name: string, props: unknown): string[] {
  const checked = functionProperties.safeParse(props);
  if (!checked.success) return checked.error.issues.map((issue) => told(`${name}.`, issue));
  const { code, triggers } = checked.data;
  return [
    ...(code === `./dist/functions/${name}` ? [] : [`${name}.code: is not where it is built`]),
    ...triggers.flatMap(({ triggerName, triggerType, triggerConfig }) =>
      triggerProblems(triggerType, triggerConfig).map((issue) =>
        told(`${name}.triggers.${triggerName}.`, issue),
      ),
    ),
  ];
}

function environmentProblems(name: string, environment: unknown): string[] {
  const entries = Object.entries(Object(environment));
  const bytes = Buffer.byteLength(entries.flat().join(''));
  const strange = entries.filter(([key]) => !/^[A-Za-z]\w*$/.test(key) || key.startsWith('FC_'));
  return [
    ...strange.map(([key]) => `${name}.environmentVariables.${key}: is no name that may be chosen`),
    ...(bytes <= MOST_ENVIRONMENT_BYTES
      ? []
      : [`${name}.environmentVariables: can come to ${bytes} bytes, and 4096 are the most`]),
  ];
}

/** A user looks through the variables: each has a comment above it, and does something. */
function variableProblems(text: string, names: readonly string[]): string[] {
  const lines = text.split('\n');
  const code = lines.filter((line) => !/^ *#/.test(line)).join('\n');
  return names.flatMap((name) => {
    const line = lines.findIndex((each) => each.startsWith(`  ${name}:`));
    return [
      ...(/^ {2}# \S/.test(lines[line - 1] ?? '') ? [] : [`vars.${name}: has no comment above it`]),
      ...(code.includes(`\${vars.${name}}`) ? [] : [`vars.${name}: is not used`]),
    ];
  });
}

function told(place: string, { path, message }: z.core.$ZodIssue): string {
  return `${place}${path.join('.')}: ${message}`;
}
