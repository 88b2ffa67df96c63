import Client from '@alicloud/fc2';
import {
  type Connection,
  errorField,
  type InvocationAnswer,
  reasonOf,
  type SendInvocation,
} from './invocation';

/** Sends invocations to FC 2.0, where functions live in services, through @alicloud/fc2. */
export function createFc2Adapter(connection: Connection, serviceName: string): SendInvocation {
  const client = createClient(connection);
  return async ({ functionName, payload, taskId }) => {
    const headers: Record<string, string> =
      taskId === undefined
        ? {}
        : { 'x-fc-invocation-type': 'Async', 'x-fc-stateful-async-invocation-id': taskId };
    try {
      const result = await client.invokeFunction(
        serviceName,
        functionName,
        payload,
        headers,
        connection.qualifier,
        { rawBuf: true },
      );
      const errorType = result.headers['x-fc-error-type'];
      return {
        kind: 'answered',
        requestId: String(result.headers['x-fc-request-id'] ?? ''),
        ...(errorType === undefined ? {} : { errorType: String(errorType) }),
        payload: textOf(result.data),
      };
    } catch (error) {
      return answerOf(error);
    }
  };
}

function createClient({ accountId, regionId, credentials, ...rest }: Connection): Client {
  const { securityToken } = credentials;
  return new Client(accountId, {
    accessKeyID: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    region: regionId,
    endpoint: rest.endpoint.origin,
    timeout: rest.timeoutMs,
    // As an option the token counts for access key ids that begin with STS only; as a header, always.
    ...(securityToken === undefined
      ? {}
      : { securityToken, headers: { 'x-fc-security-token': securityToken } }),
  });
}

function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  return Buffer.isBuffer(data) ? data.toString('utf8') : JSON.stringify(data);
}

/** The SDK tells the status and the request id in the error's message only. */
function answerOf(error: unknown): InvocationAnswer {
  const [, status, requestId] =
    / failed with (\d{3})\. requestid: ([\w-]{1,64}), message: /.exec(
      errorField(error, 'message'),
    ) ?? [];
  if (status === undefined) return { kind: 'no-answer', reason: reasonOf(error) };
  return {
    kind: 'refused',
    status: Number(status),
    code: reasonOf(error),
    requestId: requestId === undefined || requestId === 'undefined' ? '' : requestId,
  };
}
