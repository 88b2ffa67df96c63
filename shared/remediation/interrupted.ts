/**
 * The outcome of some work, unless a signal is aborted before: then it throws the signal's reason at once,
 * and what becomes of the work is nobody's business any more. Only for work that changes nothing.
 */
export async function unlessInterrupted<Result>(
  signal: AbortSignal | undefined,
  work: Promise<Result>,
): Promise<Result> {
  if (!signal) return work;
  // It may fail after nobody waits for it.
  work.catch(() => {});
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
