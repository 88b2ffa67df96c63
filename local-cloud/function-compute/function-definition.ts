import { parseSchedule } from './schedule';

/** A timer trigger of a function (timer trigger page). */
export interface TimerTrigger {
  readonly triggerName: string;
  /** `@every 5m`, or six fields from seconds to day of week, with an optional CRON_TZ prefix. */
  readonly cronExpression: string;
  /** Text that the event carries as it is, even when it holds JSON. */
  readonly payload: string;
  readonly enable: boolean;
}

/** The methods that an HTTP trigger may be configured for (HTTP triggers page). */
export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;

/** The HTTP trigger of a function, which has one at most (HTTP triggers page). */
export interface HttpTrigger {
  readonly triggerName: string;
  /** Who may call: anyone, or whoever signs the request and may invoke the function. */
  readonly authType: 'anonymous' | 'function';
  readonly methods: readonly (typeof HTTP_METHODS)[number][];
}

/** A trigger that delivers the events of the default EventBridge bus (EventBridge triggers page). */
export interface EventTrigger {
  readonly triggerName: string;
  /** Which events, as parsed JSON; matching them is left to whoever delivers. */
  readonly filterPattern: unknown;
  readonly enable: boolean;
}

/** A function to run: what its deployment would have told Function Compute. */
export interface FunctionDefinition {
  readonly functionName: string;
  /** Set for a function of FC 2.0, where functions live in services; absent for FC 3.0. */
  readonly serviceName?: string;
  /** Folder of the built code. */
  readonly codeDirectory: string;
  /** `<file>.<export>`, such as `index.handler`. */
  readonly handler: string;
  /** A built-in Node.js runtime, such as `nodejs20`. */
  readonly runtime: string;
  /** 1 to 86,400 seconds (CreateFunction page). */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** ARN or name of the RAM role that the function assumes; absent for a function without one. */
  readonly role?: string;
  /** How often a failed asynchronous invocation is repeated, 0 to 8; 3 when absent. */
  readonly maxAsyncRetryAttempts?: number;
  /**
   * Whether asynchronous invocations are tasks, so that a task id is accepted once. `asyncTask` of
   * FC 3.0, `statefulInvocation` of FC 2.0 (task deduplication page); true when absent.
   */
  readonly asyncTask?: boolean;
  /**
   * ARN of the function that is told of asynchronous invocations that failed for good, such as
   * `acs:fc:cn-hangzhou:1234567890123456:functions/NAME` (page "Result callback").
   */
  readonly onFailure?: string;
  readonly timers?: readonly TimerTrigger[];
  readonly httpTrigger?: HttpTrigger;
  readonly eventTriggers?: readonly EventTrigger[];
}

/** The name that tells functions apart: `function`, or `service/function` for one of FC 2.0. */
export function qualifiedName(functionName: string, serviceName?: string): string {
  return serviceName === undefined ? functionName : `${serviceName}/${functionName}`;
}

/** Splits `index.handler` into the module's path within the code folder and the export's name. */
export function splitHandler(handler: string): { modulePath: string; exportName: string } {
  const dot = handler.lastIndexOf('.');
  if (dot <= 0 || dot === handler.length - 1) {
    throw new TypeError(
      `Handler '${handler}' names no export: write <file>.<export>, such as index.handler.`,
    );
  }
  return { modulePath: handler.slice(0, dot), exportName: handler.slice(dot + 1) };
}

/**
 * Checks what Function Compute would refuse at deployment, so that a wrong definition fails before
 * its first invocation. Throws TypeError that names the function and the field.
 */
export function checkDefinition(definition: FunctionDefinition): void {
  const where = `Function '${qualifiedName(definition.functionName, definition.serviceName)}'`;
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/.test(definition.functionName)) {
    throw new TypeError(
      `${where}: the name must be letters, digits, _ and -, not start with a digit.`,
    );
  }
  if (!/^nodejs\d+$/.test(definition.runtime)) {
    throw new TypeError(
      `${where}: runtime '${definition.runtime}' does not run here; use a built-in one such as nodejs20.`,
    );
  }
  splitHandler(definition.handler);
  inRange(where, 'timeoutSeconds', definition.timeoutSeconds, 1, 86_400);
  inRange(where, 'memoryMegabytes', definition.memoryMegabytes, 128, 32_768);
  inRange(where, 'maxAsyncRetryAttempts', definition.maxAsyncRetryAttempts ?? 3, 0, 8);
  for (const { triggerName, cronExpression } of definition.timers ?? []) {
    try {
      parseSchedule(cronExpression);
    } catch (error) {
      throw new TypeError(`${where}: timer '${triggerName}': ${(error as TypeError).message}`);
    }
  }
  for (const name of Object.keys(definition.environment)) {
    if (name.startsWith('FC_')) {
      throw new TypeError(
        `${where}: variable ${name} is reserved; rename it so as not to begin with FC_.`,
      );
    }
  }
}

function inRange(where: string, field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(
      `${where}: ${field} is ${value}; give a whole number from ${least} to ${most}.`,
    );
  }
}
