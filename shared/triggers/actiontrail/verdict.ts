/** Whether what an event did is in a read that was made after it. */
export type Effect = 'shows' | 'missing' | 'cannot tell';

/** What a clear answer is called. */
export function verdict(shows: boolean): Effect {
  return shows ? 'shows' : 'missing';
}
