import { SdrsClient, UNKNOWN_ID, type Answer } from './sdrs-client.js';

let client: SdrsClient;
beforeAll(async () => {
  client = await SdrsClient.start();
});
afterEach(() => {
  expect(client.jobs).toBe(0);
});
afterAll(() => client.close());

function codeOf(answer: Answer): [number, unknown] {
  return [answer.status, answer.body.error?.code];
}

describe('what does not exist', () => {
  test.each([
    ['GET', 'server-groups', 400, 'SDRS.1013'],
    ['DELETE', 'server-groups', 400, 'SDRS.1013'],
    ['GET', 'protected-instances', 400, 'SDRS.1320'],
    ['DELETE', 'protected-instances', 400, 'SDRS.1301'],
    ['GET', 'disaster-recovery-drills', 400, 'SDRS.1902'],
    ['DELETE', 'disaster-recovery-drills', 400, 'SDRS.1913'],
    ['GET', 'replications', 400, 'SDRS.1608'],
    ['DELETE', 'replications', 400, 'SDRS.1608'],
  ])('%s of an unknown id below %s is %i %s', async (method, path, status, code) => {
    const body = method === 'DELETE' && path === 'replications' ? { replication: {} } : undefined;
    expect(codeOf(await client.call(method, `/${path}/${UNKNOWN_ID}`, body))).toEqual([status, code]);
  });

  test.each([
    ['server-groups', 'SDRS.0207'],
    ['protected-instances', 'SDRS.0208'],
    ['replications', 'SDRS.0213'],
    ['disaster-recovery-drills', 'SDRS.1900'],
  ])('a malformed id below %s is 400 %s', async (path, code) => {
    expect(codeOf(await client.call('GET', `/${path}/not-an-id`))).toEqual([400, code]);
  });

  test('an unknown path is 404 in the shape of the gateway', async () => {
    const answer = await client.call('GET', '/plans');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ error_code: 'APIGW.0101' });
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect((await client.raw('GET', '/v7')).status).toBe(404);
  });
});

describe('a group that cannot be created', () => {
  const order = (change: object) => ({
    server_group: {
      name: 'ok',
      source_availability_zone: 'eu-de-01',
      target_availability_zone: 'eu-de-02',
      domain_id: client.state.domains[0]?.id,
      source_vpc_id: client.state.vpcs[0]?.id,
      ...change,
    },
  });

  test.each([
    ['SDRS.0202', 'no name', { name: undefined }],
    ['SDRS.0202', 'a name of 65 bytes', { name: 'a'.repeat(65) }],
    ['SDRS.0202', 'a name of 22 Chinese characters', { name: '灾'.repeat(22) }],
    ['SDRS.0202', 'a name with a blank', { name: 'a b' }],
    ['SDRS.0212', 'a description with a bracket', { description: 'a<b' }],
    ['SDRS.0212', 'a description of 65 bytes', { description: 'a'.repeat(65) }],
    ['SDRS.0203', 'the same zone twice', { target_availability_zone: 'eu-de-01' }],
    ['SDRS.0203', 'a zone of another domain', { target_availability_zone: 'eu-de-03' }],
    ['SDRS.0204', 'no VPC', { source_vpc_id: undefined }],
    ['SDRS.0205', 'an unknown domain', { domain_id: UNKNOWN_ID }],
    ['SDRS.0217', 'another dr_type', { dr_type: 'cold' }],
  ])('is %s for %s', async (code, _reason, change) => {
    expect(codeOf(await client.call('POST', '/server-groups', order(change)))).toEqual([400, code]);
  });

  test('is refused for a sold-out domain, a full quota and a missing outer key', async () => {
    const soldOut = { domain_id: client.state.domains[1]?.id, target_availability_zone: 'eu-de-03' };
    expect(codeOf(await client.call('POST', '/server-groups', order(soldOut)))).toEqual([400, 'SDRS.0233']);
    expect(codeOf(await client.call('POST', '/server-groups', {}))).toEqual([400, 'SDRS.0201']);
    const { quotas } = client.site.simulator.settings;
    await client.control('PATCH', '/settings', { quotas: { ...quotas, server_groups: 4 } });
    expect(codeOf(await client.call('POST', '/server-groups', order({})))).toEqual([400, 'SDRS.0305']);
    await client.control('PATCH', '/settings', { quotas });
  });
});

test('a group that holds anything is not deleted, and the code says what', async () => {
  const path = `/server-groups/${client.group('erp-dr').id}`;
  expect(codeOf(await client.call('DELETE', path))).toEqual([400, 'SDRS.1001']);
});

