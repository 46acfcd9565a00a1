import type { SiteDto } from '../../../src/api/dto/inventory.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { useWorld } from '../../support/world.js';

interface Listed {
  items: Record<string, unknown>[];
}

const SITES = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;

describe('what a site tells beyond its groups and plans', () => {
  const world = useWorld({ workers: 0 });

  const group = async (name: string): Promise<string> => {
    const { items } = await world().api.read<Listed>(`/v1/protection-groups?q=${name}`);
    return String(items[0]?.id);
  };
  const instance = async (groupId: string): Promise<string> => {
    const { items } = await world().api.read<Listed>(`/v1/protection-groups/${groupId}/protected-instances`);
    return String(items[0]?.id);
  };

  it('SDRS: API versions, quotas, failed tasks, statistics of recovery points and tags', async () => {
    const read = (rest: string) => world().api.read<Listed>(`/v1/sites/${SITES.sdrs}/${rest}`);
    expect((await read('api-versions')).items).toContainEqual(
      expect.objectContaining({ id: 'v1', state: 'CURRENT' }),
    );
    const quotas = (await read('quotas')).items;
    expect(quotas.map(({ resource }) => resource)).toEqual(
      expect.arrayContaining(['PROTECTION_GROUPS', 'REPLICATION_PAIRS']) as string[],
    );
    expect(quotas[0]).toMatchObject({ used: 4 });
    expect(await read('failed-tasks')).toEqual({ items: [] });
    expect(await read(`failed-tasks?protectionGroupId=${await group('erp-dr')}`)).toEqual({ items: [] });
    expect((await read('rpo-statistics')).items.length).toBeGreaterThan(0);
    expect((await read('tags')).items).toContainEqual({
      key: 'tier',
      values: expect.arrayContaining(['app', 'db']) as string[],
    });
    const tagged = (await read('protected-instances?tag=tier=app')).items;
    expect(tagged.map(({ name }) => name)).toEqual(['erp-app01']);
    expect((await read('protected-instances?tag=tier')).items).toHaveLength(4);
  });

  it('SRM: issues, runs, servers and API versions', async () => {
    const read = (rest: string) => world().api.read<Listed>(`/v1/sites/${SITES.srm}/${rest}`);
    expect((await read('issues')).items).toBeInstanceOf(Array);
    expect((await read('runs')).items).toBeInstanceOf(Array);
    const servers = (await read('servers')).items;
    expect(servers).toContainEqual(expect.objectContaining({ role: 'RECOVERY_MANAGER', end: 'LOCAL' }));
    expect(servers).toContainEqual(expect.objectContaining({ role: 'VCENTER', end: 'REMOTE' }));
    expect((await read('api-versions')).items.length).toBeGreaterThan(0);
  });

  it('SRM: machines, steps, networks and prompts of a plan', async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-plan');
    const read = <T = Listed>(rest: string) => api.read<T>(`/v1/recovery-plans/${plan.id}/${rest}`);
    const { items } = await read('protected-instances');
    expect(items.map(({ name, priority }) => [name, priority])).toEqual([
      ['erp-db', 1],
      ['erp-app', 2],
    ]);
    const id = String(items[0]?.id);
    expect(await read<object>(`protected-instances/${id}`)).toMatchObject({ id, name: 'erp-db' });
    expect(await read<object>(`protected-instances/${id}/recovery-settings`)).toMatchObject({
      instanceId: id,
      priority: 1,
      startupAction: 'POWER_ON',
      dependsOn: [],
      changeVersion: expect.any(String) as string,
    });
    const steps = (await read('recovery-steps?workflow=TEST')).items;
    expect(steps.length).toBeGreaterThan(3);
    const step = String(steps[0]?.id);
    expect(await read<object>(`recovery-steps/${step}?workflow=TEST`)).toMatchObject({
      id: step,
      workflow: 'TEST',
    });
    expect((await read('test-networks')).items).toHaveLength(1);
    for (const rest of ['prompts', 'issues', 'runs']) expect(await read(rest)).toEqual({ items: [] });
  });

  it('one part of a group: an instance, its settings or tags, a pair', async () => {
    const { api } = world();
    const [erpDr, erp] = [await group('erp-dr'), await groupOf('erp-plan')];
    const [server, machine] = [await instance(erpDr), await instance(erp)];
    const ofServer = `/v1/protection-groups/${erpDr}/protected-instances/${server}`;
    const ofMachine = `/v1/protection-groups/${erp}/protected-instances/${machine}`;
    expect(await api.read<object>(ofServer)).toMatchObject({ id: server, protectionGroupId: erpDr });
    expect(await api.read<object>(ofMachine)).toMatchObject({ id: machine, protectionGroupId: erp });
    expect((await api.read<Listed>(`${ofServer}/tags`)).items).toHaveLength(1);
    expect(await api.read<object>(`${ofMachine}/protection-settings`)).toMatchObject({ instanceId: machine });
    const pairs = `/v1/protection-groups/${erpDr}/replication-pairs`;
    const { items } = await api.read<Listed>(pairs);
    expect(await api.read<object>(`${pairs}/${String(items[0]?.id)}`)).toEqual(items[0]);
  });

  it.each(['sdrs', 'srm'] as const)('%s says of everything else that it has no such thing', async (kind) => {
    const { api } = world();
    const site = await api.read<SiteDto>(`/v1/sites/${SITES[kind]}`);
    const plan = await api.planNamed(kind === 'sdrs' ? 'erp-dr' : 'erp-plan');
    const [groupId = ''] = (await api.plan(plan.id)).protectionGroupIds ?? [];
    const machine = await instance(groupId);
    const paths: Record<string, string> = {
      protectionSettings: `/v1/protection-groups/${groupId}/protected-instances/${machine}/protection-settings`,
      instanceTags: `/v1/protection-groups/${groupId}/protected-instances/${machine}/tags`,
      replicationPair: `/v1/protection-groups/${groupId}/replication-pairs/${machine}`,
      groupIssues: `/v1/protection-groups/${groupId}/issues`,
      recoverySettings: `/v1/recovery-plans/${plan.id}/protected-instances/${machine}/recovery-settings`,
      recoverySteps: `/v1/recovery-plans/${plan.id}/recovery-steps?workflow=TEST`,
      planPrompts: `/v1/recovery-plans/${plan.id}/prompts`,
      testNetworks: `/v1/recovery-plans/${plan.id}/test-networks`,
      planIssues: `/v1/recovery-plans/${plan.id}/issues`,
      planRuns: `/v1/recovery-plans/${plan.id}/runs`,
      siteIssues: `/v1/sites/${site.id}/issues`,
      siteRuns: `/v1/sites/${site.id}/runs`,
      siteServers: `/v1/sites/${site.id}/servers`,
      quotas: `/v1/sites/${site.id}/quotas`,
      failedTasks: `/v1/sites/${site.id}/failed-tasks`,
      rpoStatistics: `/v1/sites/${site.id}/rpo-statistics`,
      tagValues: `/v1/sites/${site.id}/tags`,
      instancesByTag: `/v1/sites/${site.id}/protected-instances?tag=tier`,
    };
    const missing = Object.entries(paths).filter(
      ([read]) => !(site.capabilities.reads as string[]).includes(read),
    );
    expect(missing.length).toBeGreaterThan(0);
    for (const [read, path] of missing) {
      const { status, body } = await api.ask<ProblemDto>('GET', path);
      expect({ read, status, code: body.code }).toEqual({ read, status: 404, code: 'not-offered' });
      expect(body.detail).toContain(site.providerTitle);
    }
  });

  it('a site tells which fields each of its actions takes, and what can be read of it', async () => {
    const { capabilities } = await world().api.read<SiteDto>(`/v1/sites/${SITES.sdrs}`);
    expect(capabilities.inputs.EXPAND_REPLICATION_PAIR).toEqual([{ name: 'sizeGigabytes', required: true }]);
    expect(capabilities.inputs.PROVISION_PROTECTION_GROUP?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['name', 'domainId', 'protectedInstances', 'enableProtection']) as string[],
    );
    expect(capabilities.prompts).toBe(false);
  });

  async function groupOf(planName: string): Promise<string> {
    const { id } = await world().api.planNamed(planName);
    return String((await world().api.plan(id)).protectionGroupIds?.[0]);
  }
});
