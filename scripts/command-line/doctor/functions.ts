import type { Credentials } from '../../../shared/ecs';
import { createFunctionCaller, FunctionCallError } from '../../../shared/fc';
import type { Settings } from '../../../shared/runtime';
import { type CheckResult, failed, ok } from './check';

/** An empty delivery: the function answers it without a call of its own. */
const NO_EVENTS = '[]';
const FUNCTION = 'palisade-actiontrail';

/**
 * Calls the one function that can be called without effect. The others would begin to work, and stay
 * untested.
 */
export async function checkFunctions(
  regionId: string,
  accountId: string,
  credentials: Credentials,
  { serviceName, functionComputeEndpoint: endpoint }: Settings,
): Promise<CheckResult> {
  const caller = createFunctionCaller({
    accountId,
    regionId,
    credentials,
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const begun = performance.now();
  try {
    await caller.call(FUNCTION, NO_EVENTS);
  } catch (error) {
    if (!(error instanceof FunctionCallError)) throw error;
    return failed(
      error.message,
      'deploy with "s deploy -t template.yml", or name the region of the functions',
    );
  }
  const milliseconds = Math.round(performance.now() - begun);
  return ok(`${FUNCTION} answers in ${milliseconds} ms; the others were not called`);
}