describe('a group action with a wrong body', () => {
  test.each([
    ['nothing', undefined, 'SDRS.0201'],
    ['an empty object', {}, 'SDRS.0201'],
    ['another word', { start: {} }, 'SDRS.0206'],
    ['two actions', { 'start-server-group': {}, 'stop-server-group': {} }, 'SDRS.0206'],
    ['no object inside', { 'start-server-group': null }, 'SDRS.0206'],
    ['the GOPHER wrapper', { server_group: { 'start-server-group': {} } }, 'SDRS.0206'],
    ['broken JSON', '{"start-', 'SDRS.0201'],
  ])('is refused: %s', async (_name, body, code) => {
    const path = `/server-groups/${client.group('shop-dr').id}/action`;
    expect(codeOf(await client.call('POST', path, body))).toEqual([400, code]);
  });
});

describe('an instance that cannot be created', () => {
  const order = (server: string, change: object = {}) => ({
    protected_instance: {
      server_group_id: client.group('erp-dr').id,
      server_id: client.server(server).id,
      name: 'ok',
      ...change,
    },
  });

  test.each([
    ['SDRS.0207', 'a malformed group', 'crm-app01', { server_group_id: 'x' }],
    ['SDRS.1013', 'an unknown group', 'crm-app01', { server_group_id: UNKNOWN_ID }],
    ['SDRS.0210', 'a malformed server', 'crm-app01', { server_id: 'x' }],
    ['SDRS.1326', 'an unknown server', 'crm-app01', { server_id: UNKNOWN_ID }],
    ['SDRS.1303', 'a server in the other zone', 'remote-app01', {}],
    ['SDRS.1305', 'a protected server', 'erp-app01', {}],
    ['SDRS.1356', 'a GPU server', 'test-gpu01', {}],
    ['SDRS.1353', 'a GPU flavor for the DR server', 'crm-app01', { flavorRef: 'g6.xlarge.4' }],
    ['SDRS.1380', 'an address without a subnet', 'crm-app01', { primary_ip_address: '10.0.0.99' }],
    ['SDRS.1335', 'an unknown subnet', 'crm-app01', { primary_subnet_id: UNKNOWN_ID }],
    ['SDRS.0219', 'a malformed address', 'crm-app01', { primary_ip_address: '10.0.0' }],
    ['SDRS.0228', 'another tenancy', 'crm-app01', { tenancy: 'rented' }],
    [
      'SDRS.2209',
      'a tag twice',
      'crm-app01',
      {
        tags: [
          { key: 'a', value: '' },
          { key: 'a', value: '' },
        ],
      },
    ],
    ['SDRS.2202', 'a tag key with a comma', 'crm-app01', { tags: [{ key: 'a,b', value: '' }] }],
  ])('is %s for %s', async (code, _reason, server, change) => {
    expect(codeOf(await client.call('POST', '/protected-instances', order(server, change)))).toEqual([
      400,
      code,
    ]);
  });

  test('is refused in a failed-over group and for a server in an odd power state', async () => {
    const inMail = order('crm-app01', { server_group_id: client.group('mail-dr').id });
    expect(codeOf(await client.call('POST', '/protected-instances', inMail))).toEqual([400, 'SDRS.1024']);
    await client.control('PATCH', `/servers/${client.server('hr-app01').id}`, { powerState: 'REBOOT' });
    expect(codeOf(await client.call('POST', '/protected-instances', order('hr-app01')))).toEqual([
      400,
      'SDRS.1333',
    ]);
  });
});

describe('a pair that cannot be made or changed', () => {
  const order = (volume: string, change: object = {}) => ({
    replication: {
      server_group_id: client.group('erp-dr').id,
      volume_id: client.volume(volume).id,
      name: 'ok',
      ...change,
    },
  });

  test.each([
    ['SDRS.0211', 'a malformed disk', 'archive-01', { volume_id: 'x' }],
    ['SDRS.1801', 'an unknown disk', 'archive-01', { volume_id: UNKNOWN_ID }],
    ['SDRS.1801', 'a disk in use', 'crm-app01-disk1', {}],
    ['SDRS.1802', 'an encrypted disk', 'secret-01', {}],
    ['SDRS.1810', 'a disk in the other zone', 'remote-01', {}],
    ['SDRS.1811', 'a disk in a pair', 'erp-app01-disk0', {}],
  ])('is %s for %s', async (code, _reason, volume, change) => {
    expect(codeOf(await client.call('POST', '/replications', order(volume, change)))).toEqual([400, code]);
  });

  test('an attached pair is not deleted, attached again or shrunk', async () => {
    const [pair] = client.pairsOf('erp-dr');
    const path = `/replications/${pair?.id}`;
    expect(codeOf(await client.call('DELETE', path, { replication: {} }))).toEqual([400, 'SDRS.1605']);
    expect(codeOf(await client.call('DELETE', path, {}))).toEqual([400, 'SDRS.0201']);
    const smaller = { 'extend-replication': { new_size: 10 } };
    expect(codeOf(await client.call('POST', `${path}/action`, smaller))).toEqual([400, 'SDRS.0201']);
    const instance = `/protected-instances/${client.instance('erp-db01').id}`;
    const attachment = { replicationAttachment: { replication_id: pair?.id, device: '/dev/vdz' } };
    expect(codeOf(await client.call('POST', `${instance}/attachreplication`, attachment))).toEqual([
      400,
      'SDRS.1605',
    ]);
    expect(codeOf(await client.call('DELETE', `${instance}/detachreplication/${pair?.id}`))).toEqual([
      400,
      'SDRS.1604',
    ]);
  });
});

