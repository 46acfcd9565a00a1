// npm run sbom [-- <file>]: what the product is made of, as CycloneDX, from the lock file; sbom.cdx.json by default.
// It needs no network. Packages for development are left out: they are not in the image.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { root } from './run.mjs';

const [file = 'sbom.cdx.json'] = process.argv.slice(2);
const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const document = JSON.parse(text);
const { components = [], metadata } = document;
if (components.length === 0) throw new Error('npm listed no packages');
// npm calls the product after the folder that it lies in.
metadata.component.name = 'dr-gateway';
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
console.log(`${components.length} packages: ${file}`);
