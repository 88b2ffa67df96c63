/** Largest body that is read unless a deployment says otherwise: far more than 100 groups need. */
export const MAX_BODY_BYTES = 64 * 1024;

/** HttpHeaders by their names in lower case. A header that was sent twice has both values, with a comma. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** A request, whichever version of Function Compute it came through. */
export interface HttpRequest {
  /** In upper case. */
  readonly method: string;
  /** As it was sent, percent-encoded and without the query. */
  readonly path: string;
  readonly headers: HttpHeaders;
  /** The exact bytes; `incomplete`: they did not all arrive in time. */
  readonly body: Buffer | 'too-large' | 'incomplete';
}

/** What a request is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** HttpHeaders by lower-case names from those of any spelling; what is not text is left out. */
export function normalizeHeaders(headers: object): HttpHeaders {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text: unknown = Array.isArray(value) ? value.join(', ') : value;
    if (typeof text !== 'string') continue;
    const key = name.toLowerCase();
    const other = values.get(key);
    values.set(key, other === undefined ? text : `${other}, ${text}`);
  }
  return Object.fromEntries(values);
}
