import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { linesOf, sampled, writeCorpus } from './transition.js';

/**
 * Records what the reducer of a built version answers while its own tests of the long work run:
 * `npm run corpus -- --out test/corpus/schema-2.ndjson.gz [--replace] [--tree folder]`. The product is not touched: a copy
 * of it gets a reducer around the reducer.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    replace: { type: 'boolean', default: false },
    /** A folder with `dist`, `build`, `node_modules` and `jest.config.mjs` of the version to record. */
    tree: { type: 'string', default: '.' },
  },
});
const WRAPPER = `import { appendFileSync } from 'node:fs';
import { reduce as real } from './operation-machine.real.js';
export * from './operation-machine.real.js';
export function reduce(before, change, now) {
  const line = { before, change, now };
  const text = JSON.stringify(line);
  const after = real(before, change, now);
  appendFileSync(process.env.CORPUS_FILE, text.slice(0, -1) + ',"after":' + JSON.stringify(after) + '}\\n');
  return after;
}
`;

function main(): void {
  if (!values.out) throw new Error('say where to: --out test/corpus/schema-<n>.ndjson.gz');
  if (existsSync(values.out) && !values.replace) {
    throw new Error(
      `${values.out} is what an earlier version did: replaying it is the test of an upgrade. Record the new schema into a file of its own; to drop the old one on purpose, say --replace.`,
    );
  }
  const tree = resolve(values.tree);
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    const raw = recorded(tree, folder);
    const kept = sampled(linesOf(raw));
    writeCorpus(values.out, kept);
    const all = raw.split('\n').length - 1;
    process.stdout.write(`${all} transitions, ${kept.length} kept in ${values.out}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function recorded(tree: string, folder: string): string {
  const dist = join(folder, 'dist');
  cpSync(join(tree, process.env.DIST_DIR ?? 'dist'), dist, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const reducer = join(dist, 'domain', 'operation-machine.js');
  renameSync(reducer, reducer.replace(/\.js$/, '.real.js'));
  writeFileSync(reducer, WRAPPER);
  symlinkSync(join(tree, 'node_modules'), join(folder, 'node_modules'));
  const config = join(folder, 'jest.config.mjs');
  writeFileSync(
    config,
    `export default {
  rootDir: ${JSON.stringify(tree)},
  roots: [${JSON.stringify(join(tree, process.env.BUILD_DIR ?? 'build', 'test/unit/operations'))}, ${JSON.stringify(dist)}],
  transform: {},
  testTimeout: 60000,
  testMatch: ['**/unit/operations/*.spec.js'],
  moduleNameMapper: { '^(?:\\\\.{1,2}/)+src/(.*)$': ${JSON.stringify(`${dist}/$1`)} },
};
`,
  );
  const file = join(folder, 'transitions.ndjson');
  writeFileSync(file, '');
  const jest = join(tree, 'node_modules/jest/bin/jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const run = spawnSync(process.execPath, [...flags, jest, '-c', config, '--maxWorkers=1'], {
    cwd: tree,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CORPUS_FILE: file },
  });
  if (run.status !== 0) throw new Error('the tests failed: what they did is nothing to compare with');
  return readFileSync(file, 'utf8');
}

main();
