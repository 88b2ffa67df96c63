import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkDefinition, type FunctionDefinition } from './function-definition';
import { resolveExpressions, type TemplateScope } from './template-expressions';
import { readTriggers } from './template-triggers';

/** The properties that matter here (props of the component fc3, with its defaults). */
const properties = z.object({
  functionName: z.string(),
  handler: z.string(),
  runtime: z.string(),
  code: z
    .union([z.string(), z.object({ src: z.string() }).transform(({ src }) => src)])
    .describe('folder'),
  timeout: z.coerce.number().default(3),
  memorySize: z.coerce.number().default(512),
  environmentVariables: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({}),
  role: z.string().optional(),
  asyncInvokeConfig: z
    .object({
      asyncTask: z.boolean().default(false),
      maxAsyncRetryAttempts: z.coerce.number().default(3),
      destinationConfig: z
        .object({ onFailure: z.object({ destination: z.string() }).optional() })
        .optional(),
    })
    .default({ asyncTask: false, maxAsyncRetryAttempts: 3 }),
  triggers: z
    .array(
      z.object({
        triggerName: z.string().min(1),
        triggerType: z.string(),
        triggerConfig: z.unknown(),
      }),
    )
    .default([]),
});

/** What a template may refer to besides itself. */
export type TemplateOptions = Omit<TemplateScope, 'document'>;

/**
 * The functions of a Serverless Devs template, edition 3.0.0: its resources of the component fc3.
 * Relative code folders are taken from the template's own. Throws Error that names the file, the
 * resource and the property.
 */
export async function loadTemplate(
  file: string,
  options: TemplateOptions,
): Promise<FunctionDefinition[]> {
  const document: unknown = await readFile(file, 'utf8')
    .then((source) => parse(source))
    .catch((error: Error) => {
      const [cause] = error.message.split('\n');
      throw new Error(`the template ${file} cannot be read: ${cause} Correct it, or name another.`);
    });
  const { edition, resources } = z
    .object({ edition: z.unknown(), resources: z.record(z.string(), z.unknown()) })
    .catch({ edition: undefined, resources: {} })
    .parse(document);
  if (edition !== '3.0.0') {
    throw new Error(`${file}: edition is not 3.0.0; only Serverless Devs 3 templates are read.`);
  }
  const functions: FunctionDefinition[] = [];
  for (const [name, resource] of Object.entries(resources)) {
    const { component, props } = z
      .object({ component: z.string(), props: z.record(z.string(), z.unknown()) })
      .catch({ component: '', props: {} })
      .parse(resource);
    if (!/^fc3(@|$)/.test(component)) continue;
    const where = `${file}: resource '${name}'`;
    functions.push(readFunction(where, dirname(file), props, { ...options, document }));
  }
  if (functions.length === 0) {
    throw new Error(`${file}: no resource of the component fc3, so there is no function to run.`);
  }
  return functions;
}

function readFunction(
  where: string,
  folder: string,
  props: Readonly<Record<string, unknown>>,
  scope: TemplateScope,
): FunctionDefinition {
  // Only what is read here is resolved: the rest may hold what only the cloud can answer.
  const resolved = Object.fromEntries(
    Object.keys(properties.shape).map((property) => [
      property,
      within(`${where}, property '${property}'`, () => resolveExpressions(props[property], scope)),
    ]),
  );
  const read = check(where, '', properties, resolved);
  const triggers = readTriggers(where, read.triggers, (index, schema, config) =>
    check(where, `triggers.${index}.triggerConfig.`, schema, config),
  );
  const { destinationConfig, ...asyncInvokeConfig } = read.asyncInvokeConfig;
  const onFailure = destinationConfig?.onFailure?.destination;
  const definition: FunctionDefinition = {
    functionName: read.functionName,
    codeDirectory: resolve(folder, read.code),
    handler: read.handler,
    runtime: read.runtime,
    timeoutSeconds: read.timeout,
    memoryMegabytes: read.memorySize,
    environment: read.environmentVariables,
    ...(read.role === undefined ? {} : { role: read.role }),
    ...asyncInvokeConfig,
    ...(onFailure === undefined ? {} : { onFailure }),
    ...triggers,
  };
  within(where, () => checkDefinition(definition));
  return definition;
}

function check<Value>(
  where: string,
  prefix: string,
  schema: z.ZodType<Value>,
  value: unknown,
): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(
    `${where}, property '${prefix}${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'wrong'}.`,
  );
}

function within<Value>(where: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
