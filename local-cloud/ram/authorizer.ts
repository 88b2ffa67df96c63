import type { Caller, Parameters } from '../action';
import { accessDenied } from './access-denied';
import type { RequestConditions } from './condition';
import type { PolicyDocument } from './document';
import { denialOf } from './evaluate';
import { type RequiredAccess, requiredAccess } from './required-resources';

/**
 * The documents that a caller's permissions come from. Each list must allow a request by itself: that
 * of the role and that of the session, for instance. No list is no restriction.
 */
export type PoliciesOf = (caller: Caller) => readonly (readonly PolicyDocument[])[];

export interface Authorizer {
  /** Throws AccessDeniedError unless the caller may do the action on the resource, of any product. */
  authorize(caller: Caller, access: { readonly action: string; readonly resource: string }): void;
  /** Throws AccessDeniedError unless the caller may make an ECS or STS call. */
  authorizeCall(call: {
    readonly product: string;
    readonly action: string;
    readonly parameters: Parameters;
    readonly caller: Caller;
  }): void;
}

// Everything comes from this machine and over plain HTTP.
const CONDITIONS: RequestConditions = {
  'acs:SourceIp': '127.0.0.1',
  'acs:SecureTransport': 'false',
};

/** Decides by what the policies of the callers say at the time of each call. */
export function createAuthorizer(policiesOf: PoliciesOf): Authorizer {
  const check = (caller: Caller, access: RequiredAccess) => {
    for (const documents of policiesOf(caller)) {
      const denial = denialOf(documents, { ...access, conditions: CONDITIONS });
      if (denial !== undefined) throw accessDenied(caller, access.action, denial);
    }
  };
  return {
    authorize: (caller, { action, resource }) => check(caller, { action, resources: [resource] }),
    authorizeCall({ product, action, parameters, caller }) {
      if (policiesOf(caller).length === 0) return;
      const access = requiredAccess(product, action, parameters, caller.accountId);
      if (access !== undefined) check(caller, access);
    },
  };
}
