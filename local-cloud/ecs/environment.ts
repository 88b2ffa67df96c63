import type { CallContext, Parameters, ResponseBody } from '../action';
import type { Settings } from './options';
import type { Store } from './store';

/** What every action of the service works on. */
export interface Environment {
  readonly settings: Settings;
  readonly store: Store;
}

/** An action of the service before it is bound to its environment. */
export type EcsAction = (
  environment: Environment,
  parameters: Parameters,
  context: CallContext,
) => ResponseBody;

/** A moment in the API's form, `2026-03-01T08:00:00Z`. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
