/** The time of a part of a run was over before a single group was done. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';

  constructor(part: string, groups: number) {
    super(
      `part ${part} had no time for any of its ${groups} groups: raise the timeout of the enforce function, or PALISADE_CALLS_PER_SECOND if ECS allows more`,
    );
  }
}
