import { z } from 'zod';
import { linkSchema } from '../shared/evidence/link-schema';
import { recordSchema } from '../shared/evidence/record-schema';

/** The JSON Schemas (draft 2020-12) of what Palisade keeps, by the name of their file in `schemas/`. */
export function publishedSchemas(): Readonly<Record<string, object>> {
  return {
    'record.schema.json': titled('Palisade record', recordSchema),
    'link.schema.json': titled('Palisade link', linkSchema),
  };
}

function titled(title: string, schema: z.ZodType): object {
  return z.toJSONSchema(schema.meta({ ...schema.meta(), title }), { target: 'draft-2020-12' });
}
