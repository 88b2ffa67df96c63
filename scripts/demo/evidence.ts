import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEcsClient } from '../../shared/ecs';
import { createFolderStore, type RecordStore, verifyChain } from '../../shared/evidence';
import type { PolicySet } from '../../shared/policy';
import { runLimits } from '../../shared/remediation';
import {
  exemptionSnippets,
  prepareRollback,
  readRecordedRun,
  rollBack,
} from '../../shared/remediation/rollback';
import { surroundingsHere } from '../command-line/surroundings';
import type { DemoCloud } from './cloud';
import { listed, say } from './show';

/** What taking a run back did. */
export interface RollbackFigures {
  readonly revoked: number;
  readonly opened: number;
  /** Of a second rollback of the same run. */
  readonly again: { readonly changes: number };
}

/** Takes a run back as its operator would, and then once more. */
export async function showRollback(
  demo: DemoCloud,
  policies: PolicySet,
  runId: string,
): Promise<RollbackFigures> {
  const surroundings = surroundingsHere(
    ({ regionId }) =>
      createEcsClient({
        regionId,
        endpoint: demo.cloud.endpoint,
        credentials: async () => demo.cloud,
      }),
    demo.records,
    {
      dryRun: false,
      enforceFunction: '',
      logLevel: 'info',
      webhookRequestsPerMinute: 1,
      callsPerSecond: 1,
    },
  );
  const recorded = await readRecordedRun(demo.records, runId);
  const takeBack = async () => {
    const prepared = await prepareRollback(
      {
        recorded,
        securityGroupIds: [],
        by: 'demo',
        policies,
        limits: runLimits(policies, 1),
        dryRun: false,
      },
      demo.records,
      surroundings,
    );
    return { prepared, result: await rollBack(prepared, demo.records, surroundings) };
  };
  const { prepared, result } = await takeBack();
  await demo.settled();
  const changes = result.groups.reduce((sum, group) => sum + group.changes, 0);
  const opened = result.groups.flatMap((group) => group.effect?.opened ?? []);
  const [snippet = ''] = exemptionSnippets(prepared.deeds, Date.now());
  say(`run ${runId}: ${changes} changes taken back`);
  say(`opened again: ${listed(opened)}`);
  say('the next sweep would repair it again; an exemption to paste, unless that is wanted:');
  say(snippet);
  const again = (await takeBack()).result.groups.reduce((sum, group) => sum + group.changes, 0);
  say(`once more: ${again} changes`);
  return { revoked: changes, opened: opened.length, again: { changes: again } };
}

/** What verifying the records said. */
export interface EvidenceFigures {
  readonly entries: number;
  readonly isIntact: boolean;
  readonly tampered: { readonly isIntact: boolean; readonly found: string };
}

/** Copies the records to a folder, verifies them, alters one byte of a second copy and verifies that. */
export async function showEvidence(
  records: RecordStore,
  folder: string,
  tamperedFolder: string,
): Promise<EvidenceFigures> {
  const copy = createFolderStore(folder);
  for (const key of await records.list('')) {
    await copy.putIfAbsent(key, (await records.get(key)) ?? '');
  }
  const { entries, isIntact, head } = await verifyChain(copy);
  say(
    `${entries} entries, ${isIntact ? 'none altered, removed or inserted' : 'NOT INTACT'}; head ${head.sequence}:${head.digest.slice(0, 16)}…`,
  );
  await cp(folder, tamperedFolder, { recursive: true });
  const [victim = ''] = (await copy.list('runs/')).filter((key) => key.endsWith('.outcome.json'));
  const path = join(tamperedFolder, victim);
  const content = await readFile(path, 'utf8');
  await writeFile(path, content.replace('"dryRun": false', '"dryRun": true'));
  const check = await verifyChain(createFolderStore(tamperedFolder));
  const [problem] = check.problems;
  const found = problem ? `${problem.kind}: ${problem.key}` : 'nothing';
  say(`a copy in which somebody wrote that one run was a dry run: ${found}`);
  return { entries, isIntact, tampered: { isIntact: check.isIntact, found } };
}
