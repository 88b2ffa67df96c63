import {
  type Run,
  type RunResult,
  remediate,
  type Surroundings,
  totalsOf,
  unlessInterrupted,
} from '../../shared/remediation';
import { planToSave } from '../../shared/remediation/saved-plan';
import { tellOf } from '../../shared/runtime';
import { applySaved, prepareSaved } from './apply-saved';
import { confirm } from './confirm';
import { ownAccount } from './connection';
import { exitCodeOf } from './exit-code';
import { type Interruption, interruptible } from './interruption';
import { savePlan } from './plan-file';
import { type PreparedRun, prepareRun, type TargetOptions } from './prepare-run';
import { showProgress } from './progress';
import { formatOf, type OutputOptions, printResult, type SavedAs } from './result-output';
import { TO_STANDARD_ERROR } from './surroundings';

/** Options of `plan`. */
export interface PlanOptions extends TargetOptions, OutputOptions {
  /** File to save the plan in. */
  readonly save?: string;
}

/** Options of `apply`. */
export interface ApplyOptions extends TargetOptions, OutputOptions {
  readonly yes?: boolean;
  /** File with the saved plan that is to be applied. */
  readonly plan?: string;
  /** Most hours since that plan was made. */
  readonly maxAge: number;
}

type Work<Outcome> = (run: Run, surroundings: Surroundings) => Promise<Outcome>;

/** Looks at every group and says what an `apply` would change. Gives the exit code. */
export function plan(options: PlanOptions): Promise<number> {
  return interruptible(({ signal }) =>
    // All of it may be left off at any time.
    unlessInterrupted(
      signal,
      (async () => {
        const prepared = await prepareRun(options);
        const { unlisted } = prepared;
        const { result, saved } =
          options.save === undefined
            ? { result: await look(prepared, remediate, signal), saved: undefined }
            : await lookAndSave(options, options.save, prepared, signal);
        printResult(options, result, { applied: false, unlisted, saved });
        return exitCodeOf(totalsOf(result), unlisted.length);
      })(),
    ),
  );
}

async function lookAndSave(
  options: PlanOptions,
  file: string,
  prepared: PreparedRun,
  signal: AbortSignal,
): Promise<{ readonly result: RunResult; readonly saved: SavedAs }> {
  const account = await ownAccount(options);
  const { result, groups } = await look(prepared, planToSave, signal);
  const { policies, policyIds, trigger } = prepared.run;
  const saved = await savePlan(file, {
    palisadePlan: 1,
    time: trigger.time,
    account,
    endpoint: options.endpoint ?? null,
    policyDigest: policies.digest,
    ...(policyIds ? { policyIds } : {}),
    groupCount: prepared.groupCount,
    groups,
  });
  return { result, saved };
}

/** Repairs what the policies say may be repaired. Gives the exit code, by a fresh read afterwards. */
export function apply(options: ApplyOptions): Promise<number> {
  return interruptible(async (interruption) => {
    const { signal } = interruption;
    const { prepared, work, saved } = await unlessInterrupted(signal, prepareApply(options));
    const { run, settings, unlisted } = prepared;
    if (!options.yes) {
      const preview = await look(prepared, work, signal);
      printResult(options, preview, { applied: false, unlisted, saved, isPreview: true });
      const hasCalls = preview.groups.some((group) => group.calls.length > 0);
      if (!hasCalls || !(await isWanted(options, interruption))) {
        return exitCodeOf(totalsOf(preview), unlisted.length);
      }
    }
    const result = await withProgress(run, prepared.surroundings, work, signal);
    const isInterrupted = signal.aborted;
    await tellOf(run, result, {
      ...prepared.surroundings,
      settings: { ...settings, records: options.records ?? 'out/records' },
      log: TO_STANDARD_ERROR,
    });
    if (run.dryRun) console.error('PALISADE_DRY_RUN is on: nothing is changed.');
    printResult(options, result, { applied: !run.dryRun, unlisted, saved, isInterrupted });
    return exitCodeOf(totalsOf(result), unlisted.length);
  });
}

async function prepareApply(options: ApplyOptions): Promise<{
  readonly prepared: PreparedRun;
  readonly work: Work<RunResult>;
  readonly saved?: SavedAs;
}> {
  const { plan: file } = options;
  if (file === undefined) return { prepared: await prepareRun(options), work: remediate };
  const { prepared, sealed } = await prepareSaved(options, file);
  const saved = { file, digest: sealed.digest };
  return { prepared, work: applySaved(options, file, sealed), saved };
}

async function isWanted(options: ApplyOptions, interruption: Interruption): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || formatOf(options) === 'json') {
    console.error('Nothing was changed: add --yes to make these changes.');
    return false;
  }
  if (await confirm('Make these changes? [y/N] ', interruption)) return true;
  console.log('Nothing was changed.');
  return false;
}

/** A run that changes nothing, and leaves no record either: it is for whoever looks at it now. */
function look<Outcome>(
  { run, surroundings: { records: _, ...surroundings } }: PreparedRun,
  work: Work<Outcome>,
  signal: AbortSignal,
): Promise<Outcome> {
  return withProgress({ ...run, dryRun: true }, surroundings, work, signal);
}

async function withProgress<Outcome>(
  run: Run,
  surroundings: Surroundings,
  work: Work<Outcome>,
  interruption: AbortSignal,
): Promise<Outcome> {
  const { onProgress, stop } = showProgress();
  let isChanging = false;
  const onAbort = () => {
    stop();
    if (!isChanging) return;
    console.error(
      'Stopping: changes in hand are finished, and no further group is changed. Again: end at once.',
    );
  };
  interruption.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(run, {
      ...surroundings,
      interruption,
      onProgress(step, done, total) {
        isChanging ||= step === 'repair';
        onProgress(step, done, total);
      },
    });
  } finally {
    interruption.removeEventListener('abort', onAbort);
    stop();
  }
}
