const PARENT_CHECK_MS = 200;

/**
 * Resolves when the process is told to stop: by a signal or, under `npm run`, by the end of npm's
 * shell.
 */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve());
    }
    onEndOfShell(resolve);
  });
}

/**
 * Calls back once when npm's shell ends, if there is one: a signal sent to npm ends npm and that shell, which
 * does not pass it on. Gives what ends the watching.
 */
export function onEndOfShell(action: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const shell = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(check);
    action();
  }, PARENT_CHECK_MS);
  check.unref();
  return () => clearInterval(check);
}
