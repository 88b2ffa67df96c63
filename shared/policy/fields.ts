import { type DescriptionTemplate, fieldValue, TEXT } from './description-template';
import type { FieldSource } from './policy';

/** The value of every placeholder but `text`: never empty, and free of the template's own marks. */
export function fieldsOf(
  template: DescriptionTemplate,
  sources: Readonly<Record<string, FieldSource>>,
  tags: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, string>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of template.placeholders) {
    if (name === TEXT) continue;
    const source = own(sources, name) ?? { tag: name, default: 'none' };
    const given =
      source.value ??
      (source.tag === undefined ? undefined : own(tags, source.tag)) ??
      (source.existing ? own(existing, name) : undefined) ??
      '';
    values[name] = fieldValue(template, given) || fieldValue(template, source.default) || 'none';
  }
  return values;
}

/** Names such as `constructor` are free to be placeholders and tags; every object inherits one. */
function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
