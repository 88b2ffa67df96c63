import { z } from 'zod';
import { type Link, MOST_LINKS } from './link';

/** The form of a link, for the published JSON Schema; reading one is `parseLink`'s, which needs no parser. */
export const linkSchema = z
  .object({
    digest: digest('SHA-256 of the bytes of the record, in hexadecimal.'),
    policyDigest: z.string().describe('As the record says.'),
    previous: digest(
      'SHA-256 of the bytes of the link before, in hexadecimal; 64 zeros in the first link.',
    ),
    record: z.string().describe('Key of the record.'),
    runId: z.string().describe('As the record says.'),
    sequence: z.int().min(1).max(MOST_LINKS).describe('1 for the first link, then without a gap.'),
    time: z.iso.datetime().describe('When the record was written, as it says.'),
    version: z.literal(1).describe('Version of this form.'),
  })
  .describe(
    'A link of the chain over all records of a store, at chain/SEQUENCE.json with nine digits. It is kept as canonical JSON (RFC 8785).',
  ) satisfies z.ZodType<Link>;

function digest(description: string) {
  return z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe(description);
}