test('a NIC is refused in an unknown subnet, and the primary one stays', async () => {
  const path = `/protected-instances/${client.instance('erp-app01').id}/nic`;
  const [nic] = client.server('erp-app01').nics;
  expect(codeOf(await client.call('POST', path, { subnet_id: UNKNOWN_ID }))).toEqual([400, 'SDRS.1335']);
  expect(codeOf(await client.call('POST', `${path}/delete`, { nic_id: nic?.id }))).toEqual([
    400,
    'SDRS.1311',
  ]);
  expect(codeOf(await client.call('POST', `${path}/delete`, { nic_id: UNKNOWN_ID }))).toEqual([
    400,
    'SDRS.1310',
  ]);
});

test('a drill is refused in the VPC of its group and in one that does not exist', async () => {
  const order = (vpc: string | undefined) => ({
    disaster_recovery_drill: { server_group_id: client.group('erp-dr').id, name: 'drill', drill_vpc_id: vpc },
  });
  const send = (vpc: string | undefined) => client.call('POST', '/disaster-recovery-drills', order(vpc));
  expect(codeOf(await send(client.group('erp-dr').vpc_id))).toEqual([400, 'SDRS.1907']);
  expect(codeOf(await send(UNKNOWN_ID))).toEqual([400, 'SDRS.1928']);
});

describe('a list with wrong parameters', () => {
  const ids = encodeURIComponent(JSON.stringify(Array.from({ length: 31 }, () => UNKNOWN_ID)));
  test.each([
    ['server-groups?limit=1001', 'SDRS.0221'],
    ['server-groups?limit=ten', 'SDRS.0221'],
    ['replications?offset=-1', 'SDRS.0222'],
    ['protected-instances?offset=x', 'SDRS.0222'],
    ['protected-instances?server_group_id=x', 'SDRS.0207'],
    ['server-groups?status=odd', 'SDRS.0209'],
    ['replications?status=odd', 'SDRS.0214'],
    [`protected-instances?protected_instance_ids=${ids}`, 'SDRS.0226'],
  ])('%s is %s', async (path, code) => {
    expect(codeOf(await client.call('GET', `/${path}`))).toEqual([400, code]);
  });

  test('a limit of 0 and 1000 passes unless the setting is strict', async () => {
    const statusOf = async (limit: number) =>
      (await client.call('GET', `/server-groups?limit=${limit}`)).status;
    expect([await statusOf(0), await statusOf(1000)]).toEqual([200, 200]);
    await client.control('PATCH', '/settings', { strictLimit: true });
    expect([await statusOf(0), await statusOf(999), await statusOf(1000)]).toEqual([400, 200, 400]);
    await client.control('PATCH', '/settings', { strictLimit: false });
  });
});

describe('the wrapper of an error', () => {
  test.each([
    ['badrequest', { badrequest: { code: 'SDRS.1013' } }],
    ['itemNotFound', { itemNotFound: { code: 'SDRS.1013' } }],
    ['gateway', { error_code: 'SDRS.1013' }],
    ['error', { error: { code: 'SDRS.1013' } }],
  ])('can be %s', async (wrapper, body) => {
    await client.control('PATCH', '/settings', { errorWrapper: wrapper });
    const answer = await client.call('GET', `/server-groups/${UNKNOWN_ID}`);
    expect([answer.status, answer.body]).toMatchObject([400, body]);
  });

  test('can be a page of HTML', async () => {
    await client.control('PATCH', '/settings', { errorWrapper: 'html' });
    const answer = await client.call('GET', `/server-groups/${UNKNOWN_ID}`);
    expect(answer.headers.get('content-type')).toContain('text/html');
    await client.control('PATCH', '/settings', { errorWrapper: 'error' });
  });
});
