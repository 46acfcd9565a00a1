import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentExample } from './gen-environment.js';
import { findingReference } from './gen-findings.js';
import { lifecycleReference } from './gen-lifecycle.js';
import { openApiJson } from './gen-openapi.js';
import { problemReference } from './gen-problems.js';
import { providerMatrix } from './gen-provider-matrix.js';
import { upstreamCoverage } from './gen-upstream-coverage.js';

/**
 * Writes what is made from the code and kept for readers. With `--check` it writes nothing, and fails
 * when a file is not what it would write.
 */
const FILES: Readonly<Record<string, () => string | Promise<string>>> = {
  'openapi.json': openApiJson,
  '.env.example': environmentExample,
  'docs/provider-matrix.md': providerMatrix,
  'docs/lifecycle.md': lifecycleReference,
  'docs/problems.md': problemReference,
  'docs/findings.md': findingReference,
  'docs/upstream-coverage.md': upstreamCoverage,
};

const check = process.argv.includes('--check');
const drifted: string[] = [];

for (const [name, generate] of Object.entries(FILES)) {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const content = await generate();
  if (content === contentOf(path)) continue;
  drifted.push(name);
  if (!check) writeFileSync(path, content);
}

for (const name of drifted) {
  console.log(check ? `${name} is not what the code says: npm run gen` : `wrote ${name}`);
}
if (drifted.length === 0) console.log('the generated files are up to date');
if (check && drifted.length > 0) process.exitCode = 1;

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
