import { GROUP_ACTIONS } from '../../simulators/sdrs/transitions.js';
import { GROUP_STATUSES } from '../../simulators/sdrs/statuses.js';
import { SdrsClient, list, text } from './sdrs-client.js';

/** The refusals that mean "the group is in no state for this" (6.5). */
const STATE_FAMILY = /^SDRS\.(1002|1017|1018|1019|102[0-4]|1319|1342|1352|1830)$/;

const BODIES = {
  start: { 'start-server-group': {} },
  stop: { 'stop-server-group': {} },
  failover: { 'failover-server-group': {} },
  reverse: { 'reverse-server-group': { priority_station: 'target' } },
} as const;

/** The full matrix of 4.1: status → action → [during, after success, after failure]. Absent = refused. */
const MATRIX: Record<string, Partial<Record<keyof typeof BODIES | 'delete', [string, string, string]>>> = {
  creating: {},
  deleting: {},
  starting: {},
  stopping: {},
  reprotecting: {},
  reversing: {},
  'failing-over': {},
  available: {
    start: ['starting', 'protected', 'error-starting'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'error-starting': {
    start: ['starting', 'protected', 'error-starting'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  protected: {
    stop: ['stopping', 'available', 'error-stopping'],
    failover: ['failing-over', 'failed-over', 'error-failing-over'],
    reverse: ['reversing', 'protected', 'error-reversing'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'error-stopping': {
    stop: ['stopping', 'available', 'error-stopping'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'error-reversing': {
    failover: ['failing-over', 'failed-over', 'error-failing-over'],
    reverse: ['reversing', 'protected', 'error-reversing'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'error-failing-over': {
    failover: ['failing-over', 'failed-over', 'error-failing-over'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'failed-over': {
    start: ['reprotecting', 'protected', 'error-reprotecting'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  'error-reprotecting': {
    start: ['reprotecting', 'protected', 'error-reprotecting'],
    delete: ['deleting', 'gone', 'error-deleting'],
  },
  error: { delete: ['deleting', 'gone', 'error-deleting'] },
  'error-deleting': { delete: ['deleting', 'gone', 'error-deleting'] },
};

const ACTIONS = ['start', 'stop', 'failover', 'reverse', 'delete'] as const;
const CELLS = Object.keys(MATRIX).flatMap((status) => ACTIONS.map((action) => ({ status, action })));

describe('a protection group in each of its statuses', () => {
  let client: SdrsClient;
  beforeEach(async () => {
    client = await SdrsClient.start();
  });
  afterEach(() => client.close());

  /** Deletion wants an empty group, the other actions one with pairs. */
  async function groupIn(status: string, action: (typeof ACTIONS)[number]): Promise<string> {
    const { id } = client.group(action === 'delete' ? 'lab-empty' : 'erp-dr');
    await client.control('PATCH', `/groups/${id}`, { status });
    return id;
  }

  function act(id: string, action: (typeof ACTIONS)[number]) {
    return action === 'delete'
      ? client.call('DELETE', `/server-groups/${id}`)
      : client.call('POST', `/server-groups/${id}/action`, BODIES[action]);
  }

  test('there are 17 statuses', () => {
    expect(Object.keys(MATRIX).sort()).toEqual([...GROUP_STATUSES].sort());
    expect(CELLS).toHaveLength(85);
  });

  const allowed = CELLS.filter(({ status, action }) => MATRIX[status]?.[action]);
  const refused = CELLS.filter(({ status, action }) => !MATRIX[status]?.[action]);

  test.each(allowed)('$status: $action goes through its statuses to success', async ({ status, action }) => {
    const id = await groupIn(status, action);
    const [during, after] = MATRIX[status]?.[action] ?? [];
    const accepted = await act(id, action);
    expect(accepted.status).toBe(200);
    expect((await client.call('GET', `/server-groups/${id}`)).body.server_group?.status).toBe(during);
    const job = await client.finished(accepted);
    expect(job.status).toBe('SUCCESS');
    const read = await client.call('GET', `/server-groups/${id}`);
    if (after === 'gone') expect(read.body.error?.code).toBe('SDRS.1013');
    else expect(read.body.server_group?.status).toBe(after);
  });

  test.each(allowed)('$status: $action that fails ends in its error status', async ({ status, action }) => {
    const id = await groupIn(status, action);
    await client.control('POST', '/fail-next', { groupId: id });
    const job = await client.finished(await act(id, action));
    expect(job.status).toBe('FAIL');
    const { server_group: group } = (await client.call('GET', `/server-groups/${id}`)).body;
    expect(group?.status).toBe(MATRIX[status]?.[action]?.[2]);
  });

  test.each(refused)('$status: $action is refused and begins no job', async ({ status, action }) => {
    const id = await groupIn(status, action);
    const before = client.jobs;
    const answer = await act(id, action);
    expect(answer.status).toBe(400);
    expect(answer.body.error?.code).toMatch(STATE_FAMILY);
    expect(client.jobs).toBe(before);
    expect(client.site.simulator.journal.executions()).toEqual([]);
    expect((await client.call('GET', `/server-groups/${id}`)).body.server_group?.status).toBe(status);
  });

  test('every action carries all instances and pairs through the same statuses', async () => {
    const { id } = client.group('erp-dr');
    const story = [
      ['stop', 'stop'],
      ['start', 'enable'],
      ['reverse', 'reverse'],
      ['failover', 'failover'],
      ['start', 'reprotect'],
    ] as const;
    for (const [action, operation] of story) {
      const accepted = await act(id, action);
      expect(accepted.status).toBe(200);
      expect(await memberStatuses(id)).toEqual([GROUP_ACTIONS[operation].during]);
      await client.finished(accepted);
      expect(await memberStatuses(id)).toEqual([GROUP_ACTIONS[operation].ok]);
    }
  });

  async function memberStatuses(id: string): Promise<string[]> {
    const instances = (await client.call('GET', `/protected-instances?server_group_id=${id}`)).body;
    const pairs = (await client.call('GET', `/replications?server_group_id=${id}`)).body;
    const members = [...list(instances.protected_instances), ...list(pairs.replications)];
    expect(members).toHaveLength(5);
    return [...new Set(members.map((member) => text(member.status)))];
  }
});
