import type { EcsErrorKind } from './ecs-error';

/** What to do after a failure of each kind. */
const BY_KIND: Readonly<Record<EcsErrorKind, string>> = {
  validation: 'correct the request',
  'not-found': 'check the id and the region, and read again',
  state: 'read the resource again and decide anew',
  quota: 'remove rules that are no longer needed, or ask for a higher limit in Quota Center',
  permission: 'check the credentials and the clock, and allow ecs:{action} in the RAM policy',
  throttled: 'wait a minute, or spread the calls out',
  transient: 'try again later',
  'unknown-outcome':
    'read the resource to see whether the change took effect, or send it again with the same ClientToken',
};

/** Where the code says more: by how it starts (table of public errors, and the errors of a connection). */
const BY_CODE: readonly (readonly [RegExp, string])[] = [
  [
    /^InvalidAccessKeyId/,
    'this access key does not exist or is disabled: use another, or enable it in the RAM console',
  ],
  [
    /^(SignatureDoesNotMatch|IncompleteSignature)/,
    'the secret is not that of the access key: set both anew',
  ],
  [
    /^(InvalidSecurityToken|MissingSecurityToken)/,
    'the temporary credentials have ended or lack their token: get new ones',
  ],
  [
    /^(InvalidTimeStamp|IllegalTimestamp)/,
    'set the clock of this machine: it may be off by at most 15 minutes',
  ],
  [/^InvalidRegionId/, 'check the name of the region, such as cn-hangzhou'],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'check the network and its name service, the name of the region and the endpoint',
  ],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/,
    'nothing answers there: check the network, a firewall or proxy, and the endpoint',
  ],
  [
    /^EPROTO$/,
    'what answers there does not speak TLS: write the endpoint with http://, or check the port',
  ],
];

/** What to do about a call that failed for good, as the end of a sentence. */
export function nextStep(kind: EcsErrorKind, code: string | undefined, action: string): string {
  const byKind = BY_KIND[kind].replace('{action}', action);
  if (kind === 'unknown-outcome' || code === undefined) return byKind;
  if (kind === 'permission' && code.startsWith('Forbidden')) {
    return `allow ecs:${action} in the RAM policy of the credentials`;
  }
  return BY_CODE.find(([form]) => form.test(code))?.[1] ?? byKind;
}
