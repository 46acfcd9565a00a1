import type {
  DrillListDto,
  ProtectedInstanceListDto,
  ProtectionGroupDto,
  ProtectionGroupListDto,
  RecoveryPlanListDto,
  ReplicationPairListDto,
  SiteDto,
  SiteListDto,
} from '../../../src/api/dto/inventory.dto.js';
import type { Answer } from '../../support/client.js';
import { useWorld } from '../../support/world.js';

describe('the inventory of all sites', () => {
  const world = useWorld({ workers: 1 });
  beforeEach(() => world().reset());

  const names = (items: { name: string }[]): string[] => items.map(({ name }) => name).sort();

  async function group(name: string): Promise<ProtectionGroupDto> {
    const { items } = await world().api.read<ProtectionGroupListDto>(`/v1/protection-groups?q=${name}`);
    const [found] = items;
    if (!found) throw new Error(`no group ${name}`);
    return found;
  }

  it('names the sites, what each can do, and whether it lets us in', async () => {
    const { items } = await world().api.read<SiteListDto>('/v1/sites');
    expect(items).toMatchObject([
      { id: 'eu-cloud', provider: 'sdrs', connection: { state: 'CONNECTED' }, source: { state: 'FRESH' } },
      { id: 'berlin-dc', provider: 'srm', connection: { state: 'CONNECTED' }, source: { state: 'FRESH' } },
    ]);
    expect(items.map(({ capabilities }) => capabilities)).toMatchObject([
      { cancellable: [], explicitPlans: false, replicationPairs: true },
      {
        cancellable: ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'],
        explicitPlans: true,
        replicationPairs: false,
      },
    ]);
    const one = await world().api.read<SiteDto>('/v1/sites/berlin-dc');
    expect(one).toMatchObject({
      name: 'Berlin data centre',
      connection: { version: expect.any(String) as string },
    });
  });

  it('holds the groups of both in one list, with where each part comes from', async () => {
    const list = await world().api.read<ProtectionGroupListDto>('/v1/protection-groups');
    expect(names(list.items)).toEqual(
      ['archive', 'erp', 'erp-dr', 'lab-empty', 'mail', 'mail-dr', 'shop-dr', 'web'].sort(),
    );
    expect(list.sources).toMatchObject([
      { siteId: 'eu-cloud', state: 'FRESH', error: null },
      { siteId: 'berlin-dc', state: 'FRESH', error: null },
    ]);
    expect(await group('erp-dr')).toMatchObject({
      state: 'PROTECTED',
      activeSite: 'PRODUCTION',
      instanceCount: 2,
      replicationPairCount: 3,
      upstream: { state: 'protected' },
      production: { id: 'eu-de-01' },
      recovery: { id: 'eu-de-02' },
    });
    expect(await group('mail-dr')).toMatchObject({ state: 'FAILED_OVER', activeSite: 'RECOVERY' });
    expect(await group('archive')).toMatchObject({ siteId: 'berlin-dc', activeSite: 'PRODUCTION' });
  });

  it('holds plans: an SDRS group is one with the same id, an SRM plan touches its groups', async () => {
    const { items } = await world().api.read<RecoveryPlanListDto>('/v1/recovery-plans');
    expect(names(items.filter(({ implicit }) => implicit))).toEqual([
      'erp-dr',
      'lab-empty',
      'mail-dr',
      'shop-dr',
    ]);
    expect(names(items.filter(({ implicit }) => !implicit))).toEqual(
      ['archive-plan', 'campus-plan', 'empty-plan', 'erp-plan', 'web-plan'].sort(),
    );
    const erp = await group('erp-dr');
    expect(await world().api.plan(erp.id)).toMatchObject({
      id: erp.id,
      implicit: true,
      protectionGroupIds: [erp.id],
    });
    const campus = await world().api.planNamed('campus-plan');
    const groups = await world().api.read<{ items: ProtectionGroupDto[] }>(
      `/v1/recovery-plans/${campus.id}/protection-groups`,
    );
    expect(names(groups.items)).toEqual(['mail', 'web']);
    const web = await group('web');
    const plans = await world().api.read<RecoveryPlanListDto>(
      `/v1/protection-groups/${web.id}/recovery-plans`,
    );
    expect(names(plans.items)).toEqual(['campus-plan', 'web-plan']);
  });

  it('shows machines on both, disks where the upstream has them, and the drills that stand', async () => {
    const { api } = world();
    for (const [name, machines, pairs] of [
      ['erp-dr', ['erp-app01', 'erp-db01'], 3],
      ['erp', ['erp-app', 'erp-db'], 0],
    ] as const) {
      const { id } = await api.groupNamed(name);
      const instances = await api.read<ProtectedInstanceListDto>(
        `/v1/protection-groups/${id}/protected-instances`,
      );
      expect(names(instances.items)).toEqual(machines);
      expect(instances.items[0]).toMatchObject({ protectionGroupId: id, state: 'PROTECTED' });
      const disks = await api.read<ReplicationPairListDto>(`/v1/protection-groups/${id}/replication-pairs`);
      expect(disks.items).toHaveLength(pairs);
    }
    for (const name of ['erp-dr', 'erp-plan']) {
      const plan = await api.planNamed(name);
      const drills = `/v1/recovery-plans/${plan.id}/drills`;
      expect((await api.read<DrillListDto>(drills)).items).toEqual([]);
      await api.succeeded(await api.run(plan.id, 'start-drill'));
      expect((await api.read<DrillListDto>(drills)).items).toMatchObject([
        { recoveryPlanId: plan.id, state: 'ACTIVE', siteId: plan.siteId },
      ]);
    }
  });

  it('is filtered by site, provider, state, active site and text', async () => {
    const filtered = async (query: string): Promise<string[]> =>
      names((await world().api.read<ProtectionGroupListDto>(`/v1/protection-groups?${query}`)).items);
    expect(await filtered('siteId=eu-cloud')).toEqual(['erp-dr', 'lab-empty', 'mail-dr', 'shop-dr']);
    expect(await filtered('provider=srm')).toEqual(['archive', 'erp', 'mail', 'web']);
    expect(await filtered('state=FAILED_OVER')).toEqual(['mail-dr']);
    expect(await filtered('state=FAILED_OVER,UNPROTECTED&provider=sdrs')).toEqual([
      'lab-empty',
      'mail-dr',
      'shop-dr',
    ]);
    expect(await filtered('activeSite=RECOVERY')).toEqual(['mail-dr']);
    expect(await filtered('q=ERP')).toEqual(['erp', 'erp-dr']);
    expect(await filtered('siteId=eu-cloud&provider=srm')).toEqual([]);
  });

  it.each(['siteId', 'provider'])(
    'is not empty, but a fault, when its %s is not known',
    async (parameter) => {
      for (const list of ['protection-groups', 'recovery-plans']) {
        const { status, body } = await world().api.refused('GET', `/v1/${list}?${parameter}=nowhere`);
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
        expect(body.errors).toMatchObject([{ parameter }]);
      }
    },
  );

  it('is paged: token and link lead to the next page, and belong to their filters', async () => {
    const { api } = world();
    const seen: string[] = [];
    let path: string | null = '/v1/protection-groups?pageSize=3';
    while (path !== null) {
      const page: Answer<ProtectionGroupListDto> = await api.ask('GET', path);
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.items.map(({ id }) => id));
      const link: string | null = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? null;
      expect(link === null).toBe(page.body.nextPageToken === undefined);
      path = link;
    }
    expect(new Set(seen).size).toBe(8);
    expect(seen).toHaveLength(8);

    const { nextPageToken = '' } = await api.read<ProtectionGroupListDto>('/v1/protection-groups?pageSize=3');
    for (const query of [`q=erp&pageToken=${nextPageToken}`, 'pageToken=nonsense']) {
      const { status, body } = await api.refused('GET', `/v1/protection-groups?${query}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'page-token-invalid' });
    }
    const whole = await api.read<ProtectionGroupListDto>('/v1/protection-groups?pageSize=100000');
    expect(whole.items).toHaveLength(8);
  });

  it.each(['sites', 'protection-groups', 'recovery-plans', 'operations'])(
    'says which parameter of %s it does not know',
    async (collection) => {
      const { status, body } = await world().api.refused('GET', `/v1/${collection}?colour=red`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
      expect(body.errors).toMatchObject([{ parameter: 'colour' }]);
      expect(body.detail).toContain('colour');
    },
  );

  it('knows nothing by an id that names nothing', async () => {
    const nobody = '11111111-2222-4333-8444-555555555555';
    for (const path of [
      'sites/nowhere',
      'sites/nowhere/creation-options',
      `protection-groups/eu-cloud.${nobody}`,
      `protection-groups/berlin-dc.DrReplicationVmProtectionGroup~vm-protection-group-77~${nobody}`,
      `protection-groups/nowhere.${nobody}/protected-instances`,
      `recovery-plans/eu-cloud.${nobody}/actions`,
      `recovery-plans/berlin-dc.DrRecoveryRecoveryPlan~${nobody}~${nobody}`,
      'protection-groups/%00',
      `operations/eu-cloud.${nobody}`,
      `operations/${nobody}/events`,
    ]) {
      const { status, body } = await world().api.refused('GET', `/v1/${path}`);
      expect({ path, status, code: body.code }).toEqual({ path, status: 404, code: 'not-found' });
    }
  });

  it('offers what a new group may be made of', async () => {
    const cloud = await world().api.read('/v1/sites/eu-cloud/creation-options');
    expect(cloud).toMatchObject({
      domains: [
        { name: 'AA-domain-1', availabilityZones: ['eu-de-01', 'eu-de-02'], soldOut: false },
        { name: 'AA-domain-2', soldOut: true },
      ],
      drTypes: ['migration'],
    });
    const centre = await world().api.read<{ candidateVms: { name: string }[] }>(
      '/v1/sites/berlin-dc/creation-options',
    );
    expect(centre).toMatchObject({
      replicationTypes: ['HBR'],
      vcenters: [{ isDefault: true }, { isDefault: false }],
    });
    expect(names(centre.candidateVms)).toEqual(['crm-1', 'crm-2', 'kiosk-1']);
  });
});
