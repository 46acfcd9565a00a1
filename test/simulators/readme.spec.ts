import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { FAULT_KINDS } from '../../simulators/engine/faults.js';
import type { PresetView } from '../../simulators/engine/presets.js';
import { root } from '../project/root.js';
import { Site } from './both-sites.js';

afterAll(() => Site.closeAll());

const run = promisify(execFile);
const read = (path: string): string => readFileSync(`${root}simulators/${path}README.md`, 'utf8');

/** The rows of the table below a heading that begins with this: first cell and the others. */
function table(page: string, head: string): Map<string, string[]> {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} `));
  const rows = lines.slice(
    start + 2,
    start + 2 + lines.slice(start + 2).findIndex((line) => !line.startsWith('|')),
  );
  return new Map(
    rows.map((row) => {
      const [first = '', ...rest] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [first.replaceAll('`', ''), rest.map((cell) => cell.replace(/^`([^`]*)`$/, '$1'))];
    }),
  );
}

/** Settings as their page writes them: an object field by field, accounts in words. */
function written(settings: object, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    if (name === 'accounts') return [[name, 'the demo account']];
    const nested = typeof value === 'object' && value !== null;
    return nested ? written(value, `${name}.`) : [[prefix + name, JSON.stringify(value)]];
  });
}

const presetsOf = async (site: Site): Promise<PresetView[]> =>
  (JSON.parse((await site.control('GET', '/presets')).text) as { presets: PresetView[] }).presets;

describe.each(['sdrs', 'srm'] as const)('the page about the simulated %s', (name) => {
  it('has every setting with its default, and no other', async () => {
    const site = await Site.open(name);
    const rows = [...table(read(`${name}/`), 'setting')].map(([setting, [value = '']]) => [setting, value]);
    const documented = rows.map(([setting, value]) => [setting, value?.replace(/accounts$/, 'account')]);
    const defaults = written(site.running.simulator.definition.defaultSettings);
    expect(documented.sort()).toEqual(defaults.sort());
  });

  it('has, with the common page, every named fault with its sentence, and no other', async () => {
    const rows = [...table(read(''), 'preset'), ...table(read(`${name}/`), 'preset')];
    const documented = rows.map(([preset, [sentence]]) => [preset, sentence]);
    const known = (await presetsOf(await Site.open(name))).map(({ preset, sentence }) => [preset, sentence]);
    expect(documented.sort()).toEqual(known.sort());
  });
});

it('the common page has every kind of fault, and no other', () => {
  const documented = [...table(read(''), 'kind')].map(([kind, [what]]) => [kind, what]);
  expect(documented.sort()).toEqual(Object.entries(FAULT_KINDS).sort());
});

const CURL = hasCurl();

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Each example stops at the first call that is not answered with a success. */
const STRICT = 'set -euo pipefail; curl() { command curl --fail-with-body --max-time 20 "$@"; }\n';

(CURL ? describe : describe.skip)('the examples', () => {
  it.each(['', 'sdrs/', 'srm/'])('of simulators/%sREADME.md run as they stand', async (page) => {
    const examples = [...read(page).matchAll(/^```sh\n([^]*?)^```/gm)].map(([, script = '']) => script);
    const [sdrs, srm] = [await Site.open('sdrs'), await Site.open('srm')];
    const ran = examples.filter((script) => script.includes('curl'));
    for (const script of ran) {
      const here = script
        .replaceAll(':4801', `:${sdrs.running.port}`)
        .replaceAll(':4802', `:${srm.running.port}`);
      const result = await run('bash', ['-c', STRICT + here]).catch((why: Error & { stdout?: string }) => ({
        stdout: `${why.message}\n${why.stdout ?? ''}`,
        stderr: 'failed',
      }));
      expect({ script, ...result }).toEqual({ script, stdout: expect.any(String) as string, stderr: '' });
    }
    expect(ran.length).toBeGreaterThanOrEqual(3);
  });
});
