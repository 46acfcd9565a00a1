import type { FaultRule } from '../../../simulators/engine/faults.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { readEvents } from '../../support/sse.js';
import { useWorld } from '../../support/world.js';

const SITES = [
  { site: 'sdrs', plan: 'erp-dr', path: '/server-groups/[^/]+/action$' },
  { site: 'srm', plan: 'erp-plan', path: '/actions/recovery$' },
] as const;

/** At the same time, so that the waiting is shared. */
async function onBoth(story: (at: (typeof SITES)[number]) => Promise<void>): Promise<void> {
  await Promise.all(SITES.map(story));
}

const LOST: [string, Omit<FaultRule, 'path' | 'method' | 'when'>][] = [
  ['a reset connection', { kind: 'reset' }],
  ['silence', { kind: 'hang' }],
  ['an HTML page with 502', { kind: 'html', status: 502 }],
  ['half of the JSON', { kind: 'truncate' }],
  ['an empty 200', { kind: 'empty' }],
  [
    'an error inside a 200',
    { kind: 'body', body: { error_code: 'X.1', error_msg: 'oops', error: { code: 'X.1' } } },
  ],
  ['a 504 of a gateway', { kind: 'status', status: 504, body: '' }],
];

describe('an answer that is lost after the upstream has begun', () => {
  const world = useWorld({ env: { SUBMIT_TIMEOUT_MS: '600', QUARANTINE_MS: '60000' } });
  beforeEach(() => world().reset());

  it.each(LOST)('%s, from both: the runs are found, ended, and not begun again', async (_what, fault) => {
    const { api } = world();
    await onBoth(async ({ site, plan: name, path }) => {
      const upstream = world().simulator(site);
      await upstream.fault({ ...fault, when: 'after', method: 'POST', path });
      const plan = await api.planNamed(name);
      const operation = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
      const reading = await readEvents(api, operation.links.events);
      await api.succeeded(operation);
      await reading.ended;
      const told = reading.events.map(({ event }) => event);
      expect(told).toContain('operation.reconciling');
      expect(told.indexOf('operation.started')).toBeGreaterThan(told.indexOf('operation.reconciling'));
      expect(await upstream.executions()).toHaveLength(1);
      expect(await upstream.changes()).toHaveLength(1);
    });
  });

  it.each([
    ['a drill of SDRS', 'erp-dr', 'start-drill', '/disaster-recovery-drills$', 'sdrs'],
    ['a reprotection of SDRS', 'mail-dr', 'reprotect', '/server-groups/[^/]+/action$', 'sdrs'],
    ['a drill of SRM', 'erp-plan', 'start-drill', '/actions/test$', 'srm'],
  ] as const)('%s is found too', async (_what, name, action, path, site) => {
    const { api } = world();
    const upstream = world().simulator(site);
    await upstream.fault({ kind: 'reset', when: 'after', method: 'POST', path });
    const plan = await api.planNamed(name);
    await api.succeeded(await api.run(plan.id, action));
    expect(await upstream.executions()).toHaveLength(1);
    expect(await upstream.changes()).toHaveLength(1);
  });

  it.each([
    ['sdrs', '/server-groups$', { name: 'found-dr' }],
    ['srm', '/groups$', { name: 'found' }],
  ] as const)('a new group of %s is found, and its id is the result', async (site, path, named) => {
    const { api } = world();
    const upstream = world().simulator(site);
    await upstream.fault({ kind: 'reset', when: 'after', method: 'POST', path });
    const siteId = site === 'sdrs' ? 'eu-cloud' : 'berlin-dc';
    const options = await api.read<{
      domains?: { id: string }[];
      sourceVpcIds?: string[];
      candidateVms?: { id: string }[];
    }>(`/v1/sites/${siteId}/creation-options`);
    const zones = { sourceAvailabilityZone: 'eu-de-01', targetAvailabilityZone: 'eu-de-02' };
    const spec =
      site === 'sdrs'
        ? { ...zones, domainId: options.domains?.[0]?.id, sourceVpcId: options.sourceVpcIds?.[0] }
        : { hbrSpec: { vms: [options.candidateVms?.[0]?.id] } };
    const begun = await api.start('POST', '/v1/protection-groups', { siteId, ...named, ...spec });
    const { result } = await api.succeeded(begun);
    const group = await api.read<{ name: string }>(`/v1/protection-groups/${result?.protectionGroupId}`);
    expect(group.name).toBe(named.name);
    expect(await upstream.executions()).toHaveLength(1);
  });
});

describe('a request that is lost before the upstream has begun', () => {
  const world = useWorld({ env: { SUBMIT_TIMEOUT_MS: '500', QUARANTINE_MS: '1500' } });
  beforeEach(() => world().reset());

  it.each(['hang', 'reset', 'html'] as const)(
    '%s at both: UNKNOWN after the quarantine, still locked, never sent again',
    async (kind) => {
      const { api } = world();
      await onBoth(async ({ site, plan: name, path }) => {
        const upstream = world().simulator(site);
        await upstream.fault({ kind, method: 'POST', path });
        const plan = await api.planNamed(name);
        const { id, links } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
        const unknown = await api.inState(id, 'UNKNOWN');
        // It is RECONCILING for a second or so only: a busy machine may never see it so.
        const reading = await readEvents(api, links.events);
        const told = (): string[] => reading.events.map(({ event }) => event);
        await eventuallyTrue('it is told', () => told().includes('operation.unknown'));
        expect(told()).toContain('operation.reconciling');
        expect(told().indexOf('operation.reconciling')).toBeLessThan(told().indexOf('operation.unknown'));
        reading.leave();
        await reading.ended.catch(() => undefined);
        expect(unknown).toMatchObject({
          done: false,
          outcome: null,
          error: null,
          evidence: expect.any(String) as string,
        });
        const { status, body } = await api.refused('POST', `/v1/recovery-plans/${plan.id}/actions/failover`, {
          body: { direction: 'TO_RECOVERY' },
        });
        expect({ status, code: body.code }).toEqual({ status: 409, code: 'operation-in-progress' });
        expect(body.detail).toContain(id);
        expect(await upstream.executions()).toEqual([]);
        expect(await upstream.changes()).toHaveLength(1);
      });
    },
  );

  it('is sent later when it is certain that nothing has arrived', async () => {
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    await world().killWorkers();
    const operation = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    const reading = await readEvents(api, operation.links.events);
    await sdrs.stop();
    await world().startWorker();
    await eventuallyTrue('it is put off', () =>
      reading.events.some(({ event }) => event === 'operation.delayed'),
    );
    await sdrs.start();
    await api.succeeded(operation);
    await reading.ended;
    expect(reading.events.map(({ event }) => event)).not.toContain('operation.reconciling');
    expect(await sdrs.executions()).toHaveLength(1);
  });
});
