import { timingSafeEqual } from 'node:crypto';

/** What a request claims about its sender, before the secret has been looked up. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly securityToken: string | undefined;
  /** As sent, in the form yyyy-MM-ddTHH:mm:ssZ. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  /** The signature the request ought to carry if its sender holds this secret. */
  expectedSignature(secret: string): string;
  /** The string to sign, for the message of a mismatch, with the security token masked. */
  describe(): string;
}

/** Whether the claimed signature is the one this secret makes, in time independent of the contents. */
export function isSignedWith(claim: SignatureClaim, secret: string): boolean {
  return equalInConstantTime(claim.signature, claim.expectedSignature(secret));
}

/** Compares without revealing, by the time it takes, where the first difference is. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
