import { z } from 'zod';
import { compileEventPattern } from '../../local-cloud/actiontrail';
import { HTTP_METHODS, parseSchedule } from '../../local-cloud/function-compute';
import { MOST_EXPRESSIONS_PER_FIELD, MOST_PAYLOAD_BYTES } from './facts';

/** Whatever is thrown becomes a problem of the value. */
const without = (check: (text: string) => void) =>
  z.string().superRefine((text, context) => {
    try {
      check(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

/** What the triggers that the template uses may be configured with (documentation of the component fc3). */
const CONFIGURATIONS: Readonly<Record<string, z.ZodType>> = {
  timer: z.strictObject({
    cronExpression: without(checkSchedule),
    enable: z.boolean(),
    payload: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= MOST_PAYLOAD_BYTES, 'is over 128 KB')
      .optional(),
  }),
  http: z.strictObject({
    authType: z.enum(['anonymous', 'function', 'jwt']),
    methods: z.array(z.enum(HTTP_METHODS)).min(1),
    disableURLInternet: z.boolean().optional(),
  }),
  eventbridge: z.strictObject({
    triggerEnable: z.boolean(),
    asyncInvocationType: z.boolean(),
    eventRuleFilterPattern: without(checkPattern),
    eventSourceConfig: z.strictObject({ eventSourceType: z.literal('Default') }),
    eventSinkConfig: z.looseObject({}).optional(),
    runOptions: z.looseObject({}).optional(),
  }),
};

/** What is wrong with the configuration of a trigger; the component fc3 itself does not look at it. */
export function triggerProblems(triggerType: string, triggerConfig: unknown): z.core.$ZodIssue[] {
  const schema =
    CONFIGURATIONS[triggerType] ??
    z.never(`no checks are known for triggers of type ${triggerType}`);
  return schema.safeParse(triggerConfig).error?.issues ?? [];
}

/** Six fields, of the signs that the page on timer triggers knows: croner takes more. */
function checkSchedule(text: string): void {
  parseSchedule(text);
  if (text.startsWith('@every')) return;
  const fields = text.replace(/^CRON_TZ=\S+ /, '').split(' ');
  const strange = fields.find((field) => !/^[\d*/,?A-Z-]+$/.test(field));
  if (strange !== undefined) throw new Error(`field "${strange}" holds what cron has not`);
}

function checkPattern(text: string): void {
  const pattern: unknown = JSON.parse(text);
  compileEventPattern(pattern);
  checkCounts(pattern, '$');
}

function checkCounts(pattern: unknown, path: string): void {
  if (Array.isArray(pattern)) {
    if (pattern.length <= MOST_EXPRESSIONS_PER_FIELD) return;
    throw new Error(`${path} has ${pattern.length} expressions, and may have five`);
  }
  for (const [key, value] of Object.entries(Object(pattern))) checkCounts(value, `${path}.${key}`);
}
