/** The part of @alicloud/fc2 that this project calls; the package ships no types. */
declare module '@alicloud/fc2' {
  interface ClientOptions {
    accessKeyID: string;
    accessKeySecret: string;
    /** Read only when the access key id begins with `STS`. */
    securityToken?: string;
    region: string;
    /** With scheme; the default one is plain http unless `secure` is set. */
    endpoint?: string;
    secure?: boolean;
    /** Milliseconds. */
    timeout?: number;
    /** Sent and signed with every request. */
    headers?: Record<string, string>;
  }

  class Client {
    constructor(accountId: string, options: ClientOptions);
    /**
     * Resolves for every 2xx answer, also when the function failed. Rejects with an Error whose
     * `code` is the ErrorCode of the answer; the status stands in its message only.
     */
    invokeFunction(
      serviceName: string,
      functionName: string,
      event: string | Buffer,
      headers?: Record<string, string>,
      qualifier?: string,
      options?: { rawBuf?: boolean },
    ): Promise<{
      headers: Record<string, string | string[] | undefined>;
      /** A Buffer for `rawBuf`, parsed JSON when the content type says so, otherwise text. */
      data: unknown;
    }>;
  }

  export = Client;
}
