import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../../../sandbox/ports.js';
import { GatewayClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { Scrape } from '../../support/prometheus.js';
import { useWorld } from '../../support/world.js';
import { root } from '../../project/root.js';

const journal = mkdtempSync(join(tmpdir(), 'dr-gateway-journal-'));

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}

function alertRules(): Rule[] {
  const { groups } = parse(readFileSync(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8')) as {
    groups: { rules: Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

function dashboard(): Dashboard {
  return JSON.parse(readFileSync(join(root, 'deploy/grafana/dr-gateway.json'), 'utf8')) as Dashboard;
}

/** What a query names: measures without the endings of a histogram, and labels. */
function namesIn(expr: string): { measures: string[]; labels: string[] } {
  const measures = [...expr.matchAll(/\b(?:drgw|nodejs|process)_\w+/g)].map(([name]) =>
    /^drgw_.*_seconds_(bucket|count|sum)$/.test(name) ? name.replace(/_(bucket|count|sum)$/, '') : name,
  );
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const selected = [...expr.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
  return { measures, labels: [...grouped, ...selected].filter((label) => label !== '') };
}

describe('the measures', () => {
  const world = useWorld({ workers: 0, env: { JOURNAL_DIR: journal } });
  let worker: GatewayClient;
  beforeAll(async () => {
    const port = await freePort();
    worker = new GatewayClient(`http://127.0.0.1:${port}`, world().api.apiKey);
    await world().startWorker({ WORKER_PORT: String(port) });
    for (const planName of ['erp-dr', 'erp-plan']) {
      const plan = await world().api.planNamed(planName);
      await world().api.succeeded(
        await world().api.run(plan.id, 'failover', { direction: 'TO_RECOVERY', reason: 'measured' }),
      );
    }
  }, 120_000);
  afterAll(() => rmSync(journal, { recursive: true, force: true }));

  const scraped = async (client: GatewayClient): Promise<Scrape> =>
    new Scrape(await client.read<string>('/metrics'));
  const both = async (): Promise<[api: Scrape, worker: Scrape]> =>
    Promise.all([scraped(world().api), scraped(worker)]);

  it('count what was accepted where it was accepted, and what has ended where its end was written', async () => {
    const [api, work] = await both();
    for (const provider of ['sdrs', 'srm']) {
      expect(
        api.sum('drgw_operations_accepted_total', { action: 'FAILOVER', provider, origin: 'GATEWAY' }),
      ).toBe(1);
      const ended = { action: 'FAILOVER', provider, state: 'SUCCEEDED', outcome: 'FULL' };
      expect(work.sum('drgw_operation_duration_seconds_count', ended)).toBe(1);
      expect(work.sum('drgw_operation_duration_seconds_sum', ended)).toBeGreaterThan(0.1);
      expect(work.sum('drgw_operation_phase_duration_seconds_count', { phase: 'upstream', provider })).toBe(
        1,
      );
    }
    expect(api.sum('drgw_operation_duration_seconds_count')).toBeNull();
  });

  it('tell the same of the store from every process', async () => {
    for (const scrape of await both()) {
      for (const state of ['PENDING', 'RUNNING', 'UNKNOWN', 'WAITING_FOR_INPUT']) {
        expect(scrape.sum('drgw_operations_open', { state })).toBe(0);
      }
      expect(scrape.sum('drgw_operation_longest_unwatched_seconds')).toBe(0);
      expect(scrape.sum('drgw_restore_guard_holding')).toBe(0);
      for (const queue of ['submissions', 'watches', 'refreshes']) {
        expect(scrape.sum('drgw_queue_jobs', { queue, place: 'WAITING' })).toBeGreaterThanOrEqual(0);
      }
      for (const site of ['eu-cloud', 'berlin-dc']) {
        expect(scrape.sum('drgw_site_failed_looks', { site })).toBe(0);
        expect(scrape.sum('drgw_site_data_age_seconds', { site })).toBeLessThan(120);
      }
      expect(scrape.sum('drgw_gauge_read_failures_total')).toBeNull();
    }
  });

  it('know what was asked of each upstream, in which lane, and what came of it', async () => {
    const [api, work] = await both();
    for (const provider of ['sdrs', 'srm']) {
      for (const lane of ['EMERGENCY', 'WATCH', 'REFRESH']) {
        const asked = { provider, lane, result: '2xx' };
        expect(work.sum('drgw_upstream_request_duration_seconds_count', asked)).toBeGreaterThanOrEqual(1);
      }
    }
    expect(
      api.sum('drgw_upstream_request_duration_seconds_count', { provider: 'sdrs', lane: 'WATCH' }),
    ).toBeNull();
    expect(api.sum('drgw_journal_sync_duration_seconds_count')).toBeGreaterThanOrEqual(2);
  });

  it('tell an unfinished operation, and one that nobody looks at', async () => {
    await world().killWorkers();
    const plan = await world().api.planNamed('erp-dr');
    const { id } = await world().api.run(plan.id, 'reprotect', { reason: 'later' });
    await eventually('it is open, and unwatched', async () => {
      const scrape = await scraped(world().api);
      const open = scrape.sum('drgw_operations_open', { state: 'PENDING' });
      const unwatched = scrape.sum('drgw_operation_longest_unwatched_seconds') ?? 0;
      return open === 1 && unwatched > 1 ? true : null;
    });
    const port = await freePort();
    worker = new GatewayClient(`http://127.0.0.1:${port}`, world().api.apiKey);
    await world().startWorker({ WORKER_PORT: String(port) });
    await world().api.ended(id);
  }, 60_000);

  it('have no ids among their labels', async () => {
    for (const scrape of await both()) {
      const values = scrape.values.flatMap(({ labels }) => Object.values(labels));
      expect(values.filter((value) => /[0-9a-f]{8}-[0-9a-f]{4}-|erp-|[0-9a-f]{24}/.test(value))).toEqual([]);
    }
  });

  it('are all that the dashboard and the alert rules name, with their labels', async () => {
    const scrapes = await both();
    const offered = new Set(scrapes.flatMap(({ types }) => [...types.keys()]));
    const labelsOf = (measure: string): string[] =>
      scrapes.flatMap(({ values }) =>
        values.filter(({ name }) => name.startsWith(measure)).flatMap(({ labels }) => Object.keys(labels)),
      );
    const queries = [
      ...alertRules().map(({ alert, expr }) => ({ where: alert, expr })),
      ...dashboard().panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => ({ where: title, expr })),
      ),
    ];
    expect(queries.length).toBeGreaterThan(30);
    for (const { where, expr } of queries) {
      const { measures, labels } = namesIn(expr);
      expect({ where, measures: measures.length > 0 }).toEqual({ where, measures: true });
      expect({ where, missing: measures.filter((name) => !offered.has(name)) }).toEqual({
        where,
        missing: [],
      });
      const known = measures.flatMap(labelsOf);
      // Nothing of some was counted yet: their labels do not show.
      if (known.length === 0) continue;
      const strange = labels.filter((label) => label !== 'instance' && !known.includes(label));
      expect({ where, strange }).toEqual({ where, strange: [] });
    }
  });

  it('are alerted upon by rules that say how grave it is, and what it means', () => {
    for (const { alert, labels, annotations } of alertRules()) {
      expect(alert).toMatch(/^DrGateway[A-Z]\w+$/);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
    }
  });
});
