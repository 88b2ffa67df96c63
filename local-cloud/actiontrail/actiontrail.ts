import { isWrite } from '../calls';
import { newRequestId, type ServedCall } from '../wire';
import { type CloudEvent, cloudEventOf } from './cloud-event';
import { createDelivery, type DeliveryOptions } from './delivery';
import { compileEventPattern, type EventMatcher } from './event-pattern';
import { type RecordForm, recordOf } from './record';

/** A rule of the default event bus: which events go to which function. */
export interface EventRule {
  readonly functionName: string;
  readonly triggerName: string;
  /** An event pattern, as parsed JSON. */
  readonly filterPattern: unknown;
  /** Takes one event as JSON; resolves once it has been accepted. */
  deliver(event: Buffer): Promise<void>;
}

export interface ActionTrailOptions extends DeliveryOptions {
  /** In which of their many forms records are written, chosen anew for each when it is a function. */
  readonly form?: RecordForm | (() => RecordForm);
  /** Accounts whose events are passed on to the bus of the functions' account, as rules across accounts do. */
  readonly passedOnFrom?: readonly string[];
  /** Told about every event as it happens, before it is delivered. */
  readonly onEvent?: (event: CloudEvent) => void;
}

/** What tests and the demo see of ActionTrail. */
export interface ActionTrail {
  /** Every event so far, of every account, in the order in which the calls were answered. */
  readonly events: readonly CloudEvent[];
  /**
   * Resolves once no event waits for its delivery. Functions may still be running by then, and what
   * they write makes further events.
   */
  idle(): Promise<void>;
}

/** ActionTrail and the default event bus behind it. */
export interface ActionTrailService extends ActionTrail {
  /** Takes note of a call, if it is one that ActionTrail records. */
  record(call: ServedCall): void;
  /**
   * Sets the rules by which events are delivered from now on.
   * @throws Error that names the function and the trigger whose pattern is malformed
   */
  setRules(rules: readonly EventRule[]): void;
  /** Drops what waits for its delivery. */
  close(): void;
}

export interface ActionTrailEnvironment {
  /** The account that the functions belong to: they get its events, and those passed on to it. */
  readonly accountId: string;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  /** Told about an event that a function did not accept; the event is lost to it. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Records every ECS write whose sender was verified and that got an answer: refusals with their error,
 * and repetitions of a ClientToken as well, since each is a call with a request id of its own. A call
 * whose connection broke before it took effect is unknown to the service; one whose answer was lost is
 * recorded with that answer. The pages do not say where the line is; this is the reading under which
 * a receiver has most to put up with.
 */
export function createActionTrail(
  options: ActionTrailOptions,
  environment: ActionTrailEnvironment,
): ActionTrailService {
  const events: CloudEvent[] = [];
  const delivery = createDelivery(options, environment);
  let rules: readonly { readonly rule: EventRule; readonly matches: EventMatcher }[] = [];
  const newId = () => newRequestId(environment.randomBytes);

  return {
    events,
    idle: delivery.idle,
    close: delivery.close,
    setRules(added) {
      rules = added.map((rule) => ({ rule, matches: matcherOf(rule) }));
    },
    record(call) {
      if (call.product !== 'Ecs' || !isWrite(call.action)) return;
      const form = typeof options.form === 'function' ? options.form() : (options.form ?? {});
      const event = cloudEventOf(call, newId().toLowerCase(), recordOf(call, newId(), form));
      events.push(event);
      options.onEvent?.(event);
      const isOwn = event.aliyunaccountid === environment.accountId;
      if (!isOwn && !options.passedOnFrom?.includes(event.aliyunaccountid)) return;
      // The bus writes its own account; where an event comes from stays in aliyunoriginalaccountid.
      const passed = { ...event, aliyunaccountid: environment.accountId };
      const payload = Buffer.from(JSON.stringify(passed));
      for (const { rule, matches } of rules) {
        if (matches(event)) delivery.send(() => rule.deliver(payload));
      }
    },
  };
}

function matcherOf({ functionName, triggerName, filterPattern }: EventRule): EventMatcher {
  try {
    return compileEventPattern(filterPattern);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`Trigger '${triggerName}' of function '${functionName}': ${cause}`);
  }
}
