import { createServer } from 'node:http';

/** Stands where Function Compute is, and keeps what it is to call the enforce function with. */
export interface ShardCollector {
  readonly endpoint: string;
  /** Payloads of asynchronous calls, in the order in which they came. */
  readonly payloads: readonly string[];
  close(): Promise<void>;
}

/** Starts a service that accepts every asynchronous call of a function and runs none. */
export async function collectShards(): Promise<ShardCollector> {
  const payloads: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    payloads.push(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(202, { 'x-fc-request-id': `request-${payloads.length}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    payloads,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
