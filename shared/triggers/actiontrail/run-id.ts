import { createHash } from 'node:crypto';
import type { ActionTrailEvent } from './event';

/**
 * The id of the run that an event starts, such as `event-20270331T060000Z-0123456789abcdef`: the same
 * for every delivery of the event, and fit for the id of an asynchronous task of Function Compute.
 */
export function eventRunId(event: ActionTrailEvent): string {
  const time = event.time?.replace(/\.\d+/, '').replace(/[-:]/g, '') ?? 'unknown';
  const digest = createHash('sha256').update(event.key).digest('hex').slice(0, 16);
  return `event-${time}-${digest}`;
}
