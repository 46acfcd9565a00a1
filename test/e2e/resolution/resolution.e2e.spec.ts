import type { ProtectedInstanceListDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

describe('a small change whose answer is lost, and a failover that is needed', () => {
  const world = useWorld({ env: { SUBMIT_TIMEOUT_MS: '500', QUARANTINE_MS: '1500' } });
  beforeEach(() => world().reset());

  const settle = (id: string, body: object) =>
    world().api.ask<OperationDto>('POST', `/v1/operations/${id}/resolution`, { body });

  it('the group is free as soon as a person has settled that nothing was carried out', async () => {
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    const group = `/v1/protection-groups/${plan.protectionGroupIds?.[0]}`;
    const { items } = await api.read<ProtectedInstanceListDto>(`${group}/protected-instances`);
    const { vpcs } = await sdrs.state<{ vpcs: { subnets: { id: string }[] }[] }>();
    await sdrs.fault({ kind: 'reset', method: 'POST', path: '/nic$' });
    const path = `${group}/protected-instances/${items[0]?.id}/actions/add-network-interface`;
    const { id } = await api.start('POST', path, { subnetId: vpcs[0]?.subnets[1]?.id });
    const unknown = await api.inState(id, 'UNKNOWN');
    expect(unknown.links.resolution).toBe(`/v1/operations/${id}/resolution`);

    const failover = `/v1/recovery-plans/${plan.id}/actions/failover`;
    const direction = { direction: 'TO_RECOVERY' };
    expect((await api.refused('POST', failover, { body: direction })).body).toMatchObject({
      code: 'operation-in-progress',
      detail: expect.stringContaining(id) as string,
    });

    // It was sent once; a simulator that is started again has an empty journal.
    expect(await sdrs.changes()).toHaveLength(1);
    await sdrs.stop();
    const reason = 'Looked at the console: the interface was never added';
    const dark = await settle(id, { verdict: 'NOT_EXECUTED', reason });
    expect(dark).toMatchObject({ status: 503, body: { code: 'upstream-unavailable' } });
    await sdrs.start();
    expect((await settle(id, { verdict: 'NOT_EXECUTED' })).status).toBe(400);
    const settled = await settle(id, { verdict: 'NOT_EXECUTED', reason });
    expect(settled).toMatchObject({
      status: 200,
      body: {
        state: 'FAILED',
        outcome: 'NONE',
        error: { code: 'not-executed' },
        resolution: { verdict: 'NOT_EXECUTED', reason },
      },
    });
    expect(settled.body.links).not.toHaveProperty('resolution');
    expect((await settle(id, { verdict: 'NOT_EXECUTED', reason })).status).toBe(200);
    expect(await settle(id, { verdict: 'FAILED', reason })).toMatchObject({
      status: 409,
      body: { code: 'not-resolvable' },
    });

    await api.succeeded(await api.run(plan.id, 'failover', direction));
    expect(await sdrs.executions()).toHaveLength(1);
    expect(await sdrs.changes()).toHaveLength(1);
  });

  it.each([
    ['sdrs', 'erp-dr', '/server-groups/[^/]+/action$'],
    ['srm', 'erp-plan', '/actions/recovery$'],
  ] as const)(
    'a failover at %s that never arrived is settled as such, not as done',
    async (site, name, path) => {
      const { api } = world();
      await world().simulator(site).fault({ kind: 'reset', method: 'POST', path, times: 1 });
      const plan = await api.planNamed(name);
      const direction = { direction: 'TO_RECOVERY' };
      const { id } = await api.run(plan.id, 'failover', direction);
      await api.inState(id, 'UNKNOWN');
      const reason = 'The console shows no run';
      expect(await settle(id, { verdict: 'SUCCEEDED', reason })).toMatchObject({
        status: 409,
        body: { code: 'upstream-contradicts' },
      });
      expect(await settle(id, { verdict: 'NOT_EXECUTED', reason })).toMatchObject({
        status: 200,
        body: { state: 'FAILED', outcome: 'NONE' },
      });
      await api.succeeded(await api.run(plan.id, 'failover', direction));
      expect(await world().simulator(site).executions()).toHaveLength(1);
    },
  );

  it('a group of SDRS whose creation never arrived is settled too', async () => {
    const { api, sdrs } = world();
    await sdrs.fault({ kind: 'reset', method: 'POST', path: '/server-groups$', times: 1 });
    const options = await api.read<{ domains: { id: string }[]; sourceVpcIds: string[] }>(
      '/v1/sites/eu-cloud/creation-options',
    );
    const { id } = await api.start('POST', '/v1/protection-groups', {
      siteId: 'eu-cloud',
      name: 'lost-dr',
      sourceAvailabilityZone: 'eu-de-01',
      targetAvailabilityZone: 'eu-de-02',
      domainId: options.domains[0]?.id,
      sourceVpcId: options.sourceVpcIds[0],
    });
    await api.inState(id, 'UNKNOWN');
    const settled = await settle(id, { verdict: 'NOT_EXECUTED', reason: 'No such group in the console' });
    expect(settled).toMatchObject({ status: 200, body: { state: 'FAILED' } });
  });

  it('changes of an SRM group, plan, step and a new group that never arrived are settled, each', async () => {
    const { api, srm } = world();
    const plan = async (name: string) => `/v1/recovery-plans/${(await api.planNamed(name)).id}`;
    const { items } = await api.read<ProtectedInstanceListDto>(
      '/v1/protection-groups?siteId=berlin-dc&q=mail',
    );
    const members = `/v1/protection-groups/${items[0]?.id}/protected-instances`;
    const serverId = 'VirtualMachine:vm-37:11111111-aaaa-4aaa-8aaa-111111111111';
    const options = '/v1/sites/berlin-dc/creation-options';
    const { candidateVms } = await api.read<{ candidateVms: { id: string }[] }>(options);
    const vms = candidateVms.filter(({ id }) => id !== serverId).map(({ id }) => id);
    const step = { type: 'PROMPT', name: 'Look around', content: 'All well?' };
    const created = { siteId: 'berlin-dc', name: 'lost', hbrSpec: { vms: vms.slice(0, 1) } };
    await srm.fault({
      kind: 'reset',
      method: 'POST',
      path: '/reconfigure$|/recovery-steps|/groups$',
      times: 4,
    });
    const lost = await Promise.all([
      api.start('POST', members, { serverId }),
      api.start('PATCH', await plan('web-plan'), { name: 'night-plan' }),
      api.start('POST', `${await plan('erp-plan')}/recovery-steps?workflow=TEST`, step),
      api.start('POST', '/v1/protection-groups', created),
    ]);
    for (const { id } of lost) {
      await api.inState(id, 'UNKNOWN');
      const settled = await settle(id, { verdict: 'NOT_EXECUTED', reason: 'Not in the console' });
      expect(settled).toMatchObject({ status: 200, body: { state: 'FAILED', outcome: 'NONE' } });
    }
    expect(await srm.executions()).toEqual([]);
  });
});
