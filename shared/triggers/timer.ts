/** A timer's event (Function Compute, timer trigger page). */
export interface TimerEvent {
  /** ISO 8601; the same when the platform delivers the event again. */
  readonly triggerTime: string;
  readonly triggerName: string;
}

/** Decodes the event of a timer trigger. Throws an Error that says what is missing. */
export function decodeTimerEvent(event: Uint8Array): TimerEvent {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(event).toString('utf8'));
  } catch {
    throw new Error('the event is not JSON: this function is meant for a timer trigger');
  }
  const { triggerTime, triggerName } = (value ?? {}) as Record<string, unknown>;
  if (typeof triggerTime !== 'string' || !isTime(triggerTime)) {
    throw new Error(
      'the event has no triggerTime such as 2027-03-31T06:00:00Z: this function is meant for a timer trigger',
    );
  }
  if (typeof triggerName !== 'string' || triggerName === '') {
    throw new Error('the event has no triggerName: this function is meant for a timer trigger');
  }
  return { triggerTime, triggerName };
}

/** Date.parse alone takes nearly any text with a number in it for a time. */
function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text));
}
