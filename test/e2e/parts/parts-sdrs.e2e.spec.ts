import type {
  ProtectedInstanceDto,
  ProtectedInstanceListDto,
  ReplicationPairDto,
  ReplicationPairListDto,
} from '../../../src/api/dto/inventory.dto.js';
import type { AllowedActionsDto, OperationDto } from '../../../src/api/dto/operation.dto.js';
import { publicId } from '../../../src/domain/ids.js';
import { useWorld } from '../../support/world.js';

interface SdrsWorld {
  servers: {
    id: string;
    name: string;
    flavor: string;
    powerState: string;
    nics: { id: string; subnetId: string; ipAddress: string; primary: boolean }[];
  }[];
  volumes: { id: string; name: string; size: number }[];
  vpcs: { id: string; subnets: { id: string; cidr: string }[] }[];
}

describe('parts of an SDRS group', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  const held = () => world().sdrs.state<SdrsWorld>();
  const server = async (name: string) => found((await held()).servers, name);
  const volume = async (name: string) => found((await held()).volumes, name);

  const groupNamed = async (name: string): Promise<string> =>
    `/v1/protection-groups/${(await world().api.named<{ id: string; name: string }>('/v1/protection-groups?siteId=eu-cloud', name)).id}`;
  const instances = async (group: string) =>
    (await world().api.read<ProtectedInstanceListDto>(`${group}/protected-instances`)).items;
  const pairs = async (group: string) =>
    (await world().api.read<ReplicationPairListDto>(`${group}/replication-pairs`)).items;

  /** Accepted, done, and the site did it once. */
  async function done(method: string, path: string, body?: object): Promise<OperationDto> {
    const before = (await world().sdrs.changes()).length;
    const operation = await world().api.succeeded(await world().api.start(method, path, body));
    expect(await world().sdrs.changes()).toHaveLength(before + 1);
    return operation;
  }

  it('a server is protected, given a network interface, resized, tagged, renamed and let go', async () => {
    const { api } = world();
    const group = await groupNamed('shop-dr');
    const free = await server('hr-app01');
    const made = await done('POST', `${group}/protected-instances`, { serverId: free.id, name: 'hr-app01' });
    expect(made.target).toMatchObject({ type: 'PROTECTED_INSTANCE', within: { type: 'PROTECTION_GROUP' } });
    const instance = `${group}/protected-instances/${made.result?.protectedInstanceId}`;
    expect(made.links.target).toBe(instance);
    expect(await api.read<ProtectedInstanceDto>(instance)).toMatchObject({
      name: 'hr-app01',
      productionInstanceId: free.id,
    });
    expect((await pairs(group)).map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringContaining('hr-app01')]) as string[],
    );

    const subnet = (await held()).vpcs[0]?.subnets[1]?.id;
    await done('POST', `${instance}/actions/add-network-interface`, { subnetId: subnet });
    const second = (await server('hr-app01')).nics.find(({ primary }) => !primary);
    expect(second?.subnetId).toBe(subnet);
    const removal = { networkInterfaceId: second?.id };
    await done('POST', `${instance}/actions/remove-network-interface`, removal);
    expect((await server('hr-app01')).nics).toHaveLength(1);

    await done('POST', `${instance}/actions/resize`, { flavor: 's3.xlarge.4' });
    expect((await server('hr-app01')).flavor).toBe('s3.xlarge.4');

    const tags = async () => (await api.read<{ items: unknown[] }>(`${instance}/tags`)).items;
    await done('PUT', `${instance}/tags`, { tags: [{ key: 'tier', value: 'hr' }] });
    await done('PUT', `${instance}/tags`, { tags: [{ key: 'backup', value: '' }] });
    expect(await tags()).toEqual(
      expect.arrayContaining([
        { key: 'tier', value: 'hr' },
        { key: 'backup', value: '' },
      ]) as unknown[],
    );
    await done('DELETE', `${instance}/tags?key=backup`);
    expect(await tags()).toEqual([{ key: 'tier', value: 'hr' }]);

    await done('PATCH', instance, { name: 'hr-one' });
    expect(await api.read<ProtectedInstanceDto>(instance)).toMatchObject({ name: 'hr-one' });
    await done('DELETE', `${instance}?deleteRecoveryServer=true&reason=moved`);
    expect((await api.refused('GET', instance)).body.code).toBe('not-found');
    expect((await held()).servers.filter(({ name }) => name === 'hr-app01')).toHaveLength(1);
  });

  it('a disk is replicated, expanded, attached, detached, renamed and let go', async () => {
    const { api } = world();
    const group = await groupNamed('shop-dr');
    const disk = await volume('archive-02');
    const made = await done('POST', `${group}/replication-pairs`, { volumeId: disk.id, name: 'archive' });
    const pair = `${group}/replication-pairs/${made.result?.replicationPairId}`;
    const shown = () => api.read<ReplicationPairDto>(pair);
    expect(await shown()).toMatchObject({ name: 'archive', sizeGigabytes: 20, protectedInstanceIds: [] });

    await done('POST', `${pair}/actions/expand`, { sizeGigabytes: 30 });
    expect(await shown()).toMatchObject({ sizeGigabytes: 30 });

    const [instance] = await instances(group);
    const holder = { protectedInstanceId: instance?.id };
    await done('POST', `${pair}/actions/attach`, { ...holder, device: '/dev/vdc' });
    expect(await shown()).toMatchObject({ protectedInstanceIds: [instance?.id] });
    await done('POST', `${pair}/actions/detach`, holder);
    expect(await shown()).toMatchObject({ protectedInstanceIds: [] });

    await done('PATCH', pair, { name: 'archive-2' });
    expect(await shown()).toMatchObject({ name: 'archive-2' });
    await done('DELETE', `${pair}?deleteRecoveryVolume=true`);
    expect((await api.refused('GET', pair)).body.code).toBe('not-found');
    expect(await volume('archive-02')).toMatchObject({ size: 30 });
  });

  it('a drill is renamed', async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-dr');
    const drills = `/v1/recovery-plans/${plan.id}/drills`;
    await api.succeeded(await api.run(plan.id, 'start-drill', { drillName: 'march' }));
    const { items } = await api.read<ProtectedInstanceListDto>(drills);
    const drill = `${drills}/${found(items, 'march').id}`;
    await done('PATCH', drill, { name: 'april' });
    expect(await api.read<object>(drill)).toMatchObject({ name: 'april', state: 'ACTIVE' });
  });

  it('what GET actions shows of a part is what the guard does', async () => {
    const { api } = world();
    const group = await groupNamed('shop-dr');
    const [instance] = await instances(group);
    const path = `${group}/protected-instances/${instance?.id}`;
    const { items, targetId } = await api.read<AllowedActionsDto>(`${path}/actions`);
    expect(targetId).toBe(instance?.id);
    const shown = new Map(items.map((item) => [item.action, item]));
    for (const { touches } of items) expect(touches).toEqual([group.split('/').at(-1)]);
    const report = await api.ask<{ allowed: boolean }>('DELETE', `${path}?validateOnly=true`);
    expect(report).toMatchObject({
      status: 200,
      body: { allowed: shown.get('REMOVE_PROTECTED_INSTANCE')?.allowed, validateOnly: true },
    });
    expect(shown.get('ENABLE_INSTANCE_PROTECTION')?.blocking).toMatchObject([{ code: 'unsupported-action' }]);
    const [pair] = await pairs(group);
    const ofPair = await api.read<AllowedActionsDto>(`${group}/replication-pairs/${pair?.id}/actions`);
    expect(ofPair.items.map(({ action }) => action)).toContain('EXPAND_REPLICATION_PAIR');
    const ofGroup = await api.read<AllowedActionsDto>(`${group}/actions`);
    expect(ofGroup.items.find(({ action }) => action === 'ADD_PROTECTED_INSTANCE')?.allowed).toBe(true);
  });

  it('what is wrong is told by the name of its field, and nothing is sent', async () => {
    const { api } = world();
    const group = await groupNamed('shop-dr');
    const [instance] = await instances(group);
    const before = (await world().sdrs.changes()).length;
    const nameless = await api.refused('POST', `${group}/protected-instances`, { body: { serverId: 's' } });
    expect(nameless.body.errors).toMatchObject([{ pointer: '/name' }]);
    const settings = { body: { settings: { folderId: 'f' } } };
    const path = `${group}/protected-instances/${instance?.id}`;
    const foreign = await api.refused('PUT', `${path}/protection-settings`, settings);
    expect({ status: foreign.status, code: foreign.body.code }).toEqual({
      status: 409,
      code: 'unsupported-action',
    });
    const elsewhere = `${group}/protected-instances/${publicId('berlin-dc', 'x')}`;
    expect((await api.refused('DELETE', elsewhere)).status).toBe(404);
    expect(await world().sdrs.changes()).toHaveLength(before);
  });

  it('a group is made with its server and a disk, protected at the end, one operation per step', async () => {
    const { api } = world();
    const options = await api.read<{
      domains: { id: string }[];
    }>('/v1/sites/eu-cloud/creation-options');
    const free = await server('hr-app01');
    const disk = await volume('archive-02');
    const wholeGroup = await api.start('POST', '/v1/protection-groups', {
      siteId: 'eu-cloud',
      name: 'hr-dr',
      sourceAvailabilityZone: 'eu-de-01',
      targetAvailabilityZone: 'eu-de-02',
      domainId: options.domains[0]?.id,
      sourceVpcId: (await held()).vpcs[0]?.id,
      protectedInstances: [{ serverId: free.id, name: 'hr-app01' }],
      replicationPairs: [
        { volumeId: disk.id, name: 'hr-data', attachTo: { serverId: free.id, device: '/dev/vdb' } },
      ],
      enableProtection: true,
    });
    const ended = await api.succeeded(wholeGroup);
    expect(ended).toMatchObject({ action: 'PROVISION_PROTECTION_GROUP', parentId: null });
    expect(ended.steps.map(({ state }) => state)).toEqual(Array(5).fill('SUCCEEDED'));
    const children = await api.read<{ items: OperationDto[] }>(
      `/v1/operations?parentId=${ended.id}&orderBy=createdTime%20asc`,
    );
    expect(children.items.map(({ id }) => id)).toEqual(ended.steps.map(({ operationId }) => operationId));
    expect(children.items.map(({ action }) => action)).toEqual([
      'CREATE_PROTECTION_GROUP',
      'ADD_PROTECTED_INSTANCE',
      'CREATE_REPLICATION_PAIR',
      'ATTACH_REPLICATION_PAIR',
      'ENABLE_PROTECTION',
    ]);
    for (const { parentId } of children.items) expect(parentId).toBe(ended.id);
    const group = `/v1/protection-groups/${ended.result?.protectionGroupId}`;
    expect(await api.read<object>(group)).toMatchObject({ name: 'hr-dr', state: 'PROTECTED' });
  });
});

function found<T extends { name: string }>(all: readonly T[], name: string): T {
  const one = all.find((item) => item.name === name);
  if (!one) throw new Error(`there is no ${name}`);
  return one;
}
