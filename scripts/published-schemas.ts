import { z } from 'zod';
import { linkSchema } from '../shared/evidence/link-schema';
import { recordSchema } from '../shared/evidence/record-schema';
import { summarySchema } from '../shared/evidence/summary-schema';
import { policyJsonSchema } from '../shared/policy/json-schema';

/**
 * The JSON Schemas of what Palisade keeps (draft 2020-12) and of policy files (draft 7), by the name of their
 * file in `schemas/`.
 */
export function publishedSchemas(): Readonly<Record<string, object>> {
  return {
    'record.schema.json': titled('Palisade record', recordSchema),
    'summary.schema.json': titled('Palisade summary', summarySchema),
    'link.schema.json': titled('Palisade link', linkSchema),
    'policy.schema.json': policyJsonSchema(),
  };
}

function titled(title: string, schema: z.ZodType): object {
  return z.toJSONSchema(schema.meta({ ...schema.meta(), title }), { target: 'draft-2020-12' });
}
