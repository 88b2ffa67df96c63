import { z } from 'zod';
import {
  type EventTrigger,
  type FunctionDefinition,
  HTTP_METHODS,
  type HttpTrigger,
  type TimerTrigger,
} from './function-definition';

const CRON_EXPRESSION = /^(@every \d+[hm]|(CRON_TZ=\S+ )?(\S+ ){5}\S+)$/;

const timerConfig = z.object({
  cronExpression: z
    .string()
    .regex(
      CRON_EXPRESSION,
      "write '@every 30m' or six fields: second minute hour day month weekday",
    ),
  payload: z.string().default(''),
  enable: z.boolean('say true or false'),
});

const httpConfig = z.object({
  authType: z.enum(
    ['anonymous', 'function'],
    'write anonymous or function; other kinds, such as jwt, do not run here',
  ),
  methods: z
    .array(z.enum(HTTP_METHODS, `write methods of ${HTTP_METHODS.join(', ')}`))
    .min(1, 'name at least one method'),
});

const eventConfig = z
  .object({
    triggerEnable: z.boolean('say true or false'),
    asyncInvocationType: z.literal(
      true,
      'write true; events are delivered by asynchronous invocations here',
    ),
    eventRuleFilterPattern: z
      .string('write the pattern as JSON in a text')
      .transform((text, context) => {
        const pattern = parseObject(text);
        if (pattern === undefined) context.addIssue('write a JSON object in a text');
        return pattern;
      }),
    eventSourceConfig: z.object({
      eventSourceType: z.literal(
        'Default',
        'write Default; other sources than the default event bus do not run here',
      ),
    }),
  })
  .transform(({ triggerEnable, eventRuleFilterPattern }) => ({
    enable: triggerEnable,
    filterPattern: eventRuleFilterPattern,
  }));

/** A trigger of a template, its configuration not yet looked at. */
export interface TemplateTrigger {
  readonly triggerName: string;
  readonly triggerType: string;
  readonly triggerConfig?: unknown;
}

/** Checks the configuration of the trigger at an index; throws Error that names what is wrong. */
export type CheckConfig = <Value>(
  index: number,
  schema: z.ZodType<Value>,
  config: unknown,
) => Value;

/**
 * Reads the triggers of a function that run here: timer, http and eventbridge (triggers of the
 * component fc3). Others are left out: nothing in the local cloud would ever fire them. Throws Error
 * that begins with `where`.
 */
export function readTriggers(
  where: string,
  triggers: readonly TemplateTrigger[],
  checkConfig: CheckConfig,
): Pick<FunctionDefinition, 'timers' | 'httpTrigger' | 'eventTriggers'> {
  const timers: TimerTrigger[] = [];
  const httpTriggers: HttpTrigger[] = [];
  const eventTriggers: EventTrigger[] = [];
  for (const [index, { triggerName, triggerType, triggerConfig }] of triggers.entries()) {
    if (triggerType === 'timer') {
      timers.push({ triggerName, ...checkConfig(index, timerConfig, triggerConfig) });
    } else if (triggerType === 'http') {
      httpTriggers.push({ triggerName, ...checkConfig(index, httpConfig, triggerConfig) });
    } else if (triggerType === 'eventbridge') {
      eventTriggers.push({ triggerName, ...checkConfig(index, eventConfig, triggerConfig) });
    }
  }
  const [httpTrigger, another] = httpTriggers;
  if (another !== undefined) {
    throw new Error(
      `${where}: http triggers '${httpTrigger?.triggerName}' and '${another.triggerName}': a function has one at most; remove one.`,
    );
  }
  return { timers, eventTriggers, ...(httpTrigger === undefined ? {} : { httpTrigger }) };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
