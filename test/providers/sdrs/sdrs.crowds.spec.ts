import type { ProviderDriver, WatchedOperation } from '../../../src/providers/provider-driver.js';
import { aCommand, aGroup, driverOf, patiently, refusal, ScriptedUpstream } from './scripted-upstream.js';

/** What a round costs does not grow with the operations that are under way, and ends come in rounds that stay small. */
describe('a crowd of operations on sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;
  let groups: Record<string, unknown>[];

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    upstream.on('GET /server-groups', ({ offset }) => ({
      body: { server_groups: groups.slice(offset, offset + 999), count: groups.length },
    }));
  });
  afterEach(() => upstream.close());

  it.each([
    [1, 1],
    [30, 3],
    [100, 2],
    [1_000, 1],
  ])('of %d is watched with the list of groups and %d of the jobs a round', async (size, forProgress) => {
    const operations = running(size);
    await driver.observe(operations, patiently);
    const pages = size > 999 ? 3 : 2;
    for (let round = 0; round < 3; round += 1) {
      const before = upstream.asked.length;
      expect(await driver.observe(operations, patiently)).toHaveLength(size);
      expect(upstream.asked.length - before).toBe(pages + forProgress);
    }
  });

  it('of 300 that end at once is told in rounds of a hundred jobs, nobody twice', async () => {
    let open = running(300);
    groups = groups.map((group) => ({ ...group, status: 'failed-over', priority_station: 'target' }));
    for (const group of groups) job(group, 'SUCCESS');
    const told: number[] = [];
    while (open.length > 0 && told.length < 10) {
      const seen = await driver.observe(open, patiently);
      const over = new Set(seen.map(({ operationId }) => operationId));
      expect(seen.map(({ jobs }) => jobs[0]?.state)).toEqual(seen.map(() => 'SUCCEEDED'));
      open = open.filter(({ operationId }) => !over.has(operationId));
      told.push(over.size);
    }
    expect(told).toEqual([102, 102, 96]);
    expect(new Set(upstream.asked.map(({ path }) => path)).size).toBe(300 + 2);
  });

  it('of 120 whose groups are gone is looked for in rounds of fifty', async () => {
    let open = running(120).map((operation) => ({
      ...operation,
      command: { ...operation.command, action: 'DELETE_PROTECTION_GROUP' as const },
    }));
    for (const group of groups) {
      job(group, 'SUCCESS');
      upstream.on(`GET /server-groups/${String(group.id)}`, refusal('SDRS.1013'));
    }
    groups = [];
    const told: number[] = [];
    while (open.length > 0 && told.length < 10) {
      const seen = await driver.observe(open, patiently);
      const over = new Set(seen.map(({ operationId }) => operationId));
      expect(seen.every(({ resource }) => resource?.exists === false)).toBe(true);
      open = open.filter(({ operationId }) => !over.has(operationId));
      told.push(over.size);
    }
    expect(told).toEqual([50, 50, 20]);
  });

  /** So many groups that are failing over, each by a job of its own. */
  function running(size: number): WatchedOperation[] {
    groups = Array.from({ length: size }, (_, index) => aGroup({ id: `g${index}`, status: 'failing-over' }));
    return groups.map((group) => {
      job(group, 'RUNNING');
      const id = String(group.id);
      const call = { label: id, method: 'POST' as const, path: '/x', body: {} };
      return {
        operationId: `op-${id}`,
        command: aCommand('FAILOVER', { targetNativeId: id }),
        baseline: {},
        calls: [{ call, ref: { jobIds: [`j-${id}`] } }],
      };
    });
  }

  function job({ id }: Record<string, unknown>, status: string): void {
    const jobId = `j-${String(id)}`;
    upstream.on(`GET /jobs/${jobId}`, { body: { job_id: jobId, job_type: 'x', status } });
  }
});
