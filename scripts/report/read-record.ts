import { z } from 'zod';
import type { RecordStore } from '../../shared/evidence';

/** A record that is there and cannot be understood. */
export interface UnreadableRecord {
  readonly key: string;
  readonly reason: string;
}

/** Reads a record, or says why it cannot be understood. Throws RecordStoreError. */
export async function readOrExplain<Parsed extends object>(
  records: RecordStore,
  key: string,
  parse: (text: string) => Parsed,
): Promise<Parsed | UnreadableRecord> {
  const text = await records.get(key);
  if (text === undefined) return { key, reason: 'it was removed while the report was made' };
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { key, reason: 'it is not JSON' };
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    return { key, reason: issue ? `${issue.path.join('.')}: ${issue.message}` : error.message };
  }
}
