import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoInventory } from '../../../scripts/demo/inventory';
import { demoPolicy } from '../../../scripts/demo/policy';

/**
 * Makes in `out/demo` what pages go on with after `npm run demo`, without the demo: the groups and policies
 * that it starts from, and the records of a run. Run by the stand-in for that command.
 */
function main(): void {
  const folder = join('out', 'demo');
  const file = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file('inventory.json'), JSON.stringify(demoInventory().regions));
  writeFileSync(file('policy.yaml'), demoPolicy(Date.now()));
  const { CLOUD = '' } = process.env;
  const apply = ['apply', '--policy', file('policy.yaml'), '--records', file('records')];
  try {
    execFileSync(
      process.execPath,
      ['--import', 'tsx', join('scripts', 'palisade.ts'), ...apply, '--endpoint', CLOUD, '--yes'],
      { stdio: 'ignore' },
    );
  } catch (error) {
    // 3: one group of the demo cannot be read completely.
    if ((error as { status?: number }).status !== 3) throw error;
  }
}

main();
