import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { Observation } from '../../../src/domain/observation.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import {
  APPLIANCE_MS,
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLAN_ID,
  PLANS,
  task,
  VC_A,
  vm,
  type Bench,
  type Reply,
} from './appliance.js';

const planId = (n: number): string => `DrRecoveryRecoveryPlan:plan-${n}:33333333`;
const numbers = (size: number): number[] => Array.from({ length: size }, (_, n) => n);

function watched(
  n: number,
  jobIds: string[],
  more: Partial<ActionCommand> = {},
  action: ActionCommand['action'] = 'FAILOVER',
): WatchedOperation {
  const call = { label: 'Something', method: 'POST' as const, path: '/', body: undefined };
  const asked = command(action, { targetNativeId: planId(n), ...more });
  return { operationId: `op-${n}`, command: asked, baseline: null, calls: [{ call, ref: { jobIds } }] };
}

function step(number: string, status: string, more: object = {}): object {
  return {
    id: Number(number.replace('.', '')) + 100,
    title: `Step ${number}`,
    step_number: number,
    child_count: 0,
    depth: number.split('.').length - 1,
    status,
    progress: status === 'RUNNING' ? 30 : 0,
    start_time: APPLIANCE_MS + 1_000,
    ...more,
  };
}

/** A list that has more than it shows, as far as anybody can tell. */
function capped(items: unknown[]): Reply {
  return { body: { list: items, _meta: { errors: [] } } };
}

