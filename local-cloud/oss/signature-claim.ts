/** What a request claims about its sender, before the secret has been looked up. */
export interface OssSignatureClaim {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
  /** Region that the signature is good for; V1 says none. */
  readonly regionId?: string;
  readonly signature: string;
  /** The signature the request ought to carry if its sender holds this secret. */
  expectedSignature(secret: string): string;
  /** The string to sign, for the message of a mismatch, with the security token masked. */
  describe(): string;
}

/** What a signature covers besides the request itself. */
export interface SignedResource {
  readonly bucket: string | undefined;
  /** Percent-decoded; empty for a bucket. */
  readonly key: string;
  /** Query as sent, decoded; a name may occur more than once. */
  readonly query: readonly (readonly [name: string, value: string])[];
}
