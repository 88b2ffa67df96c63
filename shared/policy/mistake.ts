/** What is wrong with a policy file, by its place in the data; `atKey` points at the key, not its value. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly atKey?: boolean;
}
