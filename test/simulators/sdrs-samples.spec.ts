import { list, SdrsClient, text, type Json } from './sdrs-client.js';
import { shapeOf } from './shape.js';

const ID = '2b8f6f2e-9c1d-4a56-9a3e-0f6f1f6e7a11';
const TWO_IDS = `${ID},388b6f2e-9c1d-4a56-9a3e-0f6f1f6e7a12`;
const JOB = 'ff8080826b45d4a5016b5036242c0025';

/** The documented samples by their sections, each with how the simulator is brought to answer the like. */
interface Sample {
  section: string;
  sample: object;
  answer: (client: SdrsClient) => Promise<unknown>;
}

const INSTANCE = {
  id: ID,
  name: 'app01',
  description: null,
  server_group_id: ID,
  status: 'protected',
  progress: 100,
  source_server: ID,
  target_server: ID,
  created_at: '2030-01-02 03:05:00.258',
  updated_at: '2030-01-02 03:07:59.853',
  priority_station: 'source',
  attachment: [{ replication: ID, device: '/dev/vda' }],
  tags: [{ key: 'tier', value: 'app' }],
  metadata: {},
};

const JOB_HEAD = {
  job_id: JOB,
  job_type: 'stopProtectionGroupNoCG',
  status: 'SUCCESS',
  begin_time: '2030-01-02T03:04:53.930Z',
  end_time: '2030-01-02T03:05:01.946Z',
  error_code: null,
  fail_reason: null,
};

const one = (client: SdrsClient, path: string) => client.read(path);
const groupPath = (client: SdrsClient, name = 'erp-dr') => `/server-groups/${client.group(name).id}`;
const act = (client: SdrsClient, body: object) => client.call('POST', `${groupPath(client)}/action`, body);

