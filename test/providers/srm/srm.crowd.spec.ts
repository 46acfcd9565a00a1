import type { Observation } from '../../../src/domain/observation.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import {
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLANS,
  task,
  type Bench,
  type Exchange,
  type Reply,
} from './appliance.js';

const planId = (n: number): string => `DrRecoveryRecoveryPlan:plan-${n}:33333333`;
const numbers = (size: number): number[] => Array.from({ length: size }, (_, n) => n);

function failover(n: number): WatchedOperation {
  const call = { label: 'Run', method: 'POST' as const, path: '/', body: undefined };
  const asked = command('FAILOVER', { targetNativeId: planId(n) });
  const calls = [{ call, ref: { jobIds: [`t-${n}`] } }];
  return { operationId: `op-${n}`, command: asked, baseline: null, calls };
}

/** Many plans that run at a time, and an appliance that counts what it is asked. */
class Crowd {
  constructor(
    readonly site: Bench,
    readonly size: number,
    readonly cap = 1000,
  ) {
    this.be('RECOVERY_IN_PROGRESS', 'RUNNING');
    site.appliance.on(`GET ${GROUPS}`, list([group('RECOVERING')]));
    for (const n of numbers(size)) site.appliance.on(`GET ${PLANS}/${planId(n)}/vms`, list([]));
  }

  /** @param others tasks that were begun later, on something else */
  be(planWord: string, taskWord: string, others = 0): void {
    const { appliance } = this.site;
    const isRunning = planWord.endsWith('IN_PROGRESS');
    const plans = numbers(this.size).map((n) => plan(planWord, { id: planId(n), is_running: isRunning }));
    const newer = numbers(others).map((n) =>
      task(`other-${n}`, 'SUCCESS', { entity: 'VirtualMachine:vm-1:x' }),
    );
    const ours = numbers(this.size).map((n) => task(`t-${n}`, taskWord, { entity: planId(n) }));
    appliance.on(`GET ${PLANS}`, (exchange) => this.page(plans, exchange));
    appliance.on('GET /tasks', (exchange) => this.page([...newer, ...ours], exchange));
    for (const one of ours) appliance.on(`GET /tasks/${String(one.id)}`, { body: one });
  }

  get operations(): WatchedOperation[] {
    return numbers(this.size).map(failover);
  }

  async round(): Promise<{ seen: Observation[]; requests: number }> {
    this.site.appliance.forgetJournal();
    const seen = await this.site.driver.observe(this.operations, cx());
    this.site.clock.pass(5);
    return { seen, requests: this.site.appliance.count() };
  }

  private page(items: object[], { query }: Exchange): Reply {
    const limit = Math.min(this.cap, Number(query.get('limit') ?? 100));
    const offset = Number(query.get('offset') ?? 0);
    return {
      body: { list: items.slice(offset, offset + limit), _meta: { total: items.length, limit, offset } },
    };
  }
}

