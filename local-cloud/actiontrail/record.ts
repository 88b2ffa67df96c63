import type { Caller } from '../action';
import { principalId, principalName } from '../principal';
import type { ServedCall } from '../wire';
import { type Subject, subjectOf } from './subject';

/** An ActionTrail record as parsed JSON (Management event structure page). */
export type ActionTrailRecord = Readonly<Record<string, unknown>>;

/**
 * The forms in which records differ from each other in the cloud. Whatever is left out here is as in
 * most records.
 */
export interface RecordForm {
  /** JSON type of eventVersion; a string by default. */
  readonly eventVersion?: 'string' | 'number';
  /** What the errorCode of a success is; absent by default. */
  readonly successErrorCode?: 'absent' | 'empty';
  /** Whether the call was made by a program or in the console; ApiCall by default. */
  readonly eventType?: 'ApiCall' | 'ConsoleOperation';
  /** Which fields hold the parameters; both by default. */
  readonly parametersIn?: 'requestParameters' | 'requestParameterJson' | 'both';
  /** The only field that names the resource; by default each of them does. */
  readonly resourceOnlyIn?:
    | 'parameters'
    | 'responseElements'
    | 'referencedResources'
    | 'resourceName';
  /** How referencedResources spells a security group; with its namespace by default. */
  readonly securityGroupKey?: 'ACS::ECS::SecurityGroup' | 'SecurityGroup';
}

/** Writes the record of an ECS call. Times are in UTC, to the second. */
export function recordOf(call: ServedCall, eventId: string, form: RecordForm): ActionTrailRecord {
  const { action, parameters, requestId, caller, answer } = call;
  const subject = subjectOf(call);
  const named = (where: RecordForm['resourceOnlyIn']) =>
    form.resourceOnlyIn === undefined || form.resourceOnlyIn === where;
  const regionId = parameters.get('RegionId');
  const eventTime = utcSeconds(call.at);
  const isConsole = form.eventType === 'ConsoleOperation';
  const sent = {
    AcsProduct: 'Ecs',
    RequestId: requestId,
    ...Object.fromEntries(
      [...parameters].filter(([name]) => named('parameters') || !subject.parameters.includes(name)),
    ),
  };
  const parametersIn = form.parametersIn ?? 'both';
  return {
    eventId,
    eventVersion: form.eventVersion === 'number' ? 1 : '1',
    eventCategory: 'Management',
    eventType: form.eventType ?? 'ApiCall',
    eventName: action,
    eventRW: 'Write',
    eventSource: `ecs${regionId === undefined ? '' : `.${regionId}`}.aliyuncs.com`,
    eventTime,
    serviceName: 'Ecs',
    apiVersion: call.version,
    requestId,
    ...(regionId !== undefined && { acsRegion: regionId }),
    ...(parametersIn !== 'requestParameterJson' && { requestParameters: sent }),
    ...(parametersIn !== 'requestParameters' && { requestParameterJson: JSON.stringify(sent) }),
    responseElements: responseElements(call, subject, named('responseElements')),
    ...(named('referencedResources') && subject.ids.length > 0
      ? { referencedResources: { [resourceKey(subject, form)]: subject.ids } }
      : {}),
    ...(named('resourceName') && subject.ids.length > 0
      ? { resourceName: subject.ids.join(','), resourceType: subject.type }
      : {}),
    ...(answer.kind === 'refusal'
      ? { errorCode: answer.error.code, errorMessage: answer.error.message }
      : form.successErrorCode === 'empty' && { errorCode: '', errorMessage: '' }),
    sourceIpAddress: '127.0.0.1',
    userAgent: isConsole ? 'ecs.console.aliyun.com' : call.userAgent,
    userIdentity: userIdentity(caller, eventTime),
    recipientAccountId: caller.accountId,
    additionalEventData: { Scheme: 'http' },
    isGlobal: false,
  };
}

/** A moment in milliseconds since 1970 in the form `2026-03-01T08:00:00Z`. */
export function utcSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

function resourceKey({ type }: Subject, form: RecordForm): string {
  return type === 'ACS::ECS::SecurityGroup' ? (form.securityGroupKey ?? type) : type;
}

function responseElements(
  { requestId, answer }: ServedCall,
  { responseField }: Subject,
  namesResource: boolean,
): Readonly<Record<string, unknown>> {
  const body = answer.kind === 'success' ? answer.body : {};
  const kept = Object.entries(body).filter(([name]) => namesResource || name !== responseField);
  return { RequestId: requestId, ...Object.fromEntries(kept) };
}

function userIdentity(caller: Caller, creationDate: string): Readonly<Record<string, unknown>> {
  return {
    type: caller.identity.type,
    principalId: principalId(caller),
    accountId: caller.accountId,
    accessKeyId: caller.accessKeyId,
    userName: principalName(caller),
    sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate } },
  };
}
