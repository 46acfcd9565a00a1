import { list, names, SdrsClient, text, UNKNOWN_ID } from './sdrs-client.js';

const SPACED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,3}$/;
const MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let client: SdrsClient;
beforeEach(async () => {
  client = await SdrsClient.start();
});
afterEach(() => client.close());

describe('protected instances', () => {
  function order(serverName: string, change: object = {}): object {
    return {
      protected_instance: {
        server_group_id: client.group('erp-dr').id,
        server_id: client.server(serverName).id,
        name: serverName,
        tags: [{ key: 'tier', value: 'app' }],
        ...change,
      },
    };
  }

  test('are created with a stopped DR server and one pair per disk', async () => {
    const { entities } = await client.done('POST', '/protected-instances', order('crm-app01'));
    const { protected_instance: instance } = await client.read(
      `/protected-instances/${text(entities?.protected_instance_id)}`,
    );
    expect(instance).toEqual({
      id: expect.stringMatching(UUID) as string,
      name: 'crm-app01',
      description: null,
      server_group_id: client.group('erp-dr').id,
      status: 'protected',
      progress: 100,
      source_server: client.server('crm-app01').id,
      target_server: entities?.native_server_id,
      created_at: expect.stringMatching(SPACED) as string,
      updated_at: expect.stringMatching(SPACED) as string,
      priority_station: 'source',
      attachment: [
        { replication: expect.stringMatching(UUID) as string, device: '/dev/vda' },
        { replication: expect.stringMatching(UUID) as string, device: '/dev/vdb' },
      ],
      tags: [{ key: 'tier', value: 'app' }],
      metadata: {},
    });
    const standby = client.state.servers.find(({ id }) => id === text(instance?.target_server));
    expect(standby).toMatchObject({ name: 'crm-app01', powerState: 'SHUTOFF', availabilityZone: 'eu-de-02' });
  });

  test('may stand on servers nobody has heard of when the setting says so', async () => {
    await client.control('PATCH', '/settings', { acceptUnknownServers: true });
    await client.done('POST', '/protected-instances', order('crm-app01', { server_id: UNKNOWN_ID }));
    expect(client.instance('crm-app01')).toMatchObject({ source_server: UNKNOWN_ID, status: 'protected' });
  });

  test('are listed by group, by ids in either quotes, and by name', async () => {
    const { id: erp } = client.group('erp-dr');
    const { id: mail } = client.instance('mail01');
    const listed = async (query: Record<string, string>) =>
      names(
        (await client.read(`/protected-instances?${new URLSearchParams(query).toString()}`))
          .protected_instances,
      ).sort();
    expect(await listed({ server_group_id: erp })).toEqual(['erp-app01', 'erp-db01']);
    expect(await listed({ protected_instance_ids: `['${mail}','${UNKNOWN_ID}']` })).toEqual(['mail01']);
    expect(await listed({ protected_instance_ids: `["${mail}"]`, server_group_id: erp })).toHaveLength(2);
    expect(
      await listed({ server_group_ids: `["${client.group('shop-dr').id}"]`, server_group_id: erp }),
    ).toEqual(['shop-web01']);
    expect(await listed({ name: 'web' })).toEqual(['shop-web01']);
    expect(await listed({ availability_zone: 'eu-de-02' })).toEqual(['mail01']);
  });

  test('are renamed, and deleted with an empty body, with {} and with flags', async () => {
    const { id } = client.instance('erp-app01');
    const renamed = await client.call('PUT', `/protected-instances/${id}`, {
      protected_instance: { name: 'app' },
    });
    expect(renamed.body.protected_instance).toMatchObject({ id, name: 'app' });
    await client.done('DELETE', `/protected-instances/${id}`);
    await client.done('DELETE', `/protected-instances/${client.instance('shop-web01').id}`, {});
    expect(client.pairsOf('shop-dr')).toEqual([]);
    const { target_server: standby } = client.instance('erp-db01');
    await client.done('DELETE', `/protected-instances/${client.instance('erp-db01').id}`, {
      delete_target_server: true,
    });
    expect(client.state.servers.some((server) => server.id === standby)).toBe(false);
    await client.done('DELETE', `/server-groups/${client.group('erp-dr').id}`);
  });

  test('are created and deleted in batches', async () => {
    const servers = ['crm-app01', 'crm-db01'].map((name) => ({ server_id: client.server(name).id }));
    const job = await client.done('POST', '/protected-instances/batch', {
      protected_instances: { name_prefix: 'crm', server_group_id: client.group('erp-dr').id, servers },
    });
    expect(list(job.entities?.sub_jobs)).toHaveLength(2);
    expect(client.instance('crm-0002').status).toBe('protected');
    await client.done('POST', '/protected-instances/delete', {
      protected_instances: ['crm-0001', 'crm-0002'].map((name) => ({ id: client.instance(name).id })),
    });
    expect((await client.read('/protected-instances?name=crm')).count).toBe(0);
  });

  test('get a pair attached and detached', async () => {
    const { id } = client.instance('shop-web01');
    const created = await client.done('POST', '/replications', {
      replication: {
        server_group_id: client.group('shop-dr').id,
        volume_id: client.volume('archive-01').id,
        name: 'archive',
      },
    });
    const pair = text(created.entities?.replication_pair_id);
    const { entities } = await client.done('POST', `/protected-instances/${id}/attachreplication`, {
      replicationAttachment: { replication_id: pair, device: '/dev/sdf' },
    });
    expect(Object.values(entities ?? {}).every((value) => typeof value === 'string')).toBe(true);
    const attached = (await client.read(`/replications/${pair}`)).replication;
    expect(attached?.attachment).toEqual([{ device: '/dev/vdf', protected_instance: id }]);
    await client.done('DELETE', `/protected-instances/${id}/detachreplication/${pair}`);
    expect((await client.read(`/replications/${pair}`)).replication?.attachment).toBeNull();
  });

  test('get NICs and other flavors', async () => {
    const { id } = client.instance('erp-app01');
    const server = client.server('erp-app01');
    const { entities } = await client.done('POST', `/protected-instances/${id}/nic`, {
      subnet_id: server.nics[0]?.subnetId,
      security_groups: [{ id: UNKNOWN_ID }],
      ip_address: '10.0.0.200',
    });
    expect(server.nics).toMatchObject([{ primary: true }, { ipAddress: '10.0.0.200' }]);
    await client.done('POST', `/protected-instances/${id}/nic/delete`, { nic_id: entities?.nic_id });
    expect(server.nics).toHaveLength(1);
    await client.done('POST', `/protected-instances/${id}/resize`, {
      resize: { production_flavorRef: 's3.2xlarge.2' },
    });
    expect(server.flavor).toBe('s3.2xlarge.2');
  });
});

