import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../root.js';

const TOOL_LIMIT_MS = 280_000;

const FIXTURE = 'test/project/fourth-driver';

/** What lies here as a fixture, and where the six steps of CONTRIBUTING.md put it. */
const PLACES: readonly (readonly [fixture: string, place: string])[] = [
  ['driver/', 'src/providers/tidewater/'],
  ['simulator/', 'simulators/tidewater/'],
  ['harness/tidewater.ts', 'test/conformance/provider/harnesses/tidewater.ts'],
  ['harness/conformance.ts', 'test/providers/tidewater.conformance.spec.ts'],
  ['harness/golden.ts', 'test/providers/tidewater/tidewater.golden.spec.ts'],
  ['harness/testdata/', 'test/providers/tidewater/testdata/'],
  ['harness/fidelity.ts', 'test/simulators/tidewater-fidelity.spec.ts'],
];

const TAKEN_ALONG = [
  'src',
  'simulators',
  'sandbox',
  'test/conformance',
  'test/unit/support',
  'test/support/eventually.ts',
  'package.json',
  'tsconfig.json',
  'eslint.config.mjs',
  '.dependency-cruiser.cjs',
];

const IMPORT = "import { tidewater } from './tidewater/tidewater.factory.js';";

/**
 * One program of everything, so that types are checked once: the gateway is below `build/src`. It lacks what Nest's
 * compiler adds to the descriptions of fields in its OpenAPI document.
 */
const BUILD = {
  extends: './tsconfig.json',
  compilerOptions: { noEmit: false, rootDir: '.', outDir: 'build' },
  include: ['src', 'test/providers', 'test/simulators'],
};

/** A copy of the project to which the fourth driver was added, and nothing else was done. */
export class Copy {
  private constructor(readonly folder: string) {}

  static make(): Copy {
    const copy = new Copy(realpathSync(mkdtempSync(join(tmpdir(), 'dr-gateway-fourth-'))));
    for (const name of TAKEN_ALONG) cpSync(join(root, name), copy.path(name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), copy.path('node_modules'));
    copy.write('tsconfig.copy.json', JSON.stringify(BUILD));
    for (const file of fixtureFiles()) copy.write(placeOf(file), moved(file));
    copy.edit('src/providers/drivers.ts', (text) => text.replace(/^import /m, `${IMPORT}\n$&`));
    copy.edit('src/providers/drivers.ts', (text) => text.replace(/(?<=DRIVERS = {.*) }/, ', tidewater }'));
    return copy;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Changes a file that must be changed by it; answers what it was. */
  edit(name: string, change: (text: string) => string): string {
    const before = readFileSync(this.path(name), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${name} is not what it was thought to be`);
    this.write(name, after);
    return before;
  }

  /** Runs a tool of the project in the copy: what it complained of, or `fine`. */
  async tool(script: string, ...args: string[]): Promise<string> {
    const { PATH = '', HOME = '' } = process.env;
    const tool = [join(root, 'node_modules', script), ...args];
    return promisify(execFile)(process.execPath, tool, {
      cwd: this.folder,
      env: { PATH, HOME, NODE_OPTIONS: '--experimental-vm-modules' },
      timeout: TOOL_LIMIT_MS,
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      () => 'fine',
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
  }

  /** The gateway, from source to what runs. */
  async compile(): Promise<string> {
    const verdict = await this.tool('typescript/bin/tsc', '-p', 'tsconfig.copy.json');
    // As the build does it: the scripts lie beside what runs them.
    const scripts = (path: string): boolean => statSync(path).isDirectory() || path.endsWith('.lua');
    cpSync(this.path('src'), this.path('build/src'), { recursive: true, filter: scripts });
    return verdict;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function fixtureFiles(): string[] {
  const names = readdirSync(join(root, FIXTURE), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.includes('/') && /\.(ts|md|json)$/.test(name))
    .map((name) => `${FIXTURE}/${name}`);
}

/** Where a file is in the copy; files that are no part of the fixture stay where they are. */
function placeOf(file: string): string {
  const own = relative(FIXTURE, file);
  const [fixture, place] = PLACES.find(([prefix]) => own.startsWith(prefix)) ?? [];
  return fixture === undefined || place === undefined ? file : own.replace(fixture, place);
}

/** A file's text as it reads in its place: what it imports is the same, the way there is another. */
function moved(file: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  return text.replace(/(?<= from ')\.[^']+(?=\.js';)/g, (specifier) => {
    const imported = placeOf(`${join(dirname(file), specifier)}.ts`).replace(/\.ts$/, '');
    const way = relative(dirname(placeOf(file)), imported);
    return way.startsWith('.') ? way : `./${way}`;
  });
}
