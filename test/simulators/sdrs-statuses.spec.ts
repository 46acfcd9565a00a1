import { SdrsClient, type Answer } from './sdrs-client.js';

/** The statuses as the tables 4.2, 4.3 and 4.4 list them, written down here once more. */
const ALL =
  `creating available deleting error-deleting error nic-creating nic-deleting starting error-starting protected
  reversing failing-over failed-over reprotecting stopping error-stopping error-reversing error-failing-over
  error-reprotecting resizing error-resizing invalid fault extending error-extending attaching detaching error-attaching
  error-detaching`.split(/\s+/);
const SETTLED =
  `available protected failed-over error-starting error-stopping error-reversing error-failing-over
  error-deleting error-reprotecting invalid fault`.split(/\s+/);

const PAIR_ONLY = [
  'extending',
  'attaching',
  'detaching',
  'error-extending',
  'error-attaching',
  'error-detaching',
];
const INSTANCE_ONLY = ['nic-creating', 'nic-deleting', 'resizing', 'error-resizing'];
const INSTANCE = ALL.filter((status) => !PAIR_ONLY.includes(status));
const PAIR = ALL.filter((status) => !INSTANCE_ONLY.includes(status));
const DRILL = ['creating', 'available', 'deleting', 'error-deleting', 'error'];

let client: SdrsClient;
beforeEach(async () => {
  client = await SdrsClient.start();
});
afterEach(() => client.close());

interface Row {
  operation: string;
  kind: 'instances' | 'pairs' | 'drills';
  statuses: string[];
  allowed: string[];
  refusal: string;
  run: (id: string) => Promise<Answer>;
}

const instance = (id: string) => `/protected-instances/${id}`;

const ROWS: Row[] = [
  {
    operation: 'deleting an instance',
    kind: 'instances',
    statuses: INSTANCE,
    allowed: [...SETTLED, 'error', 'error-resizing'],
    refusal: 'SDRS.1301',
    run: (id) => client.call('DELETE', instance(id), {}),
  },
  {
    operation: 'adding a NIC',
    kind: 'instances',
    statuses: INSTANCE,
    allowed: ['available', 'protected'],
    refusal: 'SDRS.1327',
    run: (id) =>
      client.call('POST', `${instance(id)}/nic`, { subnet_id: client.state.vpcs[0]?.subnets[0]?.id }),
  },
  {
    operation: 'resizing an instance',
    kind: 'instances',
    statuses: INSTANCE,
    allowed: ['available', 'protected', 'error-resizing'],
    refusal: 'SDRS.1328',
    run: (id) => client.call('POST', `${instance(id)}/resize`, { resize: { flavorRef: 's3.4xlarge.2' } }),
  },
  {
    operation: 'detaching a pair',
    kind: 'pairs',
    statuses: PAIR,
    allowed: [...SETTLED, 'error-attaching', 'error-detaching', 'error-extending'],
    refusal: 'SDRS.1601',
    run: (id) =>
      client.call('DELETE', `${instance(client.instance('erp-app01').id)}/detachreplication/${id}`),
  },
  {
    operation: 'deleting an unattached pair',
    kind: 'pairs',
    statuses: PAIR,
    allowed: [...SETTLED, 'error', 'error-attaching', 'error-extending'],
    refusal: 'SDRS.1601',
    run: async (id) => {
      await client.control('PATCH', `/pairs/${id}`, { attachment: [] });
      return client.call('DELETE', `/replications/${id}`, { replication: {} });
    },
  },
  {
    operation: 'extending a pair',
    kind: 'pairs',
    statuses: PAIR,
    allowed: ['available', 'protected', 'error-extending'],
    refusal: 'SDRS.1601',
    run: (id) =>
      client.call('POST', `/replications/${id}/action`, { 'extend-replication': { new_size: 500 } }),
  },
  {
    operation: 'deleting a drill',
    kind: 'drills',
    statuses: DRILL,
    allowed: ['available', 'error', 'error-deleting'],
    refusal: 'SDRS.1913',
    run: (id) => client.call('DELETE', `/disaster-recovery-drills/${id}`),
  },
];

test.each(ROWS)('$operation is accepted in exactly the documented statuses', async (row) => {
  for (const status of row.statuses) {
    await client.control('POST', '/reset');
    await client.logIn();
    const answer = await row.run(await resourceIn(row.kind, status));
    if (row.allowed.includes(status)) expect([status, answer.status]).toEqual([status, 200]);
    else expect([status, answer.status, answer.body.error?.code]).toEqual([status, 400, row.refusal]);
  }
});

test.each(['nic-creating', 'resizing', 'deleting'])(
  'a group action is refused while an instance is %s',
  async (status) => {
    await client.control('PATCH', `/instances/${client.instance('erp-app01').id}`, { status });
    const path = `/server-groups/${client.group('erp-dr').id}/action`;
    expect((await client.call('POST', path, { 'stop-server-group': {} })).body.error?.code).toBe('SDRS.1328');
  },
);

test('an instance mended after a failed resize takes the status of its group', async () => {
  const { id } = client.instance('erp-app01');
  const resize = () =>
    client.call('POST', `${instance(id)}/resize`, { resize: { flavorRef: 's3.4xlarge.2' } });
  await client.control('POST', '/fail-next', { action: 'resize-protected-instance' });
  await client.finished(await resize());
  expect(client.instance('erp-app01').status).toBe('error-resizing');
  await client.finished(await resize());
  expect(client.instance('erp-app01').status).toBe('protected');
});

async function resourceIn(kind: Row['kind'], status: string): Promise<string> {
  if (kind === 'drills') {
    const disaster_recovery_drill = { server_group_id: client.group('erp-dr').id, name: 'drill' };
    await client.done('POST', '/disaster-recovery-drills', { disaster_recovery_drill });
  }
  const [first] = client.state[kind];
  await client.control('PATCH', `/${kind}/${first?.id}`, { status });
  return first?.id ?? '';
}
