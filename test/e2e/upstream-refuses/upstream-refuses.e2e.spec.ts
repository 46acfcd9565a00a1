import { useWorld } from '../../support/world.js';

const GROUP_ACTION = '/server-groups/[^/]+/action$';

describe('what only the upstream can refuse', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  it('ends REJECTED with its code and its words: servers that SDRS wants stopped', async () => {
    const { api, sdrs } = world();
    await sdrs.settings({ requireServersStopped: true });
    const plan = await api.planNamed('erp-dr');
    const { id } = await api.run(plan.id, 'planned-failover', { direction: 'TO_RECOVERY' });
    const ended = await api.ended(id);
    expect(ended).toMatchObject({ state: 'REJECTED', outcome: 'NONE', done: true });
    expect(ended.error).toMatchObject({
      retryable: false,
      upstream: { provider: 'sdrs', site: 'eu-cloud', status: 400, code: 'SDRS.1319' },
    });
    expect(ended.error?.upstream?.message).toBeTruthy();
    expect(ended.error?.detail).toContain(ended.error?.upstream?.message);
    expect(await sdrs.executions()).toEqual([]);
    expect(await sdrs.changes()).toHaveLength(1);
    expect(await api.plan(plan.id)).toMatchObject({ state: 'PROTECTED', activeSite: 'PRODUCTION' });
  });

  it.each([
    [
      'sdrs',
      'erp-dr',
      GROUP_ACTION,
      400,
      { error: { code: 'SDRS.0011', message: 'The quota is used up.' } },
      { code: 'SDRS.0011', message: 'The quota is used up.' },
    ],
    [
      'srm',
      'erp-plan',
      '/actions/recovery$',
      403,
      { error_code: 'NoPermission', message: 'The user may not run recovery plans.', op_id: 'op-7' },
      { code: 'NoPermission', message: 'The user may not run recovery plans.' },
    ],
  ] as const)(
    'ends REJECTED with its code and its words: %s',
    async (site, name, path, status, body, words) => {
      const { api } = world();
      const upstream = world().simulator(site);
      await upstream.fault({ kind: 'status', status, method: 'POST', path, body });
      const plan = await api.planNamed(name);
      const ended = await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
      expect(ended).toMatchObject({
        state: 'REJECTED',
        outcome: 'NONE',
        error: { upstream: { status, ...words } },
      });
      expect(ended.error?.detail).toContain(words.message);
      expect(await upstream.executions()).toEqual([]);
      expect(await upstream.changes()).toHaveLength(1);

      // The group is free again at once.
      await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
    },
  );

  it('ends REJECTED when the state changed between acceptance and sending', async () => {
    const { api, sdrs, workers } = world();
    await workers.at(-1)?.kill();
    const plan = await api.planNamed('erp-dr');
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await sdrs.control('PATCH', `/groups/${plan.upstream.id as string}`, { status: 'available' });
    await world().startWorker();
    const ended = await api.ended(id);
    expect(ended).toMatchObject({ state: 'REJECTED', error: { code: 'state-changed' } });
    expect(ended.error?.detail).toContain('PROTECTED (protected)');
    expect(await sdrs.changes()).toEqual([]);
  });
});

describe('what the upstream begins and fails', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  it('ends FAILED with the words of the job of SDRS, and says what can be done', async () => {
    const { api, sdrs } = world();
    const failReason = 'The storage pool of eu-de-02 is full.';
    await sdrs.control('POST', '/fail-next', { action: 'failover', errorCode: 'SDRS.1030', failReason });
    const plan = await api.planNamed('erp-dr');
    const ended = await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
    expect(ended).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      upstream: { state: 'error-failing-over' },
    });
    expect(ended.error?.upstream).toMatchObject({ code: 'SDRS.1030' });
    expect(`${ended.error?.detail} ${ended.error?.upstream?.message}`).toContain(failReason);
    expect(ended.error?.nextActions?.map(({ href }) => href)).toContain(
      `/v1/recovery-plans/${plan.id}/actions/failover`,
    );
    expect(await api.plan(plan.id)).toMatchObject({ state: 'INCOMPLETE' });
    await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
  });

  it.each([
    ['half way', 'task', 'PARTIAL', 'INCOMPLETE'],
    ['at once', 'early', 'NONE', 'PROTECTED'],
  ])('ends FAILED with the words of the task of SRM that failed %s', async (_when, how, outcome, state) => {
    const { api, srm } = world();
    const words = { message: 'A datastore is missing.', details: 'CommandFailed' };
    await srm.control('POST', '/fail-next', { action: 'recovery', how, ...words });
    const plan = await api.planNamed('erp-plan');
    const ended = await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
    expect(ended).toMatchObject({ state: 'FAILED', outcome });
    expect(`${ended.error?.detail} ${ended.error?.upstream?.message}`).toContain(words.message);
    expect(await api.plan(plan.id)).toMatchObject({ state });
    await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
  });

  it('tells of one machine in trouble when the task of SRM succeeds all the same', async () => {
    const { api, srm } = world();
    await srm.control('POST', '/fail-next', { action: 'recovery', how: 'vm', message: 'No IP address.' });
    const plan = await api.planNamed('erp-plan');
    const ended = await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
    expect(ended.state).toBe('SUCCEEDED');
    expect(ended.warnings.join()).toMatch(/erp-(db|app)/);
  });
});
