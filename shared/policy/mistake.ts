/** What is wrong with a policy file, by its place in the data; `atKey` points at the key, not its value. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly atKey?: boolean;
}

/** Notes a mistake at a place below the policy under check. */
export type Report = (below: (string | number)[], message: string, atKey?: boolean) => void;
