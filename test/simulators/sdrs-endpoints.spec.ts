import { list, names, SdrsClient, text } from './sdrs-client.js';

const SPACED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,3}$/;

let client: SdrsClient;
beforeEach(async () => {
  client = await SdrsClient.start();
});
afterEach(() => client.close());

describe('the service', () => {
  test('lists its API versions without a token', async () => {
    const { status, body } = await client.raw('GET', '/');
    expect(status).toBe(200);
    expect(body.versions).toMatchObject([{ id: 'v1', version: '', min_version: '', status: 'CURRENT' }]);
    const one = await client.raw('GET', '/v1');
    expect(one.body.version).toMatchObject({ id: 'v1', links: [{ rel: 'self' }] });
  });

  test('names the active-active domains without a count', async () => {
    const body = await client.read('/active-domains');
    expect(Object.keys(body)).toEqual(['domains']);
    expect(body.domains).toMatchObject([
      {
        name: 'AA-domain-1',
        sold_out: false,
        local_replication_cluster: { availability_zone: 'eu-de-01' },
        remote_replication_cluster: { availability_zone: 'eu-de-02' },
      },
      { sold_out: true },
    ]);
  });

  test('tells quotas and RPO statistics', async () => {
    expect(await client.read('/sdrs/quotas')).toEqual({
      quotas: {
        resources: [
          { type: 'server_groups', used: 4, quota: 50, min: 0, max: -1 },
          { type: 'replications', used: 6, quota: 100, min: 0, max: -1 },
        ],
      },
    });
    const start = encodeURIComponent('2030-01-01 00:00:00.000');
    const statistics = await client.read(`/resource/rpo-statistics?start_time=${start}`);
    expect(statistics).toMatchObject({
      count: 1,
      resource_rpo_statistics: [{ point_time: '2030-01-01 03:04', resource_type: 'replication' }],
    });
  });
});

describe('protection groups', () => {
  function order(change: object = {}): object {
    const [domain] = client.state.domains;
    const [vpc] = client.state.vpcs;
    return {
      server_group: {
        name: 'crm-dr',
        description: 'op:01J',
        source_availability_zone: 'eu-de-01',
        target_availability_zone: 'eu-de-02',
        domain_id: domain?.id,
        source_vpc_id: vpc?.id,
        dr_type: 'migration',
        server_type: 'ECS',
        ...change,
      },
    };
  }

  test('are created by a job, and then read as documented', async () => {
    const { entities } = await client.done('POST', '/server-groups', order());
    const { server_group: group } = await client.read(`/server-groups/${text(entities?.server_group_id)}`);
    expect(group).toEqual({
      id: entities?.server_group_id,
      name: 'crm-dr',
      description: 'op:01J',
      status: 'available',
      progress: 0,
      source_availability_zone: 'eu-de-01',
      target_availability_zone: 'eu-de-02',
      domain_id: client.state.domains[0]?.id,
      domain_name: 'AA-domain-1',
      protected_status: null,
      replication_status: null,
      health_status: null,
      priority_station: 'source',
      protected_instance_num: 0,
      replication_num: 0,
      disaster_recovery_drill_num: 0,
      source_vpc_id: client.state.vpcs[0]?.id,
      target_vpc_id: client.state.vpcs[0]?.id,
      test_vpc_id: null,
      dr_type: 'migration',
      server_type: 'ECS',
      created_at: expect.stringMatching(SPACED) as string,
      updated_at: expect.stringMatching(SPACED) as string,
      protection_type: 'replication-pair',
      replication_model: null,
    });
  });

  test('are visible while creating, unless the setting hides them', async () => {
    await client.call('POST', '/server-groups', order());
    expect(names((await client.read('/server-groups?status=creating')).server_groups)).toEqual(['crm-dr']);
    await client.control('PATCH', '/settings', { groupVisibleWhileCreating: false });
    expect((await client.read('/server-groups')).count).toBe(4);
  });

  test('may have the same name twice', async () => {
    await client.done('POST', '/server-groups', order({ name: 'erp-dr' }));
    expect((await client.read('/server-groups?name=erp')).count).toBe(2);
  });

  test('are listed newest first, filtered and paged by item', async () => {
    expect(names((await client.read('/server-groups')).server_groups)).toEqual([
      'lab-empty',
      'mail-dr',
      'shop-dr',
      'erp-dr',
    ]);
    expect(names((await client.read('/server-groups?limit=2&offset=1')).server_groups)).toEqual([
      'mail-dr',
      'shop-dr',
    ]);
    expect((await client.read('/server-groups?limit=2')).count).toBe(4);
    expect(names((await client.read('/server-groups?status=protected')).server_groups)).toEqual(['erp-dr']);
    expect(names((await client.read('/server-groups?query_type=stop_protected')).server_groups)).toHaveLength(
      2,
    );
    expect((await client.read('/server-groups?query_type=status_abnormal')).count).toBe(0);
    expect((await client.read('/server-groups?query_type=general')).count).toBe(4);
    expect(names((await client.read('/server-groups?availability_zone=eu-de-02')).server_groups)).toEqual([
      'mail-dr',
    ]);
  });

  test('lists ignore query parameters they do not know', async () => {
    const [first] = list((await client.read('/server-groups?limit=1')).server_groups);
    const again = await client.read(`/server-groups?limit=1&marker=${text(first?.id)}&sort_key=name`);
    expect(list(again.server_groups)[0]?.id).toBe(first?.id);
  });

  test('count may be that of the page, and the order may be unstable, by setting', async () => {
    await client.control('PATCH', '/settings', { countMode: 'page', listOrder: 'unstable' });
    expect((await client.read('/server-groups?limit=3')).count).toBe(3);
    const orders = new Set<string>();
    for (let attempt = 0; attempt < 10; attempt += 1)
      orders.add(names((await client.read('/server-groups')).server_groups).join());
    expect(orders.size).toBeGreaterThan(1);
  });

  test('are renamed at once and deleted by a job', async () => {
    const { id } = client.group('lab-empty');
    const renamed = await client.call('PUT', `/server-groups/${id}`, { server_group: { name: 'lab' } });
    expect(renamed.status).toBe(200);
    expect(renamed.body.server_group).toMatchObject({ id, name: 'lab' });
    await client.done('DELETE', `/server-groups/${id}`);
    expect((await client.read('/server-groups')).count).toBe(3);
  });
});
