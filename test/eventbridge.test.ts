import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadTemplate } from '../local-cloud/function-compute';
import { checkTemplate } from './template-checks';

const PROJECT = join(__dirname, '..');
const read = (path: string) => readFile(join(PROJECT, path), 'utf8');

async function deployed() {
  const options = { environment: {}, accountId: '1234567890123456' };
  const definitions = await loadTemplate(join(PROJECT, 'template.yml'), options);
  return definitions.find(({ functionName }) => functionName === 'palisade-actiontrail');
}

/** The one text that a pattern finds in a document, as JSON. */
function jsonIn(document: string, pattern: RegExp): unknown {
  const [match, ...others] = document.matchAll(pattern);
  expect(others).toEqual([]);
  return JSON.parse(match?.[1] ?? '');
}

test('trigger, Terraform and console ask for the same events', async () => {
  const pattern = (await deployed())?.eventTriggers?.[0]?.filterPattern;
  expect(pattern).toHaveProperty('type');
  expect(
    jsonIn(await read('deploy/eventbridge.tf'), /filter_pattern = <<-JSON\n([\s\S]*?)\n\s*JSON\n/g),
  ).toEqual(pattern);
  expect(jsonIn(await read('deploy/eventbridge.md'), /```json\n([\s\S]*?)```/g)).toEqual(pattern);
});

test('the Terraform rule is for the function and the region of the template', async () => {
  const terraform = await read('deploy/eventbridge.tf');
  const defaultOf = (variable: string) =>
    new RegExp(`variable "${variable}" \\{[^}]*default += "([^"]*)"`).exec(terraform)?.[1];
  const template = parse(await read('template.yml')) as { vars: { region: string } };
  expect(defaultOf('function_name')).toBe((await deployed())?.functionName);
  expect(defaultOf('region')).toBe(template.vars.region);
});

test('the template can be deployed without its trigger of events', async () => {
  const template = await read('template.yml');
  const without = template.replace(
    / {6}triggers:\n {8}- triggerName: changes\n(?: {10,}.*\n)+/,
    '',
  );
  expect(without).not.toBe(template);
  expect(without).not.toContain('eventbridge\n');
  expect(checkTemplate(without)).toEqual([]);
});
