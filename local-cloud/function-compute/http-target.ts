import { createHash } from 'node:crypto';
import { ApiError } from '../action';
import type { WireRequest } from '../wire/http';
import { type FunctionDefinition, type HttpTrigger, qualifiedName } from './function-definition';
import type { FunctionDirectory } from './function-directory';
import type { Place } from './invocation-context';
import type { InvocationRequest } from './routes';

/** A function that an HTTP request is for, and the path that the function is to see. */
export interface HttpTarget {
  readonly definition: FunctionDefinition;
  readonly trigger: HttpTrigger;
  readonly qualifier: string;
  /** Still percent-encoded; begins with a slash. */
  readonly path: string;
}

const PROXY_PATH = /^\/2016-08-15\/proxy\/([^/]+)\/([^/]+)(\/.*)?$/;
// Nothing resolves the domain of a trigger to this machine, so that a path stands in for it.
const LOCAL_PATH = /^\/local-cloud\/http\/([^/]+)(\/.*)?$/;
const TRIGGER_HOST = /^(.+\.fcapp\.run)(?::\d+)?$/i;

/** The API version that an HTTP trigger's request belongs to, or undefined when it is none. */
export function httpVersionOf(request: WireRequest): InvocationRequest['version'] | undefined {
  if (LOCAL_PATH.test(request.path) || TRIGGER_HOST.test(request.headers.host ?? '')) {
    return '2023-03-30';
  }
  return PROXY_PATH.test(request.path) ? '2016-08-15' : undefined;
}

/** Throws ApiError 404 when there is no such function, or it has no HTTP trigger. */
export function readHttpTarget(
  request: WireRequest,
  directory: FunctionDirectory,
  place: Place,
): HttpTarget {
  const [, domain] = TRIGGER_HOST.exec(request.headers.host ?? '') ?? [];
  if (domain !== undefined) {
    const definition = directory.all.find(
      (each) => each.serviceName === undefined && httpDomain(each, place) === domain.toLowerCase(),
    );
    if (definition === undefined) throw noTrigger(`domain '${domain}'`);
    return target(definition, 'LATEST', request.path);
  }
  const [, functionName, localPath] = LOCAL_PATH.exec(request.path) ?? [];
  if (functionName !== undefined) {
    return target(directory.find(functionName), 'LATEST', localPath);
  }
  const [, service = '', inService = '', path] = PROXY_PATH.exec(request.path) ?? [];
  const [serviceName = '', ...alias] = service.split('.');
  const qualifier = alias.join('.') || 'LATEST';
  return target(directory.find(inService, serviceName, qualifier), qualifier, path);
}

/** Where a function's HTTP trigger is reached on the local cloud: a path that ends with a slash. */
export function httpPath({ functionName, serviceName }: FunctionDefinition): string {
  return serviceName === undefined
    ? `/local-cloud/http/${functionName}/`
    : `/2016-08-15/proxy/${serviceName}/${functionName}/`;
}

/** The domain of a function's HTTP trigger; made up, and the same for every start. */
export function httpDomain(definition: FunctionDefinition, place: Place): string {
  return `${domainPrefix(definition, place)}.${place.regionId}.fcapp.run`;
}

/** The first label of that domain, which is the id of the trigger. */
export function domainPrefix({ functionName }: FunctionDefinition, { accountId }: Place): string {
  const name = functionName.toLowerCase().replaceAll('_', '-').slice(0, 40);
  const id = createHash('sha256').update(`${accountId} ${functionName}`).digest('hex').slice(0, 10);
  return `${name}-${id}`;
}

/** Percent-decoded. Throws ApiError 400 for a path that cannot be. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ApiError(400, 'InvalidArgument', `the path '${path}' is not percent-encoded UTF-8`);
  }
}

function target(
  definition: FunctionDefinition,
  qualifier: string,
  path: string | undefined,
): HttpTarget {
  const trigger = definition.httpTrigger;
  if (trigger === undefined) {
    const name = qualifiedName(definition.functionName, definition.serviceName);
    throw noTrigger(`function '${name}'`);
  }
  return { definition, trigger, qualifier, path: path || '/' };
}

/** 404 for a function without an HTTP trigger (HTTP triggers page, troubleshooting). */
function noTrigger(of: string): ApiError {
  return new ApiError(404, 'TriggerNotFound', `the HTTP trigger of ${of} does not exist`);
}
