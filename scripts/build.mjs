// npm run build: the gateway into dist/, and what surrounds it into build/. Both check the types.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runNode, secondsSince } from './run.mjs';

const PARTS = {
  'the gateway': ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
  'simulators, sandbox, scripts and tests': ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.tools.json'],
};

/** Resolves to whether everything could be built. */
export async function build() {
  // A test whose source is gone would go on being run.
  rmSync(join(root, 'build', 'test'), { recursive: true, force: true });
  const built = await Promise.all(Object.entries(PARTS).map(([name, args]) => buildPart(name, args)));
  return built.every(Boolean);
}

async function buildPart(name, args) {
  const startedAt = performance.now();
  console.log(`building ${name} …`);
  const code = await runNode(...args);
  console.log(`${code === 0 ? 'built' : 'could not build'} ${name} in ${secondsSince(startedAt)}`);
  return code === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href && !(await build())) process.exit(1);