describe('watching many operations on SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  const observe = (operations: readonly WatchedOperation[]): Promise<Observation[]> =>
    site.driver.observe(operations, cx());

  function plans(size: number, status: string, more: object = {}): void {
    const all = numbers(size).map((n) => plan(status, { id: planId(n), name: `plan-${n}`, ...more }));
    site.appliance.on(`GET ${PLANS}`, list(all));
  }

  function tasks(size: number, status: string): void {
    const all = numbers(size).map((n) => task(`t-${n}`, status, { entity: planId(n) }));
    site.appliance.on('GET /tasks', list(all));
  }

  it.each([1, 10, 50])('costs a few requests a round with %i of them under way', async (size) => {
    plans(size, 'RECOVERY_IN_PROGRESS', { is_running: true });
    tasks(size, 'RUNNING');
    const operations = numbers(size).map((n) => watched(n, [`t-${n}`]));
    for (let round = 0; round < 4; round += 1) {
      site.appliance.forgetJournal();
      await expect(observe(operations)).resolves.toHaveLength(size);
      expect(site.appliance.count()).toBeLessThanOrEqual(5);
      site.clock.pass(15);
    }
  });

  it('stays within the budget of a minute, with a round every five seconds', async () => {
    plans(10, 'RECOVERY_IN_PROGRESS', { is_running: true });
    tasks(10, 'RUNNING');
    const operations = numbers(10).map((n) => watched(n, [`t-${n}`]));
    for (let round = 0; round < 12; round += 1) {
      await observe(operations);
      site.clock.pass(5);
    }
    expect(site.appliance.count()).toBeLessThanOrEqual(40);
  });

  it.each([1, 10, 50])('costs a few requests a round with %i of them over at once', async (size) => {
    plans(size, 'RECOVERY_COMPLETE');
    tasks(size, 'SUCCESS');
    for (const n of numbers(size)) site.appliance.on(`GET ${PLANS}/${planId(n)}/vms`, list([]));
    const operations = numbers(size).map((n) => watched(n, [`t-${n}`]));
    const told = new Set<string>();
    for (let round = 0; round < Math.ceil(size / 4); round += 1) {
      site.appliance.forgetJournal();
      for (const { operationId } of await observe(operations)) told.add(operationId);
      expect(site.appliance.count()).toBeLessThanOrEqual(2 + 4 * 3);
    }
    expect(told.size).toBe(size);
  });

  it('takes all tasks for gone once one is, if the appliance lists all that it knows', async () => {
    plans(25, 'RECOVERY_COMPLETE');
    const operations = numbers(25).map((n) => watched(n, [`lost-${n}`]));
    await expect(observe(operations)).resolves.toHaveLength(25);
    expect(site.appliance.journal.filter(({ path }) => path.startsWith('/tasks/')).length).toBeLessThan(11);
  });

  it('starves nobody while many tasks are forgotten that a longer list might hold', async () => {
    plans(25, 'RECOVERY_COMPLETE');
    site.appliance.on('GET /tasks', capped([]));
    const operations = numbers(25).map((n) => watched(n, [`lost-${n}`]));
    const rounds = [];
    for (let round = 0; round < 4; round += 1) {
      rounds.push((await observe(operations)).length);
      site.clock.pass(61);
    }
    // Ten questions a round; whoever was asked after once is known to be gone.
    expect(rounds).toEqual([10, 20, 25, 25]);
  });

  it('sees an operation of many forgotten tasks, and the one behind it', async () => {
    plans(2, 'RECOVERY_COMPLETE');
    const lost = numbers(25).map((n) => `lost-${n}`);
    const operations = [watched(0, lost), watched(1, ['found'])];
    site.appliance.on('GET /tasks/found', { body: task('found', 'RUNNING', { entity: planId(1) }) });
    const rounds: string[][] = [];
    for (let round = 0; round < 4; round += 1)
      rounds.push((await observe(operations)).map(({ operationId }) => operationId));
    expect(rounds.at(-1)).toEqual(['op-0', 'op-1']);
    expect(rounds.flat()).toContain('op-1');
  });

  it('looks again for a task that was gone: an appliance that starts has not read its tasks yet', async () => {
    plans(1, 'RECOVERY_COMPLETE');
    const operation = watched(0, ['t-9']);
    const jobs = async (): Promise<string[]> =>
      (await observe([operation])).flatMap((seen) => seen.jobs.map(({ state }) => state));
    expect(await jobs()).toEqual(['GONE']);
    site.appliance.on('GET /tasks/t-9', { body: task('t-9', 'RUNNING') });
    const states = [];
    for (let round = 0; round < 13; round += 1) states.push(...(await jobs()));
    expect(states.at(0)).toBe('GONE');
    expect(states.at(-1)).toBe('RUNNING');
  });

  it('believes the list of tasks before its memory', async () => {
    plans(1, 'RECOVERY_IN_PROGRESS', { is_running: true });
    await observe([watched(0, ['t-0'])]);
    tasks(1, 'RUNNING');
    const [seen] = await observe([watched(0, ['t-0'])]);
    expect(seen?.jobs).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('shows the steps of plans in turn, and says nothing of those it did not read', async () => {
    plans(5, 'TEST_IN_PROGRESS', { is_running: true });
    tasks(5, 'RUNNING');
    for (const n of numbers(5)) {
      const steps = [step('1', 'SUCCESS'), step('2', 'RUNNING', { child_count: 2 }), step('3', 'INACTIVE')];
      site.appliance.on(`GET ${PLANS}/${planId(n)}/recovery-steps/test`, list(steps));
    }
    const operations = numbers(5).map((n) => watched(n, [`t-${n}`], {}, 'START_DRILL'));
    const told = (seen: Observation[]): number[] =>
      seen.flatMap(({ steps }, n) => (steps.length === 0 ? [] : [n]));
    const first = await observe(operations);
    expect(told(first)).toEqual([0, 1, 2]);
    expect(first[0]?.steps).toMatchObject([
      { id: '101', title: 'Step 1', state: 'SUCCEEDED' },
      { title: 'Step 2', state: 'RUNNING', progressPercent: 30 },
      { title: 'Step 3', state: 'PENDING' },
    ]);
    site.clock.pass(61);
    expect(told(await observe(operations))).toEqual([0, 3, 4]);
  });

  it('takes no steps of an earlier run for those of one that has not begun', async () => {
    plans(1, 'READY_STATE');
    tasks(1, 'QUEUED');
    site.appliance.on(`GET ${PLANS}/${planId(0)}/recovery-steps/recovery`, list([step('1', 'SUCCESS')]));
    await expect(observe([watched(0, ['t-0'])])).resolves.toMatchObject([{ steps: [] }]);
  });

  it('tells at the end what went wrong within a step, once', async () => {
    plans(1, 'RECOVERY_COMPLETE');
    tasks(1, 'SUCCESS');
    site.appliance.on(`GET ${PLANS}/${planId(0)}/vms`, list([]));
    const frame = step('1', 'WARNING', { child_count: 1 });
    const child = step('1.1', 'ERROR', { title: 'erp-db', errors: ['Cannot power on.'] });
    site.appliance.on(`GET ${PLANS}/${planId(0)}/recovery-steps/recovery`, ({ query }) =>
      list(query.get('expanded_step_ids') === '101' ? [frame, child] : [frame]),
    );
    const baseline = { kind: 'PLAN', taskIds: [], newestQueuedMs: null, upstreamMs: APPLIANCE_MS };
    const operation = { ...watched(0, ['t-0']), baseline };
    for (let round = 0; round < 2; round += 1) {
      await expect(observe([operation])).resolves.toMatchObject([
        { steps: [{ title: 'Step 1', state: 'SUCCEEDED', detail: 'erp-db: Cannot power on.' }] },
      ]);
    }
    expect(site.appliance.count(`GET ${PLANS}/${planId(0)}/recovery-steps/recovery`)).toBe(2);
  });

  it('leaves the steps of an earlier run alone when ours never began', async () => {
    plans(1, 'READY_STATE');
    tasks(1, 'ERROR');
    site.appliance.on(`GET ${PLANS}/${planId(0)}/vms`, list([]));
    const old = step('1', 'SUCCESS', { start_time: APPLIANCE_MS - 60_000 });
    site.appliance.on(`GET ${PLANS}/${planId(0)}/recovery-steps/recovery`, list([old]));
    const baseline = { kind: 'PLAN', taskIds: [], newestQueuedMs: null, upstreamMs: APPLIANCE_MS };
    await expect(observe([{ ...watched(0, ['t-0']), baseline }])).resolves.toMatchObject([{ steps: [] }]);
  });

  it('knows the prompts of every plan that waits, and asks after three in a round', async () => {
    plans(7, 'WAITING_FOR_USER_INPUT', { is_running: true });
    tasks(7, 'RUNNING');
    for (const n of numbers(7)) {
      const prompt = { id: `p-${n}`, raised_time: '2026-01-01T12:00:00Z', prompt_text: `Ready, ${n}?` };
      site.appliance.on(`GET ${PLANS}/${planId(n)}/recovery-steps/user-prompts`, list([prompt]));
    }
    const operations = numbers(7).map((n) => watched(n, [`t-${n}`]));
    const sizes = [];
    for (let round = 0; round < 4; round += 1) {
      sizes.push((await observe(operations)).length);
      site.clock.pass(30);
    }
    expect(sizes).toEqual([3, 6, 7, 7]);
    const seen = await observe(operations);
    expect(seen.map(({ prompts }) => prompts)).toEqual(
      numbers(7).map((n) => [{ id: `p-${n}`, text: `Ready, ${n}?`, raisedTime: '2026-01-01T12:00:00.000Z' }]),
    );
  });

  it('reads a prompt that waits on as often as the budget allows, and every plan in its turn', async () => {
    plans(20, 'WAITING_FOR_USER_INPUT', { is_running: true });
    tasks(20, 'RUNNING');
    for (const n of numbers(20))
      site.appliance.on(`GET ${PLANS}/${planId(n)}/recovery-steps/user-prompts`, list([{ id: `p-${n}` }]));
    const operations = numbers(20).map((n) => watched(n, [`t-${n}`]));
    let told = 0;
    for (let minute = 0; minute < 3; minute += 1) {
      site.appliance.forgetJournal();
      for (let round = 0; round < 12; round += 1) {
        told = (await observe(operations)).length;
        site.clock.pass(5);
      }
      const read = site.appliance.journal.filter(({ path }) => path.endsWith('/user-prompts'));
      expect(read.length).toBeLessThanOrEqual(7);
      // Two lists a round, and the steps of a few.
      expect(site.appliance.count()).toBeLessThanOrEqual(24 + 8);
    }
    expect(told).toBe(20);
  });

  it('keeps a prompt that it knows while the appliance cannot tell it', async () => {
    plans(1, 'WAITING_FOR_USER_INPUT', { is_running: true });
    tasks(1, 'RUNNING');
    const route = `GET ${PLANS}/${planId(0)}/recovery-steps/user-prompts`;
    site.appliance.on(route, list([{ id: 'p-1', prompt_text: 'Ready?' }]));
    await observe([watched(0, ['t-0'])]);
    for (const reply of [{ status: 503 }, list([], [{ message: 'the server is starting' }])]) {
      site.appliance.on(route, reply);
      await expect(observe([watched(0, ['t-0'])])).resolves.toMatchObject([{ prompts: [{ id: 'p-1' }] }]);
    }
  });
});

describe('watching what is done machine by machine on SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(`GET ${GROUPS}`, list([group('OPERATIONS_IN_PROGRESS')]));
  });
  afterEach(() => site.close());

  const machineTask = (n: number, status: string, more: object = {}): object =>
    task(`t-${n}`, status, { entity: `VirtualMachine:vm-${n}:${VC_A}`, entity_name: `erp-${n}`, ...more });
  const path = (n: number): string => `/groups/${GROUP_ID}/vms/VirtualMachine:vm-${n}:${VC_A}/actions/x`;

  async function stepsOf(operation: WatchedOperation): Promise<unknown> {
    const [seen] = await site.driver.observe([operation], cx());
    return seen?.steps;
  }

  it('is a step for each machine of a configure-all, with what went wrong in it', async () => {
    const error = { message: 'No mapping for network LAN' };
    site.appliance.on(
      'GET /tasks',
      list([machineTask(1, 'SUCCESS'), machineTask(2, 'ERROR', { error }), machineTask(3, 'RUNNING')]),
    );
    const operation = watched(0, ['t-1', 't-2', 't-3'], { targetNativeId: GROUP_ID }, 'ENABLE_PROTECTION');
    await expect(stepsOf(operation)).resolves.toEqual([
      { id: 't-1', title: 'erp-1', state: 'SUCCEEDED', progressPercent: 100, detail: null },
      { id: 't-2', title: 'erp-2', state: 'FAILED', progressPercent: 40, detail: error.message },
      { id: 't-3', title: 'erp-3', state: 'RUNNING', progressPercent: 40, detail: null },
    ]);
  });

  it('is a step for each removal, also for one that is forgotten and one that was not taken', async () => {
    site.appliance.on('GET /tasks', list([machineTask(1, 'SUCCESS', { entity_name: null })]));
    site.appliance.on(`GET ${GROUPS}`, list([group('NOT_CONFIGURED')]));
    const calls = [1, 2, 3].map((n) => ({
      call: {
        label: `Stop protecting machine erp-${n} of group erp`,
        method: 'POST' as const,
        path: path(n),
        body: undefined,
      },
      ref: n === 3 ? null : { jobIds: [`t-${n}`] },
    }));
    const operation = {
      ...watched(0, [], { targetNativeId: GROUP_ID }, 'DISABLE_PROTECTION'),
      calls,
    };
    await expect(stepsOf(operation)).resolves.toMatchObject([
      { title: 'erp-1', state: 'SUCCEEDED' },
      { title: 'erp-2', state: 'PENDING', detail: expect.stringContaining('no longer knows') as string },
      { title: 'erp-3', state: 'FAILED', detail: 'SRM did not take the request.' },
    ]);
  });

  it('has no steps once all tasks are forgotten: what was seen before stands', async () => {
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
    const operation = watched(0, ['t-1', 't-2'], { targetNativeId: GROUP_ID }, 'ENABLE_PROTECTION');
    await expect(stepsOf(operation)).resolves.toEqual([]);
  });

  it.each<[string, ActionCommand['action'], object, object]>([
    ['protected', 'ENABLE_INSTANCE_PROTECTION', vm(7, 'OK'), { exists: true, word: 'OK' }],
    ['in trouble', 'ENABLE_INSTANCE_PROTECTION', vm(7, 'INVALID'), { state: 'ERROR', word: 'INVALID' }],
  ])('shows the machine itself at the end: %s', async (_, action, machine, resource) => {
    site.appliance.on('GET /tasks', list([machineTask(7, 'SUCCESS')]));
    const id = `VirtualMachine:vm-7:${VC_A}`;
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { body: machine });
    const operation = watched(0, ['t-7'], { targetNativeId: GROUP_ID, partNativeId: id }, action);
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { resource: { activeSite: 'PRODUCTION', ...resource }, createdId: null },
    ]);
  });

  it('does not ask after a machine before its task is over', async () => {
    site.appliance.on('GET /tasks', list([machineTask(7, 'RUNNING')]));
    const id = `VirtualMachine:vm-7:${VC_A}`;
    const target = { targetNativeId: GROUP_ID, partNativeId: id };
    const operation = watched(0, ['t-7'], target, 'DISABLE_INSTANCE_PROTECTION');
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([{ resource: null }]);
    expect(site.appliance.count()).toBe(2);
  });

  it('says that a machine is out of its group only when the appliance says so', async () => {
    site.appliance.on('GET /tasks', list([machineTask(7, 'SUCCESS')]));
    const id = `VirtualMachine:vm-7:${VC_A}`;
    const target = { targetNativeId: GROUP_ID, partNativeId: id };
    const operation = watched(0, ['t-7'], target, 'REMOVE_PROTECTED_INSTANCE');
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { status: 500, body: {} });
    await expect(site.driver.observe([operation], cx())).resolves.toEqual([]);
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { status: 404 });
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { resource: { exists: false } },
    ]);
  });

  it('names a machine that was taken in once it is seen in its group', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS', { entity: GROUP_ID })]));
    const id = `VirtualMachine:vm-7:${VC_A}`;
    site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { body: vm(7, 'NOT_CONFIGURED') });
    const target = { targetNativeId: GROUP_ID, input: { serverId: id } };
    const operation = watched(0, ['t-1'], target, 'ADD_PROTECTED_INSTANCE');
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { createdId: `site-a.VirtualMachine~vm-7~${VC_A}`, resource: { word: 'NOT_CONFIGURED' } },
    ]);
  });

  it.each<[string, object, object | null]>([
    ['its task', { result: PLAN_ID }, null],
    ['its name and description', {}, { kind: 'PLAN_CREATE', taskIds: [], namesakeIds: [planId(9)] }],
  ])('knows a new plan by %s', async (_, result, baseline) => {
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS', { entity: null, ...result })]));
    const namesake = plan('READY_STATE', { id: planId(9) });
    const bobs = plan('READY_STATE', { id: planId(8), description: 'by hand' });
    const ours = plan('READY_STATE', { description: 'ERP' });
    site.appliance.on(`GET ${PLANS}`, list([namesake, bobs, ours]));
    const wish = { targetNativeId: null, input: { name: 'erp-plan' } };
    const operation = { ...watched(0, ['t-1'], wish, 'CREATE_RECOVERY_PLAN'), baseline };
    for (const { call } of operation.calls) call.body = { name: 'erp-plan', description: 'ERP' };
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { createdId: 'site-a.DrRecoveryRecoveryPlan~5a0f3f0e~33333333', resource: { exists: true } },
    ]);
  });
});
