import type { Rule } from '../../security-group';
import type { Packet } from '../../traffic';
import type { Severity } from '../policy';

/** One thing that Palisade would do to a group. It only ever adds a rule or edits a description. */
export type Change =
  | { readonly kind: 'add-rule'; readonly rule: Rule }
  | { readonly kind: 'describe-rule'; readonly rule: Rule; readonly description: string };

/** What one policy holds against one group. */
export interface Finding {
  readonly policyId: string;
  readonly severity: Severity;
  /** In words: what is wrong, where, and what decides it. */
  readonly message: string;
  /**
   * `violating`: the changes mend it. `unrepairable`: nothing that Palisade may do mends it, and the
   * message says why. `unknown`: what was read does not tell. `exempt`: it is let pass, and the message
   * says why and until when.
   */
  readonly status: 'violating' | 'unrepairable' | 'unknown' | 'exempt';
  /** A packet that gets through although the policy denies it. */
  readonly witness?: Packet;
  /** What mends it; empty unless `violating`. */
  readonly changes: readonly Change[];
}
