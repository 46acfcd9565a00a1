// npm run canary [-- <part of a path> …]: the end-to-end tests with all that the product says kept aside, and then a search for
// every secret that was at work in them. A hit is told with its file and what stands before it, never with the secret.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SITE_PASSWORDS } from '../../sandbox/sites-file.js';
import { searchCanary } from './search.js';

/** The keys with which the tests ask, and what else they plant. */
const OTHERS = ['e2e-key-7d2f', 'SkExample-not-a-secret-0001', 'cluster-of-a-test'];

const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-canary-'));
const filters = process.argv.slice(2);
const code = await new Promise<number>((resolve) => {
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects=whole', '--runInBand', '--forceExit'];
  const paths = filters.length > 0 ? filters : ['test/e2e'];
  const child = spawn(process.execPath, ['--experimental-vm-modules', ...jest, ...paths], {
    stdio: 'inherit',
    env: { ...process.env, CANARY_DIR: directory },
  });
  child.once('error', () => resolve(1));
  child.once('exit', (ended) => resolve(ended ?? 1));
});
const { hits, files, bytes, secrets } = searchCanary(directory, [
  ...Object.values(SITE_PASSWORDS),
  ...OTHERS,
]);
for (const { file, secret, where } of hits) console.log(`${file}: ${secret} after "${where}"`);
const megabytes = (bytes / 1024 / 1024).toFixed(1);
console.log(
  `${secrets} secrets, ${files} files, ${megabytes} MB searched: ${hits.length} hits (tests: exit ${code})`,
);
if (hits.length === 0) rmSync(directory, { recursive: true });
else console.log(`what was kept is in ${directory}`);
process.exitCode = hits.length > 0 || code !== 0 ? 1 : 0;
