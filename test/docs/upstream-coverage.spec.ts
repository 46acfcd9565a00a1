import { existsSync, readFileSync } from 'node:fs';
import { COVERED_UPSTREAMS, coverageOf, type Covered, type CoveredUpstream } from '../../scripts/coverage.js';
import { sdrsSimulator } from '../../simulators/sdrs/sdrs.simulator.js';
import { srmSimulator } from '../../simulators/srm/srm.simulator.js';
import { startSimulator } from '../../simulators/engine/server.js';
import { sdrsSubject } from '../conformance/provider/harnesses/sdrs.js';
import { srmSubject } from '../conformance/provider/harnesses/srm.js';
import { tour } from './upstream-tour.js';

const UPSTREAMS = Object.keys(COVERED_UPSTREAMS) as CoveredUpstream[];
const SUBJECTS = { sdrs: sdrsSubject, srm: srmSubject };
/** The vendor's document, where it lies beside the project. */
const VENDOR_DOCUMENT = new URL('../../../../shared/upstreams/srm-api-v2.json', import.meta.url);

const surface = JSON.parse(readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, object>;
};
const ours = Object.entries(surface.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

const called = (row: Covered): string => (row.word ? `${row.call} ${row.word}` : row.call);

describe.each(UPSTREAMS)('the coverage table of %s', (upstream) => {
  const rows = coverageOf(upstream);

  it('has each operation once, with exactly one answer', () => {
    expect(new Set(rows.map(called)).size).toBe(rows.length);
    for (const row of rows) {
      expect([row.ours, row.inside, row.not].filter((answer) => answer !== undefined).length).toBe(1);
    }
  });

  it('names only paths of our surface that exist', () => {
    expect(rows.flatMap((row) => row.ours ?? []).filter((path) => !ours.includes(path))).toEqual([]);
  });

  it('has every operation that the simulated service serves, and serves every one that is ours', async () => {
    const served = await routesOf(upstream);
    const told = rows.map(({ call }) => call);
    expect(served.filter((route) => !told.includes(route))).toEqual([]);
    const mine = rows.filter((row) => row.not === undefined).map(({ call }) => call);
    expect(mine.filter((call) => !served.includes(call))).toEqual([]);
  });

  it('tells the truth: what is ours or used inside is really asked of the upstream', async () => {
    const subject = SUBJECTS[upstream];
    const asked = await tour(subject);
    await subject.close();
    const mine = rows.filter((row) => row.not === undefined).map(called);
    expect(mine.filter((call) => !asked.has(call))).toEqual([]);
    const others = rows.filter((row) => row.not !== undefined).map(called);
    expect(others.filter((call) => asked.has(call))).toEqual([]);
  });
});

const document = existsSync(VENDOR_DOCUMENT)
  ? (JSON.parse(readFileSync(VENDOR_DOCUMENT, 'utf8')) as { paths: Record<string, object> })
  : null;

(document ? it : it.skip)(
  'has all operations of the vendor’s document (skipped where it is not at hand)',
  () => {
    const told = coverageOf('srm').map(({ call }) => plain(call));
    const theirs = Object.entries(document?.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => ['get', 'put', 'post', 'delete', 'patch'].includes(method))
        .map((method) => plain(`${method.toUpperCase()} ${path}`)),
    );
    expect(theirs.length).toBeGreaterThan(100);
    expect(theirs.filter((call) => !told.includes(call))).toEqual([]);
  },
);

/** Parameter names differ between the two writings of the reference. */
function plain(call: string): string {
  return call.replace(/\{[^}]+\}/g, '{}').replace(/\/$/, '');
}

async function routesOf(upstream: CoveredUpstream): Promise<string[]> {
  const running =
    upstream === 'sdrs' ? await startSimulator(sdrsSimulator) : await startSimulator(srmSimulator);
  const routes = running.simulator.routes.list();
  await running.close();
  const apis: Record<CoveredUpstream, string> = { sdrs: 'sdrs', srm: 'v2' };
  return routes.filter(({ api }) => api === apis[upstream]).map(({ method, path }) => `${method} ${path}`);
}
