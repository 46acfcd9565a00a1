import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SiteListDto } from '../../src/api/dto/inventory.dto.js';
import { printWhenFailed } from '../support/failure-log.js';
import { Copy } from './fourth-driver/copy.js';
import { Deployment, refusedStart } from './fourth-driver/deployment.js';
import { root } from './root.js';

const LIMIT_MS = 300_000;
const DESCRIPTOR = 'build/src/providers/tidewater/tidewater.descriptor.js';

interface JestReport {
  testResults: { name: string; assertionResults: { status: string }[] }[];
}

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

/** CONTRIBUTING.md, "Add an upstream in six steps": carried out for an invented service, and nothing beyond. */
describe('a driver that is added by the six steps', () => {
  const copy = Copy.make();
  afterAll(() => copy.remove());

  let complaints: Record<'types' | 'walls' | 'style', string>;
  beforeAll(async () => {
    const rooms = ['src', 'simulators', 'sandbox', 'test'];
    const [types, walls, style] = await Promise.all([
      copy.compile(),
      copy.tool('dependency-cruiser/bin/dependency-cruise.mjs', ...rooms, '--config=.dependency-cruiser.cjs'),
      copy.tool(
        'eslint/bin/eslint.js',
        '--max-warnings=0',
        'src/providers/tidewater',
        'simulators/tidewater',
      ),
    ]);
    complaints = { types, walls, style };
  }, LIMIT_MS);

  it('compiles, keeps the walls and follows the lint rules', () => {
    expect(complaints).toEqual({ types: 'fine', walls: 'fine', style: 'fine' });
  });

  it(
    'passes the whole conformance suite, and the tests of its own',
    async () => {
      const config = {
        rootDir: copy.folder,
        roots: ['<rootDir>/build/test'],
        testMatch: ['**/*.spec.js'],
        transform: {},
        testTimeout: 30_000,
      };
      const report = ['--runInBand', '--json', '--outputFile=report.json'];
      const said = await copy.tool('jest/bin/jest.js', ...report, `--config=${JSON.stringify(config)}`);
      expect(said).toBe('fine');
      const { testResults } = JSON.parse(readFileSync(copy.path('report.json'), 'utf8')) as JestReport;
      const passed = Object.fromEntries(
        testResults.map(({ name, assertionResults }) => [
          basename(name),
          assertionResults.filter(({ status }) => status === 'passed').length,
        ]),
      );
      expect(passed).toEqual({
        'tidewater.conformance.spec.js': expect.any(Number) as number,
        'tidewater.golden.spec.js': 4,
        'tidewater-fidelity.spec.js': 7,
      });
      expect(passed['tidewater.conformance.spec.js']).toBeGreaterThan(150);
    },
    LIMIT_MS,
  );

  describe('and started with the real gateway', () => {
    let deployment: Deployment | undefined;
    const at = () => {
      if (!deployment) throw new Error('the gateway has not started');
      return deployment;
    };
    beforeAll(async () => {
      deployment = await Deployment.start(copy);
    }, LIMIT_MS);
    printWhenFailed(() => deployment?.logs);
    afterAll(async () => {
      await deployment?.stop();
    }, LIMIT_MS);

    it('shows its site among the sites', async () => {
      const { items } = await at().api.read<SiteListDto>('/v1/sites');
      expect(items).toMatchObject([
        {
          id: 'north-sea',
          provider: 'tidewater',
          providerTitle: 'Tidewater',
          connection: { state: 'CONNECTED', version: '3.1' },
        },
      ]);
    });

    it.each([
      ['fishing-fleet', 'once'],
      ['ferries', 'once, also when the answer is lost,'],
    ])('fails %s over %s and sees it end', async (name) => {
      const { api, port } = at();
      const { faults, journal } = port.simulator;
      if (name === 'ferries') faults.add({ kind: 'reset', when: 'after', method: 'POST', path: '/moves$' });
      const { id, upstream } = await api.planNamed(name);
      await api.succeeded(await api.run(id, 'failover', { direction: 'TO_RECOVERY' }));
      const done = journal.executions().filter(({ targetId }) => targetId === upstream.id);
      expect(done.map(({ action }) => action)).toEqual(['STORM']);
      expect(await api.plan(id)).toMatchObject({ state: 'FAILED_OVER', activeSite: 'RECOVERY' });
    });

    it('needs no other paths than those that are documented', async () => {
      const served = await at().api.read<OpenApi>('/openapi.json');
      const known = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as OpenApi;
      expect(pathsOf(served)).toEqual(pathsOf(known));
      expect(JSON.stringify(served)).not.toMatch(/tidewater/i);
    });
  });

  it(
    'does not start with a hole in its table, and says what to add',
    async () => {
      const whole = copy.edit(DESCRIPTOR, (text) => text.replace(/^ *crossing: .*\n/m, ''));
      const { code, said } = await refusedStart(copy);
      copy.write(DESCRIPTOR, whole);
      expect(code).toBe(1);
      expect(said).toContain(
        'Driver tidewater: lifecycle of FAILOVER: "crossing" in "via" is not among the states of RECOVERY_PLAN; add it there.',
      );
    },
    LIMIT_MS,
  );
});

function pathsOf({ paths }: OpenApi): string[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .sort();
}
