import { type ActionTrailEvent, readEvent } from './event';
import { type Fields, field, isFields, parseJson, textField } from './json';

/** What one delivery holds. */
export interface ActionTrailDelivery {
  readonly events: readonly ActionTrailEvent[];
  /** For each part that is not an event, what is wrong with it and what to send instead. */
  readonly unreadable: readonly string[];
}

/** An asynchronous invocation brings at most 128 kB, or 256 kB on request. */
const MAX_BYTES = 1_048_576;
const MAX_EVENTS = 1_000;

const NEXT_STEP = 'send ActionTrail events here, as CloudEvents or as bare records (RawData)';

/**
 * Decodes what EventBridge delivers: a CloudEvent whose data is an ActionTrail record, the bare record
 * (RawData), or a list of either; data may be an object, JSON as a text, or base64. Never throws.
 */
export function decodeActionTrail(event: Uint8Array): ActionTrailDelivery {
  if (event.byteLength > MAX_BYTES) {
    const problem = `the delivery has ${event.byteLength} bytes, and at most ${MAX_BYTES} are read`;
    return { events: [], unreadable: [`${problem}: ${NEXT_STEP}`] };
  }
  const value = parseJson(new TextDecoder().decode(event));
  if (value === undefined) {
    return {
      events: [],
      unreadable: [`the delivery is not JSON, or is nested too deep: ${NEXT_STEP}`],
    };
  }
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const events: ActionTrailEvent[] = [];
  const unreadable: string[] = [];
  entries.slice(0, MAX_EVENTS).forEach((entry, index) => {
    const unwrapped = unwrap(entry);
    if (typeof unwrapped === 'string') {
      const where = Array.isArray(value) ? `entry ${index + 1} of the delivery` : 'the delivery';
      unreadable.push(`${where} ${unwrapped}: ${NEXT_STEP}`);
    } else {
      events.push(readEvent(unwrapped.record, unwrapped.name, unwrapped.envelope));
    }
  });
  if (entries.length > MAX_EVENTS) {
    unreadable.push(
      `the delivery has ${entries.length} entries, and only the first ${MAX_EVENTS} were read: ` +
        'send fewer in one delivery',
    );
  }
  return { events, unreadable };
}

interface Unwrapped {
  readonly record: Fields;
  readonly name: string;
  readonly envelope: Fields;
}

/** Finds the record in an entry; a text says why there is none. */
function unwrap(entry: unknown): Unwrapped | string {
  if (!isFields(entry)) return 'is not a JSON object';
  const bareName = textField(entry, 'eventName');
  if (bareName !== undefined) return { record: entry, name: bareName, envelope: {} };
  const record = dataOf(entry);
  if (!isFields(record)) return 'has neither an eventName nor an object in data';
  const name = textField(record, 'eventName');
  return name === undefined ? 'has data without an eventName' : { record, name, envelope: entry };
}

function dataOf(envelope: Fields): unknown {
  const data = field(envelope, 'data');
  if (typeof data === 'string') return parseJson(data);
  if (data !== undefined && data !== null) return data;
  const base64 = field(envelope, 'data_base64');
  return typeof base64 === 'string'
    ? parseJson(Buffer.from(base64, 'base64').toString('utf8'))
    : undefined;
}
