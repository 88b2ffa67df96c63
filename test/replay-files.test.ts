import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { envelope, record } from '../shared/triggers/actiontrail/testing/events';
import {
  about,
  answersOf,
  makeReplayStage,
  OFFLINE,
  type ReplayStage,
} from './support/replay-stage';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let stage: ReplayStage;
beforeAll(async () => {
  stage = await makeReplayStage();
});
afterAll(() => stage.remove());

describe('what a file may hold', () => {
  it('takes envelopes, records, lists, answers of LookupEvents and JSON lines', async () => {
    const next = about('sg-bb22', 'second');
    const forms: Readonly<Record<string, string>> = {
      'envelope.json': JSON.stringify(envelope(about('sg-aa11', '1')), null, 2),
      'envelope-of-text.json': JSON.stringify(
        envelope(JSON.stringify(about('sg-aa11', '2')), { id: 'another' }),
      ),
      'record.json': `\uFEFF\n${JSON.stringify(about('sg-aa11', '3'), null, '\t')}\r\n`,
      'list.json': JSON.stringify([about('sg-aa11', '4'), next], null, 2),
      'list-in-a-line.json': JSON.stringify([about('sg-aa11', '5'), next]),
      'lookup.json': JSON.stringify({ NextToken: 'x', Events: [about('sg-aa11', '6')] }, null, 2),
      'sdk-lookup.json': JSON.stringify({ events: [about('sg-aa11', '7')] }),
      'lines.jsonl': `${JSON.stringify(about('sg-aa11', '8'))}\r\n\r\n${JSON.stringify(next)}\n`,
      'separator.jsonl': JSON.stringify(about('sg-aa11', '9', { userAgent: 'a\u2028b' })),
      'fields-of-that-name.json': JSON.stringify(about('sg-aa11', '10', { Events: [next] })),
    };
    for (const [name, content] of Object.entries(forms)) await stage.write(name, content);
    const { answers, summary } = answersOf(await stage.replay('--json', ...Object.keys(forms)));

    const judged = answers.filter(({ groups }) => groups?.[0]?.securityGroupId === 'sg-aa11');
    expect(judged.map(({ at }) => at)).toEqual([
      'envelope.json',
      'envelope-of-text.json:1',
      'record.json',
      'list.json, entry 1',
      'list-in-a-line.json:1, entry 1',
      'lookup.json, entry 1',
      'sdk-lookup.json:1, entry 1',
      'lines.jsonl:1',
      'separator.jsonl:1',
      'fields-of-that-name.json:1',
    ]);
    expect(judged.every(({ note }) => note === undefined)).toBe(true);
    expect(answers.map(({ at }) => at)).toContain('lines.jsonl:3');
    expect(summary).toMatchObject({ events: 13, unreadable: 0, judged: 11, ignored: 2 });
  });

  it('takes - for standard input', async () => {
    const loader = pathToFileURL(require.resolve('tsx')).href;
    const script = join(__dirname, '..', 'scripts', 'palisade.ts');
    const parameters = ['--import', loader, script, 'replay', ...OFFLINE, '--json', '-'];
    const child = spawn(process.execPath, parameters, { cwd: stage.folder, stdio: 'pipe' });
    child.stdin.end(JSON.stringify(about('sg-aa11', 'a')));
    const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const { answers } = answersOf({ stdout });
    expect(answers).toMatchObject([{ at: '-:1', outcome: 'judged' }]);
    expect(exitCode).toBe(2);
  });

  it('names what it cannot read by file and line, and handles the rest', async () => {
    const good = (id: string) => JSON.stringify(about('sg-bb22', id));
    await stage.write('late.jsonl', `${good('1')}\n{"eventName":\n\n7\n${good('2')}\n`);
    await stage.write('early.jsonl', `{"eventName":\n${good('3')}\n`);
    await stage.write(
      'whole.json',
      JSON.stringify({ Events: [about('sg-aa11', '4')] }, null, 2).slice(4),
    );
    await stage.write('deep.jsonl', `${'['.repeat(50_000)}${']'.repeat(50_000)}\n${good('5')}`);
    const files = ['late.jsonl', 'early.jsonl', 'whole.json', 'deep.jsonl', 'gone.json', '.'];
    const { stdout, stderr, exitCode } = await stage.replay(...files);
    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^palisade: late\.jsonl:2: the delivery is not JSON.*: send /),
      expect.stringMatching(/^palisade: late\.jsonl:4: the delivery is not a JSON object: send /),
      expect.stringMatching(/^palisade: early\.jsonl:1: the delivery is not JSON/),
      expect.stringMatching(/^palisade: whole\.json: the delivery is not JSON/),
      expect.stringMatching(/^palisade: deep\.jsonl:1, entry 1: the delivery .* nested too deep/),
      expect.stringMatching(/^palisade: gone\.json: cannot be read: there is no such file; check/),
      expect.stringMatching(/^palisade: \.: cannot be read: it is a folder; name a file$/),
    ]);
    expect(stdout).toContain('4 events: 0 ignored, 4 judged, 7 unreadable besides');
  });

  it('never crashes, whatever the lines are', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ Events: fc.array(fc.jsonValue(), { maxLength: 3 }) }),
      fc
        .dictionary(
          fc.constantFrom('eventName', 'requestParameters', 'userIdentity', 'resourceName', 'data'),
          fc.oneof(fc.jsonValue(), fc.constantFrom('TagResources', 'ModifyPrefixList', 'sg-aa11')),
        )
        .map((changes) => record(changes)),
    );
    const line = fc.oneof(
      { weight: 4, arbitrary: value.map((each) => JSON.stringify(each)) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    );
    const lines = fc.array(line, { minLength: 100, maxLength: 200, size: 'max' });
    await fc.assert(
      fc.asyncProperty(lines, async (content) => {
        await stage.write('any.jsonl', content.join('\n'));
        const result = await stage.replay('--json', 'any.jsonl');
        const { answers, summary } = answersOf(result);
        expect(result.stderr).toBe('');
        expect([0, 1, 2]).toContain(result.exitCode);
        const { events, unreadable } = summary as Record<string, number>;
        expect((events ?? 0) + (unreadable ?? 0)).toBe(answers.length);
        expect(answers.map(({ outcome }) => outcome)).not.toContain('unknown');
      }),
      { numRuns: 3 },
    );
  });
});
