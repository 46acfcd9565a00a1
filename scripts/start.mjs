// npm start: builds what is missing or old, then hands over to the sandbox in the same process.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const inRoot = (...names) => join(root, ...names);
const args = process.argv.slice(2);

/** Each product: the file that proves it was built, what it is made of, how. */
const gateway = {
  name: 'the gateway',
  proof: inRoot('dist', 'main.js'),
  sources: ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'],
  command: ['@nestjs/cli/bin/nest.js', 'build'],
};
const sandbox = {
  name: 'the sandbox',
  proof: inRoot('build', 'sandbox', 'main.js'),
  sources: ['simulators', 'sandbox', 'package.json', 'tsconfig.json', 'tsconfig.sandbox.json'],
  command: ['typescript/bin/tsc', '-p', 'tsconfig.sandbox.json'],
};

/** When the newest file below a path was written; 0 if there is none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isOld({ proof, sources }) {
  return newest(proof) <= Math.max(...sources.map((source) => newest(inRoot(source))));
}

async function build(product) {
  const startedAt = performance.now();
  console.log(`building ${product.name} …`);
  const [script, ...rest] = product.command;
  const child = spawn(process.execPath, [inRoot('node_modules', script), ...rest], {
    cwd: root,
    stdio: 'inherit',
  });
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
  if (code !== 0) {
    rmSync(product.proof, { force: true }); // tsc writes files in spite of errors, and half of them when stopped
    throw new Error(`${product.name} could not be built: see above`);
  }
  console.log(`built ${product.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

try {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node 20.19 or newer is needed, this is ${process.version}`);
  if (!existsSync(inRoot('node_modules', sandbox.command[0])))
    throw new Error('the dependencies are missing: npm ci');

  const simulatorsOnly = args.includes('--simulators-only');
  const needed = simulatorsOnly || args.includes('--help') ? [sandbox] : [gateway, sandbox];
  await Promise.all(needed.filter(isOld).map(build));

  if (simulatorsOnly) await import(pathToFileURL(inRoot('build', 'simulators', 'main.js')).href);
  else await (await import(pathToFileURL(sandbox.proof).href)).main(args);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
