/** Records that the real pipeline writes, against a local cloud. */

import { createFolderStore, type RecordStore } from '../../../shared/evidence';
import { Stage } from '../../../shared/remediation/testing/stage';
import { makeInventory } from '../../../test/support';

/** Lets a run repair three groups, and hands its records to a test. */
export async function onStageOfRuns(
  action: (records: RecordStore) => Promise<void>,
): Promise<void> {
  const stage = await Stage.open();
  try {
    const [inventory] = makeInventory({ 'cn-hangzhou': 3 });
    const loaded = stage.load(...(inventory?.SecurityGroups ?? []));
    await stage.run('first', loaded);
    await action(createFolderStore(stage.folder));
  } finally {
    await stage.close();
  }
}
