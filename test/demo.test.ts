import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pictureOf } from '../scripts/picture/picture-of';
import { textOfPicture } from '../scripts/picture/svg';
import { type CommandResult, runDemo } from './support';

interface Tally {
  readonly compliant: number;
  readonly violating: number;
  readonly unknown: number;
}
interface Summary {
  readonly groups: number;
  readonly rules: number;
  readonly before: Tally;
  readonly after: Tally;
  readonly writes: Readonly<Record<string, number>>;
  readonly secondSweep: { readonly writes: number };
  readonly event: Readonly<Record<string, number>>;
  readonly webhook: object;
  readonly rollback: { readonly revoked: number; readonly opened: number; readonly again: object };
  readonly evidence: object;
}

let folder: string;
let result: CommandResult;
let summary: Summary;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-demo-'));
  result = await runDemo(folder);
  summary = JSON.parse(await readFile(join(folder, 'out', 'demo', 'summary.json'), 'utf8'));
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

it('ends by itself and says nothing on standard error', () => {
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
});

it('starts from a realistic inventory', () => {
  expect(summary.groups).toBeGreaterThanOrEqual(60);
  expect(summary.rules).toBeGreaterThanOrEqual(1200);
});

it('accounts for every group before and after, and repairs all but what cannot be repaired', () => {
  const sum = ({ compliant, violating, unknown }: Tally) => compliant + violating + unknown;
  expect(sum(summary.before)).toBe(summary.groups);
  expect(sum(summary.after)).toBe(summary.groups);
  expect(summary.before.violating).toBeGreaterThan(40);
  expect(summary.after).toMatchObject({ violating: 3, unknown: 1 });
});

it('adds rules, stamps descriptions in both directions, and then writes nothing more', () => {
  for (const action of [
    'AuthorizeSecurityGroupEgress',
    'ModifySecurityGroupRule',
    'ModifySecurityGroupEgressRule',
  ]) {
    expect(summary.writes[action]).toBeGreaterThan(0);
  }
  expect(summary.secondSweep).toEqual({ writes: 0 });
});

it('shows a packet that got through and the traffic that was closed', () => {
  expect(result.stdout).toMatch(/lets TCP 25 to 203\.0\.113\.10 through/);
  expect(result.stdout).toContain('closed: TCP 25 to ::/0; TCP 135-139 to ::/0; TCP 445 to ::/0');
});

it('closes a path that a person opened once the event about it arrives, and ignores its own events', () => {
  const { writes, ownEventsIgnored, invocations, millisecondsOpen } = summary.event;
  expect(writes).toBeGreaterThan(0);
  expect(ownEventsIgnored).toBe(writes);
  expect(invocations).toBe((writes ?? 0) + 1);
  expect(millisecondsOpen).toBeGreaterThan(300);
  expect(result.stdout).toContain('closed: TCP 3389 from 0.0.0.0-9.255.255.255');
});

it('closes another one for a signed request, once, and for no other', () => {
  expect(summary.webhook).toEqual({
    runId: expect.stringMatching(/^webhook-[0-9a-f]{16}$/),
    badSignature: { status: 401, ecsCalls: 0 },
    signed: { status: 200, writes: expect.any(Number) },
    replayed: { status: 200, isSameAnswer: true, ecsCalls: 0 },
    lateEvent: { writes: 0 },
  });
  expect(summary.webhook).not.toHaveProperty('signed.writes', 0);
});

it('takes a run back once, and the next sweep repairs it again', () => {
  const { revoked, opened, again } = summary.rollback;
  expect(revoked).toBeGreaterThan(0);
  expect(opened).toBeGreaterThan(0);
  expect(again).toEqual({ changes: 0 });
  expect(result.stdout).toContain('violating → compliant');
});

it('verifies its records, catches the copy that was tampered with, and writes a report', async () => {
  expect(summary.evidence).toEqual({
    entries: expect.any(Number),
    isIntact: true,
    tampered: { isIntact: false, found: expect.stringMatching(/^altered: runs\//) },
  });
  const page = await readFile(join(folder, 'out', 'demo', 'report.html'), 'utf8');
  expect(page).toContain('<title>');
});

it('looks as its picture in docs/demo.svg shows it, but for numbers; `npm run picture` draws it anew', async () => {
  const shown = (svg: string) =>
    textOfPicture(svg).map((line) =>
      line.replace(/\d+/g, '0').replace(/ +/g, ' ').replace(/─+/g, '─'),
    );
  const picture = await readFile(join(__dirname, '..', 'docs', 'demo.svg'), 'utf8');
  expect(shown(picture)).toEqual(shown(pictureOf(result.stdout)));
  expect(Buffer.byteLength(picture)).toBeLessThanOrEqual(100_000);
});
