import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../../sandbox/run.js';

/** The last revision whose records say nothing of a schema: what a deployment may still run when this one is brought in. */
export const BEFORE_SCHEMAS = '9c06c3b';

const BUILDING_TAKES_MS = 300_000;

/**
 * What shipped at another revision, built from the history with today's dependencies. Kept in the temporary folder, so
 * that only the first who asks waits for the compiler. Answers its dist folder.
 */
export async function builtRevision(revision: string): Promise<string> {
  const root = resolve('.');
  const commit = (await run('git', ['-C', root, 'rev-parse', '--verify', `${revision}^{commit}`])).trim();
  const place = join(tmpdir(), `dr-gateway-revision-${commit.slice(0, 12)}`);
  if (existsSync(join(place, 'dist', 'worker.js'))) return join(place, 'dist');
  const work = mkdtempSync(`${place}-new-`);
  try {
    const archive = join(work, 'tree.tar');
    const tree = join(work, 'tree');
    mkdirSync(tree);
    await run('git', ['-C', root, 'archive', '--output', archive, commit]);
    await run('tar', ['-xf', archive, '-C', tree]);
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'dir');
    const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
    await run(process.execPath, [nest, 'build'], { cwd: tree, timeoutMs: BUILDING_TAKES_MS });
    try {
      renameSync(tree, place);
    } catch {
      if (!existsSync(join(place, 'dist', 'worker.js'))) throw new Error(`${place} cannot be used`);
      // somebody else was faster
    }
    return join(place, 'dist');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
