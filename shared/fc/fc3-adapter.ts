import { Readable } from 'node:stream';
import Client, { InvokeFunctionHeaders, InvokeFunctionRequest } from '@alicloud/fc20230330';
import {
  type Connection,
  errorField,
  type InvocationAnswer,
  reasonOf,
  type SendInvocation,
} from './invocation';

type ClientConfig = ConstructorParameters<typeof Client>[0];
type RuntimeOptions = Parameters<Client['invokeFunctionWithOptions']>[3];

/** Sends invocations to FC 3.0 through @alicloud/fc20230330. */
export function createFc3Adapter(connection: Connection): SendInvocation {
  const client = createClient(connection);
  return async ({ functionName, payload, taskId }) => {
    const { qualifier, timeoutMs } = connection;
    try {
      const response = await client.invokeFunctionWithOptions(
        functionName,
        new InvokeFunctionRequest({
          body: Readable.from([Buffer.from(payload)]),
          ...(qualifier === undefined ? {} : { qualifier }),
        }),
        new InvokeFunctionHeaders(
          taskId === undefined ? {} : { xFcInvocationType: 'Async', xFcAsyncTaskId: taskId },
        ),
        // The class is not exported by the SDK, which reads these two fields of it.
        { readTimeout: timeoutMs, connectTimeout: timeoutMs } as RuntimeOptions,
      );
      const headers = response.headers ?? {};
      const errorType = headers['x-fc-error-type'];
      return {
        kind: 'answered',
        requestId: headers['x-fc-request-id'] ?? '',
        ...(errorType === undefined ? {} : { errorType }),
        payload: await readText(response.body),
      };
    } catch (error) {
      return answerOf(error);
    }
  };
}

function createClient({ accountId, credentials, endpoint, regionId }: Connection): Client {
  const config = {
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    ...(credentials.securityToken === undefined
      ? {}
      : { securityToken: credentials.securityToken }),
    accountId,
    regionId,
    endpoint: endpoint.host,
    protocol: endpoint.protocol.replace(':', ''),
  };
  // The class of this argument is not exported by the SDK, which reads its fields only.
  return new Client(config as unknown as ClientConfig);
}

async function readText(body: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(error: unknown): InvocationAnswer {
  const status = Number(errorField(error, 'statusCode'));
  if (!(status >= 100)) return { kind: 'no-answer', reason: reasonOf(error) };
  const requestId = errorField(error, 'requestId');
  return {
    kind: 'refused',
    status,
    code: reasonOf(error),
    requestId: /^[\w-]{1,64}$/.test(requestId) && requestId !== 'undefined' ? requestId : '',
  };
}