const SAMPLES: Sample[] = [
  {
    section: '1.2 an IAM token',
    sample: {
      token: {
        methods: ['password'],
        issued_at: '2030-01-02T03:04:05.123456Z',
        expires_at: '2030-01-03T03:04:05.123456Z',
        user: { id: JOB, name: 'ops', domain: { id: JOB, name: 'account' }, password_expires_at: '' },
        project: { id: JOB, name: 'eu-de', domain: { id: JOB, name: 'account' } },
        roles: [{ id: JOB, name: 'te_admin' }],
        catalog: [
          {
            id: JOB,
            name: 'iam',
            type: 'identity',
            endpoints: [{ id: JOB, interface: 'public', region: '*', region_id: '*', url: 'http://iam/v3' }],
          },
        ],
      },
    },
    answer: async (client) => (await client.logIn()).body,
  },
  {
    section: '1.3 projects',
    sample: {
      projects: [
        {
          id: JOB,
          name: 'eu-de',
          domain_id: JOB,
          parent_id: JOB,
          enabled: true,
          is_domain: false,
          description: '',
          links: { self: 'https://iam/v3/projects/x' },
        },
      ],
      links: { self: 'https://iam/v3/projects', previous: null, next: null },
    },
    answer: async (client) =>
      (await client.raw('GET', '/v3/projects', undefined, { 'X-Auth-Token': client.token })).body,
  },
  {
    section: '1.4 IAM, bad password: the code is a number',
    sample: { error: { code: 401, message: 'The user or password is wrong.', title: 'Unauthorized' } },
    answer: async (client) =>
      (
        await client.raw('POST', '/v3/auth/tokens', {
          auth: { identity: { methods: ['password'], password: { user: { name: 'x' } } } },
        })
      ).body,
  },
  {
    section: '1.4 the gateway before SDRS',
    sample: {
      error_msg: 'Incorrect IAM authentication information: x',
      error_code: 'APIGW.0301',
      request_id: JOB,
    },
    answer: async (client) => (await client.raw('GET', `/v1/${JOB}/server-groups`)).body,
  },
  {
    section: '3.1 API versions',
    sample: {
      versions: [
        {
          id: 'v1',
          links: [{ rel: 'self', href: 'https://sdrs/v1' }],
          version: '',
          min_version: '',
          status: 'CURRENT',
          updated: '2018-05-30T15:00:00Z',
        },
      ],
    },
    answer: async (client) => (await client.raw('GET', '/')).body,
  },
  {
    section: '3.2 active-active domains',
    sample: {
      domains: [
        {
          id: ID,
          name: 'AA-domain-1',
          description: 'az1-az2',
          sold_out: false,
          local_replication_cluster: { availability_zone: 'eu-de-01' },
          remote_replication_cluster: { availability_zone: 'eu-de-02' },
        },
      ],
    },
    answer: (client) => one(client, '/active-domains'),
  },
  {
    section: '3.3 a protection group',
    sample: {
      server_group: {
        id: ID,
        name: 'erp-dr',
        description: 'op:01J…',
        status: 'protected',
        progress: 100,
        source_availability_zone: 'eu-de-01',
        target_availability_zone: 'eu-de-02',
        domain_id: ID,
        domain_name: 'AA-domain-1',
        protected_status: null,
        replication_status: null,
        health_status: null,
        priority_station: 'source',
        protected_instance_num: 2,
        replication_num: 3,
        disaster_recovery_drill_num: 0,
        source_vpc_id: ID,
        target_vpc_id: ID,
        test_vpc_id: null,
        dr_type: 'migration',
        server_type: 'ECS',
        created_at: '2030-01-02 03:04:05.413',
        updated_at: '2030-01-02 03:09:10.86',
        protection_type: 'replication-pair',
        replication_model: null,
      },
    },
    answer: (client) => one(client, groupPath(client)),
  },
  {
    section: '3.4 a protected instance',
    sample: { protected_instance: INSTANCE },
    answer: (client) => one(client, `/protected-instances/${client.instance('erp-app01').id}`),
  },
  {
    section: '3.5 a replication pair',
    sample: {
      replication: {
        id: ID,
        name: 'app01-vda',
        description: null,
        replication_model: 'hypermetro',
        status: 'protected',
        progress: 100,
        replication_status: 'active',
        attachment: [{ device: '/dev/vda', protected_instance: ID }],
        server_group_id: ID,
        volume_ids: TWO_IDS,
        priority_station: 'source',
        fault_level: '0',
        created_at: '2030-01-02T03:05:24.108526',
        updated_at: '2030-01-02T03:07:28.322873',
        record_metadata: { multiattach: false, bootable: true, volume_size: 40, volume_type: 'SAS' },
      },
    },
    answer: (client) => one(client, `/replications/${client.pairsOf('erp-dr')[0]?.id}`),
  },
  {
    section: '3.6 a drill',
    sample: {
      disaster_recovery_drill: {
        id: ID,
        name: 'drill-2030-01',
        status: 'available',
        server_group_id: ID,
        drill_vpc_id: ID,
        created_at: '2030-01-02 06:41:58.681',
        updated_at: '2030-01-02 06:49:14.677',
        drill_servers: [{ protected_instance: ID, drill_server_id: ID }],
      },
    },
    answer: async (client) => {
      const drill = { server_group_id: client.group('erp-dr').id, name: 'drill-2030-01' };
      const job = await client.done('POST', '/disaster-recovery-drills', { disaster_recovery_drill: drill });
      return one(client, `/disaster-recovery-drills/${text(job.entities?.disaster_recovery_drill_id)}`);
    },
  },
  {
    section: '3.7 tags of an instance',
    sample: { tags: [{ key: 'tier', value: 'app' }] },
    answer: (client) => one(client, `/protected-instances/${client.instance('erp-app01').id}/tags`),
  },
  {
    section: '3.7 tags of the project',
    sample: { tags: [{ key: 'tier', values: ['app', 'db'] }] },
    answer: (client) => one(client, '/protected-instances/tags'),
  },
  {
    section: '3.7 instances by tag',
    sample: {
      resources: [
        {
          resource_id: ID,
          resource_name: 'app01',
          resource_detail: INSTANCE,
          tags: [{ key: 'tier', value: 'app' }],
        },
      ],
      total_count: 1,
    },
    answer: async (client) =>
      (
        await client.call('POST', '/protected-instances/resource_instances/action', {
          action: 'filter',
          tags: [{ key: 'tier', values: ['app'] }],
        })
      ).body,
  },
  {
    section: '3.8 quotas',
    sample: { quotas: { resources: [{ type: 'server_groups', used: 3, quota: 50, min: 0, max: -1 }] } },
    answer: (client) => one(client, '/sdrs/quotas'),
  },
  {
    section: '3.9 failed tasks',
    sample: {
      failure_jobs: [
        {
          job_status: 'FAIL',
          resource_id: ID,
          resource_name: 'app01',
          resource_type: 'protected_instances',
          failure_status: 'createFail',
          job_id: JOB,
          job_type: 'createProtectedInstanceNoCG',
          begin_time: '2030-01-02T03:05:00.000Z',
          error_code: 'EVS.2024',
          fail_reason: 'no such luck',
        },
      ],
      count: 1,
    },
    answer: async (client) => {
      await client.control('POST', '/fail-next', { errorCode: 'EVS.2024' });
      await client.finished(await act(client, { 'stop-server-group': {} }));
      return one(client, '/task-center/failure-jobs');
    },
  },
  {
    section: '3.10 RPO statistics',
    sample: {
      resource_rpo_statistics: [
        {
          id: ID,
          point_time: '2030-01-02 03:04',
          resource_num: 1,
          resource_type: 'replication',
          created_at: '2030-01-02 03:04:05.413',
          updated_at: '2030-01-02 03:04:05.413',
        },
      ],
      count: 2,
    },
    answer: (client) => one(client, '/resource/rpo-statistics'),
  },
  {
    section: '5.1 a finished group job: nothing but sub jobs in its entities',
    sample: { ...JOB_HEAD, entities: { sub_jobs: [{ ...JOB_HEAD, entities: { server_group_id: ID } }] } },
    answer: async (client) => client.finished(await act(client, { 'stop-server-group': {} })),
  },
  {
    section: '5.2 accepted work',
    sample: { job_id: JOB },
    answer: async (client) => (await act(client, { 'failover-server-group': {} })).body,
  },
  {
    section: '5.2 a finished pair job: strings only',
    sample: { ...JOB_HEAD, entities: { replication_pair_id: ID, volume_ids: TWO_IDS } },
    answer: (client) => {
      const replication = {
        server_group_id: client.group('erp-dr').id,
        volume_id: client.volume('archive-01').id,
        name: 'archive',
      };
      return client.done('POST', '/replications', { replication });
    },
  },
  {
    section: '6.1 a refusal, and 6.4 not found',
    sample: { error: { message: 'The group does not exist.', code: 'SDRS.1013' } },
    answer: async (client) => (await client.call('GET', `/server-groups/${ID}`)).body,
  },
  {
    section: '6.1 the wrapper of the API pages',
    sample: { badrequest: { message: 'The group does not exist.', code: 'SDRS.1013' } },
    answer: async (client) => {
      await client.control('PATCH', '/settings', { errorWrapper: 'badrequest' });
      return (await client.call('GET', `/server-groups/${ID}`)).body;
    },
  },
  {
    section: '9 an unknown job',
    sample: { itemNotFound: { message: 'The job does not exist.', code: 'SDRS.0408' } },
    answer: async (client) => (await client.call('GET', `/jobs/${JOB}`)).body,
  },
];

describe("beside the documented samples, the simulated SDRS's answers", () => {
  let client: SdrsClient;
  beforeEach(async () => (client = await SdrsClient.start()));
  afterEach(() => client.close());

  it.each(SAMPLES)('look like $section', async ({ sample, answer }) => {
    expect(shapeOf(await answer(client))).toEqual(shapeOf(sample));
  });

  it('are compared with 22 samples', () => expect(SAMPLES).toHaveLength(22));

  it('wrap lists with their count, except that of the domains', async () => {
    const lists = ['server-groups', 'protected-instances', 'replications', 'disaster-recovery-drills'];
    for (const name of lists) {
      const body: Json = await client.read(`/${name}`);
      expect(Object.keys(body)).toEqual([name.replaceAll('-', '_'), 'count']);
      expect(body.count).toBe(list(body[name.replaceAll('-', '_')]).length);
    }
  });
});
