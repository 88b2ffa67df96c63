const PARENT_CHECK_MS = 200;

/**
 * Resolves when the process is told to stop: by a signal or, under `npm run`, by the end of npm's
 * shell. A signal sent to npm ends npm and that shell, which does not pass it on.
 */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve());
    }
    if (process.env.npm_lifecycle_event === undefined) return;
    const shell = process.ppid;
    const check = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(check);
      resolve();
    }, PARENT_CHECK_MS);
    check.unref();
  });
}
