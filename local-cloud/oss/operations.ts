import type { WireRequest } from '../wire/http';
import { methodNotAllowed, notImplemented } from './errors';
import { SUBRESOURCES } from './subresources';

/** The operations there are; the name is also the one in the call log. */
export type OperationName =
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'ListObjectsV2';

export interface Operation {
  readonly name: OperationName;
  /** RAM action, as the page of the operation says. */
  readonly permission: string;
  readonly write: boolean;
}

const PUT_OBJECT: Operation = { name: 'PutObject', permission: 'oss:PutObject', write: true };
const GET_OBJECT: Operation = { name: 'GetObject', permission: 'oss:GetObject', write: false };
const HEAD_OBJECT: Operation = { name: 'HeadObject', permission: 'oss:GetObject', write: false };
const DELETE_OBJECT: Operation = {
  name: 'DeleteObject',
  permission: 'oss:DeleteObject',
  write: true,
};
const LIST_OBJECTS: Operation = {
  name: 'ListObjectsV2',
  permission: 'oss:ListObjects',
  write: false,
};

const ON_OBJECTS: Readonly<Record<string, Operation>> = {
  PUT: PUT_OBJECT,
  GET: GET_OBJECT,
  HEAD: HEAD_OBJECT,
  DELETE: DELETE_OBJECT,
};

/**
 * Tells which operation a request is for.
 * @param key empty for a bucket
 * @throws ApiError MethodNotAllowed, or NotImplemented for a part of OSS that is not here, so that nobody
 *   takes, say, an object's access control list for its content
 */
export function operationOf(
  request: WireRequest,
  key: string,
  query: ReadonlyMap<string, string>,
): Operation {
  const onObject = key !== '';
  const operation = ON_OBJECTS[request.method];
  if (operation === undefined) {
    throw methodNotAllowed(request.method, onObject ? 'Object' : 'Bucket');
  }
  for (const name of query.keys()) {
    const isToken = name === 'continuation-token' && !onObject;
    if (SUBRESOURCES.has(name) && !isToken) throw notImplemented(`?${name}`);
  }
  if (onObject) {
    if (request.headers['x-oss-copy-source'] !== undefined) throw notImplemented('CopyObject');
    return operation;
  }
  if (request.method === 'GET' && query.get('list-type') === '2') return LIST_OBJECTS;
  throw notImplemented(`${request.method} of a bucket other than ListObjectsV2`);
}
