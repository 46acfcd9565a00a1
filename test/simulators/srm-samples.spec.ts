import { Bench, GROUPS, LOCAL, PAIRING, PLANS, word } from './srm-bench.js';
import { shapeOf } from './shape.js';

const SRM = '33333333-cccc-4ccc-8ccc-333333333333';
const VC = '11111111-aaaa-4aaa-8aaa-111111111111';
const V1 = '/api/rest/srm/v1';
const PLAN_ID = `DrRecoveryRecoveryPlan:5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11:${SRM}`;

const server = (name: string) => ({
  id: VC,
  url: 'https://vc-a.example:443',
  name,
  server_status: 'OK',
  version: '8.0.3',
});

const META = { errors: [] };
const page = (total: number) => ({
  errors: [],
  total,
  offset: 0,
  limit: 100,
  links: { self: { href: 'https://srm-a.example/api/rest/srm/v2/pairings' }, next: null, previous: null },
});

const TASK = {
  id: `DrTask:task-1:${SRM}`,
  description: 'Reprotect',
  description_id: 'opaque',
  entity: PLAN_ID,
  entity_name: 'erp-plan',
  status: 'RUNNING',
  error: null,
  progress: 40,
  queued_time: 1767225600000,
  start_time: 1767225600500,
  complete_time: null,
};

const DIRECTION = {
  protected_site_name: 'site-a',
  recovery_site_name: 'site-b',
  protected_vc_guid: VC,
  recovery_vc_guid: VC,
};

const running = async (bench: Bench): Promise<string> => {
  await bench.run('erp-plan', 'recovery', { planned_failover: true });
  const { body } = await bench.start('erp-plan', 'reprotect', { forced: false });
  bench.advance(5_000);
  return word(body, 'id');
};

interface Sample {
  section: string;
  sample: object | undefined;
  answer: (bench: Bench) => Promise<unknown>;
  /** Fields beyond those of the sample that its structure allows and the answer has. */
  more?: string[];
}

