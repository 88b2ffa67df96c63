import { type FunctionDefinition, qualifiedName, type TimerTrigger } from './function-definition';

/** The event that a timer trigger sends, `at` in milliseconds since 1970 (timer trigger page). */
export function createTimerEvent(timer: TimerTrigger, at: number): Buffer {
  const triggerTime = `${new Date(at).toISOString().slice(0, 19)}Z`;
  const { triggerName, payload } = timer;
  return Buffer.from(JSON.stringify({ triggerTime, triggerName, payload }));
}

/**
 * The enabled timer of that name, or the function's only one when no name is given.
 * Throws TypeError that says which timers there are.
 */
export function findTimer(definition: FunctionDefinition, triggerName?: string): TimerTrigger {
  const name = qualifiedName(definition.functionName, definition.serviceName);
  const timers = definition.timers ?? [];
  const found = timers.filter(
    (timer) => triggerName === undefined || timer.triggerName === triggerName,
  );
  const [timer] = found;
  if (timer === undefined || found.length > 1) {
    const names = timers.map((each) => each.triggerName).join(', ') || 'none';
    throw new TypeError(
      `Function '${name}' has ${found.length} timers ${triggerName === undefined ? '' : `called '${triggerName}' `}to fire; name one of: ${names}.`,
    );
  }
  if (!timer.enable) {
    throw new TypeError(
      `Timer '${timer.triggerName}' of function '${name}' is disabled; enable it before firing it.`,
    );
  }
  return timer;
}
