/**
 * Comparisons of boxes that one question may cost unless its caller says otherwise. A 10,000-rule set
 * takes 50 million to find its never-matched rules; hostile sets reach the limit in a few seconds.
 */
export const DEFAULT_WORK_LIMIT = 200_000_000;

/** Thrown inside this room when a question costs more than it may; askers turn it into `undecided`. */
class WorkLimitReached extends Error {
  override readonly name = 'WorkLimitReached';
}

/** Counts the work of one question, so that hostile rule sets end in `undecided` and never in a hang. */
export class WorkMeter {
  private spent = 0;

  constructor(private readonly limit: number) {}

  /** Books work. Throws WorkLimitReached when there is too much of it. */
  spend(amount: number): void {
    this.spent += amount;
    if (this.spent > this.limit) this.giveUp();
  }

  /** Books a box that goes into an answer, which costs memory too: 100,000 at most by default. */
  keep(): void {
    this.spend(2_000);
  }

  /** Throws WorkLimitReached. */
  giveUp(): never {
    throw new WorkLimitReached(
      `the rules cut the traffic into too many pieces to decide within ${this.limit} comparisons: ` +
        'simplify the rules, or ask about less traffic',
    );
  }
}

/** No answer: the work limit was reached. `reason` says so in words. */
export interface Undecided {
  readonly verdict: 'undecided';
  readonly reason: string;
}

/** Answers a question within a work limit, or with `undecided`. */
export function withinLimit<Answer>(
  limit: number,
  ask: (work: WorkMeter) => Answer,
): Answer | Undecided {
  try {
    return ask(new WorkMeter(limit));
  } catch (error) {
    if (error instanceof WorkLimitReached) return { verdict: 'undecided', reason: error.message };
    throw error;
  }
}