describe('watching a crowd on SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  it.each([1, 100, 1000])('costs the same while %i operations are under way', async (size) => {
    const crowd = new Crowd(site, size);
    let requests = 0;
    for (let minute = 0; minute < 12; minute += 1) {
      const round = await crowd.round();
      expect(round.seen).toHaveLength(size);
      requests += round.requests;
    }
    // Two lists a round, and the steps of a few plans.
    expect(requests).toBeGreaterThanOrEqual(24);
    expect(requests).toBeLessThanOrEqual(28);
  });

  it.each([1, 100, 1000])('tells all ends at once when %i runs end together', async (size) => {
    const crowd = new Crowd(site, size);
    await crowd.round();
    crowd.be('RECOVERY_COMPLETE', 'SUCCESS');
    const { seen, requests } = await crowd.round();
    expect(seen).toHaveLength(size);
    expect(new Set(seen.map(({ jobs }) => jobs[0]?.state))).toEqual(new Set(['SUCCEEDED']));
    expect(new Set(seen.map(({ resource }) => resource?.word))).toEqual(new Set(['RECOVERY_COMPLETE']));
    expect(requests).toBeLessThanOrEqual(2 + 14);
    const unread = seen.filter(({ warnings }) => warnings.some((text) => text.includes('not looked at')));
    expect(unread.length).toBe(Math.max(0, size - 6));
  });

  it('tells the ends of a thousand within two rounds where the appliance shows few tasks at a time', async () => {
    const crowd = new Crowd(site, 1000, 250);
    await crowd.round();
    crowd.be('RECOVERY_COMPLETE', 'SUCCESS');
    const ended = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      const { seen, requests } = await crowd.round();
      for (const { operationId, jobs } of seen) if (jobs[0]?.state === 'SUCCEEDED') ended.add(operationId);
      expect(requests).toBeLessThanOrEqual(5 + 14);
    }
    expect(ended.size).toBe(1000);
  });

  it('takes a task behind the newest page for running, and turns pages only once its plan has moved', async () => {
    const crowd = new Crowd(site, 20, 1000);
    crowd.be('RECOVERY_IN_PROGRESS', 'RUNNING', 500);
    const running = await crowd.round();
    expect(running.seen.map(({ jobs }) => jobs[0]?.state)).toEqual(numbers(20).map(() => 'RUNNING'));
    expect(site.appliance.count('GET /tasks')).toBe(1);
    crowd.be('RECOVERY_COMPLETE', 'SUCCESS', 500);
    const over = await crowd.round();
    expect(over.seen.map(({ jobs }) => jobs[0]?.state)).toEqual(numbers(20).map(() => 'SUCCEEDED'));
    expect(site.appliance.journal.filter(({ path }) => path.startsWith('/tasks/'))).toEqual([]);
  });

  it('stays within the budget of a session while a hundred runs end one after the other', async () => {
    const crowd = new Crowd(site, 100);
    let requests = 0;
    for (let n = 0; n < 12; n += 1) {
      crowd.be(
        n % 2 === 0 ? 'RECOVERY_IN_PROGRESS' : 'RECOVERY_COMPLETE',
        n % 2 === 0 ? 'RUNNING' : 'SUCCESS',
      );
      requests += (await crowd.round()).requests;
    }
    expect(requests).toBeLessThanOrEqual(45);
  });

  it('passes on the whole lists that it read, and the groups now and then', async () => {
    new Crowd(site, 3);
    const noticed: Partial<SiteSurvey>[] = [];
    const watching = { ...cx(), noticed: (lists: Partial<SiteSurvey>) => void noticed.push(lists) };
    for (let round = 0; round < 6; round += 1) {
      await site.driver.observe([failover(0)], watching);
      site.clock.pass(5);
    }
    const survey = await site.driver.survey(cx());
    expect(noticed[0]).toEqual(survey);
    expect(noticed.map((lists) => Object.keys(lists).includes('groups'))).toEqual([
      ...[true, false, false, false, false, true],
    ]);
    expect(noticed[1]).toEqual({ plans: survey.plans, drills: survey.drills });
  });

  it('passes on no list that is not whole', async () => {
    new Crowd(site, 3);
    site.appliance.on(`GET ${PLANS}`, {
      body: { list: [plan('RECOVERY_IN_PROGRESS')], _meta: { total: 3 } },
    });
    const noticed: Partial<SiteSurvey>[] = [];
    await site.driver.observe([failover(0)], { ...cx(), noticed: (lists) => void noticed.push(lists) });
    expect(noticed.map((lists) => Object.keys(lists))).toEqual([['groups']]);
  });
});

describe('watching what was begun outside', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
  });
  afterEach(() => site.close());

  const outside = (
    action: Parameters<typeof command>[0],
    jobIds: string[],
    more: object = {},
  ): WatchedOperation => {
    const call = { label: 'Something', method: 'POST' as const, path: '', body: null };
    const calls = jobIds.length === 0 ? [] : [{ call, ref: { jobIds }, adopted: true }];
    return { operationId: 'op-0', command: { ...command(action), ...more }, baseline: null, calls };
  };

  it.each<[string, string[], string]>([
    ['without a job', [], 'RECOVERY_COMPLETE'],
    ['by the job that was found', ['t-0'], 'RECOVERY_COMPLETE'],
    ['half way', [], 'RECOVERY_IN_PROGRESS'],
  ])('shows a run %s, in every round', async (_, jobIds, word) => {
    site.appliance.on(`GET ${PLANS}`, list([plan(word, { id: planId(0) })]));
    site.appliance.on(`GET ${PLANS}/${planId(0)}/vms`, list([]));
    site.appliance.on('GET /tasks', list([task('t-0', 'SUCCESS', { entity: planId(0) })]));
    const operation = outside('FAILOVER', jobIds, { targetNativeId: planId(0), direction: null });
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { operationId: 'op-0', resource: { exists: true, word }, jobs: jobIds.map((id) => ({ id })) },
    ]);
  });

  it('shows a group that is being protected, and asks after none of its machines', async () => {
    site.appliance.on('GET /tasks', list([task('t-0', 'SUCCESS', { entity: GROUP_ID })]));
    const operation = outside('ENABLE_PROTECTION', ['t-0']);
    await expect(site.driver.observe([operation], cx())).resolves.toMatchObject([
      { resource: { word: 'OK' }, jobs: [{ state: 'SUCCEEDED' }], effect: null },
    ]);
    expect(site.appliance.count()).toBe(2);
  });

  it.each<[string, Reply, object | null]>([
    ['gone when the appliance does not know it', { status: 404 }, { exists: false }],
    ['there when the list was wrong', { body: plan('DELETING', { id: planId(0) }) }, { word: 'DELETING' }],
    ['not known when it cannot be asked after', { status: 503 }, null],
  ])('says of a plan that no list holds that it is %s', async (_, reply, resource) => {
    site.appliance.on(`GET ${PLANS}`, list([]));
    site.appliance.on(`GET ${PLANS}/${planId(0)}`, reply);
    const operation = outside('DELETE_RECOVERY_PLAN', [], { targetNativeId: planId(0) });
    const seen = await site.driver.observe([operation], cx());
    expect(seen).toMatchObject(resource === null ? [] : [{ resource }]);
    expect(seen).toHaveLength(resource === null ? 0 : 1);
  });
});