const SAMPLES: Sample[] = [
  {
    section: '3.2 a session',
    sample: { session_id: 'opaque' },
    answer: async (bench) =>
      (await bench.post('/session', undefined, { headers: { authorization: LOCAL } })).body,
  },
  {
    section: '3.2 who am I',
    sample: { username: 'administrator@vsphere.local' },
    answer: async (bench) => (await bench.get('/session')).body,
  },
  {
    section: '3.3 pairings, with a next link that is there and null',
    sample: {
      list: [
        {
          pairing_id: '7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01',
          local_vc_server: server('vc-a.example'),
          remote_vc_server: server('vc-b.example'),
          local_srm_server: server('site-a'),
          remote_srm_server: server('site-b'),
        },
      ],
      _meta: page(1),
    },
    answer: async (bench) => (await bench.get('/pairings')).body,
    more: ['certificates', 'certificate_warnings'],
  },
  {
    section: '3.4 a protection group',
    sample: {
      id: `DrReplicationVmProtectionGroup:vm-protection-group-1001:${SRM}`,
      name: 'erp',
      description: null,
      ...DIRECTION,
      location: `DrFolder:DrReplicationRootFolder:${SRM}`,
      location_name: 'Protection Groups',
      total_vms: 2,
      replication_type: 'HBR',
      recovery_status: 'READY',
      status: 'OK',
      array_pair: null,
      domain_id: null,
      _meta: META,
    },
    answer: async (bench) => (await bench.get(bench.groupPath('erp'))).body,
  },
  {
    section: '3.7 a recovery plan',
    sample: {
      id: PLAN_ID,
      status: 'READY_STATE',
      name: 'erp-plan',
      description: null,
      ...DIRECTION,
      location: `DrFolder:DrRecoveryRootFolder:${SRM}`,
      location_name: 'Recovery Plans',
      progress: 0,
      is_running: false,
      _meta: META,
    },
    answer: async (bench) => (await bench.get(bench.planPath('erp-plan'))).body,
  },
  {
    section: '5 a task in v2: integer milliseconds',
    sample: { ...TASK, _meta: META },
    answer: async (bench) => (await bench.get(`/tasks/${await running(bench)}`)).body,
  },
  {
    section: '5 and 0.9 a task in v1: times are strings',
    sample: {
      ...TASK,
      queued_time: '2026-01-01T00:00:00.000Z',
      start_time: '2026-01-01T00:00:00.500Z',
      _meta: META,
    },
    answer: async (bench) => (await bench.get(`/tasks/${await running(bench)}`, { base: V1 })).body,
  },
  {
    section: '0.6 the result of a create: a moref string',
    sample: { ...TASK, entity: null, complete_time: 1767225600500, result: PLAN_ID, _meta: META },
    answer: async (bench) => {
      const plan = { name: 'new-plan', protected_vc_guid: bench.sim.state.sites.a.vc.id };
      const { body } = await bench.post(PLANS, plan);
      bench.advance(10_000);
      return (await bench.get(`/tasks/${word(body, 'id')}`)).body;
    },
  },
  {
    section: '10 accepted, as the page of v1 shows it',
    sample: {
      ...TASK,
      status: 'QUEUED',
      queued_time: '2026-01-01T00:00:00.000Z',
      start_time: null,
      _meta: META,
    },
    answer: async (bench) => {
      await bench.run('erp-plan', 'recovery', { planned_failover: true });
      const path = `${bench.planPath('erp-plan')}/actions/reprotect`;
      return (await bench.post(path, { forced: false }, { base: V1 })).body;
    },
  },
  {
    section: '6.1 and 10 a bad request',
    sample: { error_code: 'Text', message: 'It went wrong.', op_id: SRM },
    answer: async (bench) => (await bench.start('erp-plan', 'reprotect')).body,
  },
  {
    section: '6.1 and 10 forbidden',
    sample: { error_code: 'Text', message: 'It went wrong.', op_id: SRM },
    answer: async (bench) => {
      await bench.logIn({ remote: false });
      return (await bench.start('erp-plan', 'test')).body;
    },
  },
  {
    section: '6.1 and 10 unauthorised: no body',
    sample: undefined,
    answer: async (bench) => (await bench.get('/tasks', { headers: { 'x-dr-session': 'x' } })).body,
  },
  {
    section: '6.1 and 10 not found: no body',
    sample: undefined,
    answer: async (bench) => (await bench.get(`${GROUPS}/nobody`)).body,
  },
  {
    section: '6.1 a failed task',
    sample: {
      ...TASK,
      status: 'ERROR',
      error: { message: 'It went wrong.', details: 'Simulated failure.' },
      complete_time: 1767225600500,
      _meta: META,
    },
    answer: async (bench) => {
      await bench.control('POST', '/fail-next', {});
      return bench.run('erp-plan', 'test');
    },
  },
  {
    section: '3.11 a history report',
    sample: {
      plan_name: 'erp-plan',
      username: 'administrator@vsphere.local',
      operation_type: 'TEST',
      start_time_ms: 1767225600500,
      human_friendly_duration: '40 s',
      duration_ms: 40_000,
      result_state: 'SUCCESS',
      error_count: 0,
      warning_count: 0,
      run_key: 2001,
      errors_list: [],
      warnings_list: [],
      _meta: META,
    },
    answer: async (bench) => {
      await bench.run('erp-plan', 'test');
      const key = bench.sim.state.history[0]?.runKey;
      return (await bench.get(`${bench.planPath('erp-plan')}/history-reports/${key}`)).body;
    },
  },
  {
    section: '3.12 an issue',
    sample: {
      list: [
        {
          entity: `VirtualMachine:vm-36:${VC}`,
          entity_name: 'archive-2',
          description: 'Not protected.',
          timestamp: 1767225600500,
          status: 'WARNING',
          issue_type: 'PROTECTION_GROUP',
        },
      ],
      _meta: page(1),
    },
    answer: async (bench) => (await bench.get(`${bench.groupPath('archive')}/issues`)).body,
  },
];

/** The answer without the fields that its sample leaves out. */
function without(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, names));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, names)]));
}

describe("beside the documented samples, the simulated SRM's answers", () => {
  let bench: Bench;
  beforeEach(async () => (bench = await Bench.open()));
  afterEach(() => bench.close());

  it.each(SAMPLES)('look like $section', async ({ sample, answer, more = [] }) => {
    expect(shapeOf(without(await answer(bench), more))).toEqual(shapeOf(sample));
  });

  it('are compared with 16 samples', () => expect(SAMPLES).toHaveLength(16));

  it('have a path through the pairing that the documents print without its base', async () => {
    expect((await bench.get(PAIRING, { base: '' })).status).toBe(404);
    expect((await bench.get(PAIRING)).status).toBe(200);
  });
});
