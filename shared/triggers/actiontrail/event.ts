import { createHash } from 'node:crypto';
import { FormatError, parseRegionId, type RegionId } from '../../security-group';
import { flatten, type Parameters, parameter } from './flatten';
import { type Fields, field, isFields, parseJson, textField } from './json';
import { type Principal, readPrincipal } from './principal';
import { readResources } from './resources';
import { utcTime } from './time';

/** One record of ActionTrail (Management event structure page), with what its envelope adds. */
export interface ActionTrailEvent {
  /** The same for every delivery of the event: its envelope's source and id, otherwise its own ids. */
  readonly key: string;
  /** The event's id, for people to find it by. */
  readonly id: string | undefined;
  /** The called API, such as `AuthorizeSecurityGroup`. */
  readonly name: string;
  /** Such as `Ecs`; empty if the record does not say, like the next two. */
  readonly service: string;
  /** ApiCall, ConsoleOperation, … */
  readonly type: string;
  /** Write or Read. */
  readonly access: string;
  /** ISO 8601, UTC; undefined if neither record nor envelope has a time. */
  readonly time: string | undefined;
  /**
   * The RegionId that was asked for, because a call that succeeded acted there; otherwise the region
   * where the event arose, otherwise the envelope's.
   */
  readonly regionId: RegionId | undefined;
  /** The account whose resources the event is about; a system actor's record may not name one. */
  readonly accountId: string | undefined;
  readonly requestId: string | undefined;
  readonly clientToken: string | undefined;
  readonly principal: Principal;
  /** Undefined: the call succeeded. */
  readonly errorCode: string | undefined;
  readonly parameters: Parameters;
  /** Whether `parameters` are all; false when there were more, or longer ones, than a call can have. */
  readonly parametersComplete: boolean;
  readonly responseElements: Parameters;
  /** Ids of the resources that the event names, by type in lower case, such as `acs::ecs::instance`. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
}

/** Reads a record that has an eventName; `envelope` has no fields if the record came without one. */
export function readEvent(record: Fields, name: string, envelope: Fields): ActionTrailEvent {
  const { parameters, complete } = readParameters(record);
  const requestId = textField(record, 'requestId');
  const eventId = textField(record, 'eventId');
  return {
    key: eventKey(record, name, envelope),
    id: eventId ?? textField(envelope, 'id') ?? requestId,
    name,
    service: textField(record, 'serviceName') ?? '',
    type: textField(record, 'eventType') ?? '',
    access: textField(record, 'eventRW') ?? '',
    time: utcTime(textField(record, 'eventTime')) ?? utcTime(textField(envelope, 'time')),
    regionId: firstRegion([
      parameter(parameters, 'RegionId'),
      textField(record, 'acsRegion'),
      textField(envelope, 'aliyunregionid'),
    ]),
    accountId: accountOf(record, envelope),
    requestId,
    clientToken: parameter(parameters, 'ClientToken'),
    principal: readPrincipal(record),
    errorCode: textField(record, 'errorCode'),
    parameters,
    parametersComplete: complete,
    responseElements: flatten(nested(record, 'responseElements')).parameters,
    resources: readResources(record),
    sourceIp: textField(record, 'sourceIpAddress'),
    userAgent: textField(record, 'userAgent'),
  };
}

/** Events that are sent again keep their source and id (EventBridge, Overview of events page). */
function eventKey(record: Fields, name: string, envelope: Fields): string {
  const source = textField(envelope, 'source');
  const id = textField(envelope, 'id');
  if (source !== undefined && id !== undefined) return `${source}|${id}`;
  const eventId = textField(record, 'eventId');
  if (eventId !== undefined) return eventId;
  // One request of a console can make several calls.
  const requestId = textField(record, 'requestId');
  if (requestId !== undefined) return `${requestId}|${name}`;
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}

/** JSON with the keys of every object sorted. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (!isFields(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join()}}`;
}

/** requestParameterJson says the same again as a text (Management event structure page). */
function readParameters(record: Fields) {
  const first = flatten(nested(record, 'requestParameters'));
  const second = flatten(nested(record, 'requestParameterJson'));
  return {
    parameters: new Map([...second.parameters, ...first.parameters]),
    complete: first.complete && second.complete,
  };
}

function nested(record: Fields, name: string): unknown {
  const value = field(record, name);
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return isFields(parsed) ? parsed : {};
}

/**
 * A caller's own account can differ from the one that it acts on, whose trail the event is in:
 * recipientAccountId. Buses pass on events of other accounts, and then keep where they came from.
 */
function accountOf(record: Fields, envelope: Fields): string | undefined {
  const identity = field(record, 'userIdentity');
  return (
    textField(record, 'recipientAccountId') ??
    (isFields(identity) ? textField(identity, 'accountId') : undefined) ??
    textField(envelope, 'aliyunoriginalaccountid') ??
    textField(envelope, 'aliyunaccountid')
  );
}

function firstRegion(texts: readonly (string | undefined)[]): RegionId | undefined {
  for (const text of texts) {
    try {
      if (text !== undefined) return parseRegionId(text);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return undefined;
}
