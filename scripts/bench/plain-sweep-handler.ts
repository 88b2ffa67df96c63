import type { FunctionContext } from '../../shared/runtime';
import { plainSweep } from './plain-sweep';

/** Runs the tool written by hand as a function is run, so that it is measured in the same way. */
export async function handler(event: Uint8Array, { credentials }: FunctionContext) {
  const { regionId, endpoint } = JSON.parse(String(event)) as Record<string, string>;
  if (!credentials || !regionId || !endpoint) throw new Error('a region, an endpoint and a role');
  await plainSweep({ endpoint, credentials }, regionId);
  return '';
}
