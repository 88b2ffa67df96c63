import { parseChannels } from '../../../shared/notices';
import { describeEnding, exemptionsEndingSoon } from '../../../shared/policy';
import { readSettings, type Settings } from '../../../shared/runtime';
import { readPolicyFile } from '../policy-file';
import { type CheckResult, failed, ok, skipped, warning } from './check';

/** Oldest Node.js that runs Palisade (`engines` of package.json). */
const LEAST_NODE = [20, 6] as const;

/** Whether this Node.js is new enough; `version` is such as `20.11.1`. */
export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
    ? ok(`v${version}`)
    : failed(`v${version}`, `install Node.js ${LEAST_NODE.join('.')} or later`);
}

/** The settings of the environment; without those that cannot be read. */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): {
  readonly settings: Settings;
  readonly result: CheckResult;
} {
  const names = Object.keys(environment).filter((name) => name.startsWith('PALISADE_'));
  try {
    const settings = readSettings(environment);
    const saw = names.length === 0 ? 'no PALISADE_… variable is set' : names.sort().join(', ');
    return { settings, result: ok(saw) };
  } catch (error) {
    return {
      settings: readSettings({}),
      result: failed((error as Error).message, 'correct the variable, or unset it'),
    };
  }
}

/** Whether a policy file is good; undefined is none. */
export async function checkPolicy(file: string | undefined, now: number): Promise<CheckResult> {
  if (file === undefined) {
    return warning(
      'no policy file was named, and there is no policy.yaml here',
      'write one with "palisade init", or name one with --policy',
    );
  }
  let set: Awaited<ReturnType<typeof readPolicyFile>>;
  try {
    set = await readPolicyFile(file);
  } catch (error) {
    return failed(
      (error as Error).message,
      `correct it; "palisade validate ${file}" checks it again`,
    );
  }
  const enforced = set.policies.filter(({ mode }) => mode === 'enforce').length;
  const { length: count } = set.policies;
  const saw = `${file}: ${count} ${count === 1 ? 'policy' : 'policies'}, ${enforced === 0 ? 'all observe' : `${enforced} enforce`}`;
  const ending = exemptionsEndingSoon(set, now).map(describeEnding);
  return ending.length === 0
    ? ok(saw)
    : warning(`${saw}; ${ending.join('; ')}`, 'make those exemptions needless, or prolong them');
}

/** Whether notices are set up; none is sent, and no more of an address is shown than its host. */
export function checkNotices(notices: string | undefined): CheckResult {
  if (notices === undefined) {
    return skipped('PALISADE_NOTICES is not set: nobody is told of runs');
  }
  try {
    const channels = parseChannels(notices).map(({ kind, url }) => `${kind} (${url.host})`);
    return ok(`${channels.join(', ')}; nothing was sent`);
  } catch (error) {
    return failed(`PALISADE_NOTICES: ${(error as Error).message}`, 'correct the variable');
  }
}