describe('replication pairs', () => {
  test('are created, read as documented, grown, renamed and deleted', async () => {
    const { id: group } = client.group('lab-empty');
    const { id: volume } = client.volume('archive-01');
    const { entities } = await client.done('POST', '/replications', {
      replication: { server_group_id: group, volume_id: volume, name: 'archive', description: 'gw:0f3b' },
    });
    const pair = text(entities?.replication_pair_id);
    expect((await client.read(`/replications/${pair}`)).replication).toEqual({
      id: pair,
      name: 'archive',
      description: 'gw:0f3b',
      replication_model: 'hypermetro',
      status: 'available',
      progress: 0,
      replication_status: 'inactive',
      attachment: null,
      server_group_id: group,
      volume_ids: expect.stringMatching(new RegExp(`^${volume},[0-9a-f-]{36}$`)) as string,
      priority_station: 'source',
      fault_level: '0',
      created_at: expect.stringMatching(MICROS) as string,
      updated_at: expect.stringMatching(MICROS) as string,
      record_metadata: { multiattach: false, bootable: false, volume_size: 100, volume_type: 'SAS' },
    });
    await client.done('POST', `/replications/${pair}/action`, { 'extend-replication': { new_size: 150.7 } });
    expect((await client.read(`/replications/${pair}`)).replication?.record_metadata?.volume_size).toBe(150);
    const renamed = await client.call('PUT', `/replications/${pair}`, { replication: { name: 'attic' } });
    expect(renamed.body.replication).toMatchObject({ name: 'attic', attachment: null });
    await client.done('DELETE', `/replications/${pair}`, { replication: { delete_target_volume: true } });
    expect(client.volume('archive-01').status).toBe('available');
    expect(client.state.volumes.some(({ name }) => name === 'archive-01-dr')).toBe(false);
  });

  test('tell how their synchronisation stands', async () => {
    const states = async (group: string) => {
      const { replications } = await client.read(`/replications?server_group_id=${client.group(group).id}`);
      return [...new Set(list(replications).map((pair) => text(pair.replication_status)))];
    };
    expect(await states('erp-dr')).toEqual(['active']);
    expect(await states('shop-dr')).toEqual(['inactive']);
    expect(await states('mail-dr')).toEqual(['active-stopped']);
    await client.call('POST', `/server-groups/${client.group('shop-dr').id}/action`, {
      'start-server-group': {},
    });
    expect(await states('shop-dr')).toEqual(['copying']);
  });

  test('are listed by group and by instance, the plural filter winning', async () => {
    const { id } = client.instance('erp-db01');
    expect((await client.read('/replications')).count).toBe(6);
    expect((await client.read(`/replications?protected_instance_id=${id}`)).count).toBe(2);
    const plural = encodeURIComponent(`["${client.group('shop-dr').id}"]`);
    const both = `/replications?server_group_id=${client.group('erp-dr').id}&server_group_ids=${plural}`;
    expect((await client.read(both)).count).toBe(2);
    expect((await client.read('/replications?status=failed-over')).count).toBe(1);
  });

  test('whose creation failed say why', async () => {
    await client.control('POST', '/fail-next', { action: 'create-replication', errorCode: 'EVS.2024' });
    await client.finished(
      await client.call('POST', '/replications', {
        replication: {
          server_group_id: client.group('lab-empty').id,
          volume_id: client.volume('archive-02').id,
          name: 'broken',
        },
      }),
    );
    const [pair] = list((await client.read('/replications?status=error')).replications);
    expect(pair).toMatchObject({ name: 'broken', status: 'error', failure_detail: 'EVS.2024' });
  });
});

describe('DR drills', () => {
  test('are created in a VPC of their own, read, renamed and deleted', async () => {
    const { id: group } = client.group('erp-dr');
    const { entities } = await client.done('POST', '/disaster-recovery-drills', {
      disaster_recovery_drill: {
        server_group_id: group,
        name: 'drill-2030-01',
        drill_vpc_id: client.state.vpcs[1]?.id,
      },
    });
    const id = text(entities?.disaster_recovery_drill_id);
    const { disaster_recovery_drill: drill } = await client.read(`/disaster-recovery-drills/${id}`);
    expect(drill).toMatchObject({
      id,
      name: 'drill-2030-01',
      status: 'available',
      server_group_id: group,
      created_at: expect.stringMatching(SPACED) as string,
      drill_servers: [
        { protected_instance: client.instance('erp-app01').id },
        { protected_instance: client.instance('erp-db01').id },
      ],
    });
    expect(client.group('erp-dr').status).toBe('protected');
    expect((await client.read(`/disaster-recovery-drills?server_group_id=${group}`)).count).toBe(1);
    expect((await client.read(`/server-groups/${group}`)).server_group?.disaster_recovery_drill_num).toBe(1);
    const renamed = await client.call('PUT', `/disaster-recovery-drills/${id}`, {
      disaster_recovery_drill: { name: 'drill' },
    });
    expect(renamed.body.disaster_recovery_drill).toMatchObject({ id, name: 'drill' });
    await client.done('DELETE', `/disaster-recovery-drills/${id}`);
    expect((await client.read('/disaster-recovery-drills')).count).toBe(0);
  });

  test('get a VPC made for them when none is named, and it stays', async () => {
    const { entities } = await client.done('POST', '/disaster-recovery-drills', {
      disaster_recovery_drill: { server_group_id: client.group('mail-dr').id, name: 'drill' },
    });
    await client.done('DELETE', `/disaster-recovery-drills/${text(entities?.disaster_recovery_drill_id)}`);
    expect(client.state.vpcs).toHaveLength(3);
  });
});

describe('tags of a protected instance', () => {
  const path = () => `/protected-instances/${client.instance('erp-app01').id}/tags`;

  test('are set, overwritten and deleted with 204', async () => {
    const set = (key: string, value: string) => client.call('POST', path(), { tag: { key, value } });
    expect((await set('owner', 'ops')).status).toBe(204);
    expect((await set('owner', '')).status).toBe(204);
    expect((await client.read(path())).tags).toEqual([
      { key: 'tier', value: 'app' },
      { key: 'owner', value: '' },
    ]);
    expect((await client.call('DELETE', `${path()}/owner`)).status).toBe(204);
    const missing = await client.call('DELETE', `${path()}/owner`);
    expect([missing.status, missing.body.error?.code]).toEqual([404, 'SDRS.2206']);
  });

  test('are added and deleted in bulk, a missing one being no error', async () => {
    const bulk = (action: string, tags: object[]) =>
      client.call('POST', `${path()}/action`, { action, tags });
    expect((await bulk('create', [{ key: 'a', value: '1' }])).status).toBe(204);
    expect((await bulk('delete', [{ key: 'a' }, { key: 'missing' }])).status).toBe(204);
    expect((await client.read(path())).tags).toEqual([{ key: 'tier', value: 'app' }]);
    expect(
      (
        await bulk('create', [
          { key: 'a', value: '1' },
          { key: 'a', value: '2' },
        ])
      ).body.error?.code,
    ).toBe('SDRS.2209');
  });

  test('are known to the whole project, and find instances', async () => {
    expect((await client.read('/protected-instances/tags')).tags).toEqual([
      { key: 'tier', values: ['app', 'db', 'web', 'mail'] },
    ]);
    const query = async (body: object) =>
      (await client.call('POST', '/protected-instances/resource_instances/action', body)).body;
    const tags = [{ key: 'tier', values: ['app', 'db'] }];
    expect(await query({ action: 'count', tags })).toEqual({ total_count: 2 });
    const found = await query({ action: 'filter', limit: '1', offset: 0, tags });
    expect(found).toMatchObject({
      total_count: 2,
      resources: [
        { resource_name: 'erp-app01', resource_detail: { status: 'protected' }, tags: [{ key: 'tier' }] },
      ],
    });
    expect(await query({ action: 'count', not_tags_any: tags })).toEqual({ total_count: 2 });
    expect(await query({ action: 'count', tags_any: [{ key: 'tier', values: ['*we'] }] })).toEqual({
      total_count: 1,
    });
    const matches = [{ key: 'resource_name', value: 'ERP' }];
    expect(await query({ action: 'count', matches })).toEqual({ total_count: 2 });
    expect((await query({ action: 'count', limit: '5' })).error?.code).toBe('SDRS.2211');
  });
});
