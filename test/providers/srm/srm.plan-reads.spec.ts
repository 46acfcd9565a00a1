import type { FurtherReads } from '../../../src/providers/further-reads.js';
import {
  APPLIANCE_MS,
  bench,
  command,
  cx,
  list,
  openGate,
  PAIRING,
  plan,
  PLAN_ID,
  PLANS,
  refusal,
  task,
  type Bench,
} from './appliance.js';

const STEPS = `GET ${PLANS}/${PLAN_ID}/recovery-steps`;
const GAP = [{ code: 'X', message: 'the far site is silent.', field: '$.list' }];

describe('reading the plans of SRM', () => {
  let site: Bench;
  let read: FurtherReads;
  beforeEach(async () => {
    site = await bench();
    read = site.driver.further as FurtherReads;
  });
  afterEach(() => site.close());

  describe('steps', () => {
    const where = { planId: PLAN_ID, workflow: 'TEST' } as const;
    const step = (id: number, number: string, children = 0): object => ({
      id,
      step_number: number,
      title: `Step ${number}`,
      depth: number.split('.').length - 1,
      child_count: children,
      status: 'INACTIVE',
    });
    const tree = [
      { within: null, step: step(1, '1', 1) },
      { within: 1, step: step(2, '1.1', 1) },
      { within: 2, step: step(3, '1.1.1') },
      { within: null, step: step(4, '2') },
    ];

    it('are opened until all of them are there', async () => {
      site.appliance.on(`${STEPS}/test`, ({ query }) => {
        const open = (query.get('expanded_step_ids') ?? '').split(',').map(Number);
        return list(
          tree.filter(({ within }) => within === null || open.includes(within)).map((node) => node.step),
        );
      });
      const steps = await read.recoverySteps(where, cx());
      expect(steps.map(({ number }) => number)).toEqual(['1', '1.1', '1.1.1', '2']);
      const asked = site.appliance.journal.filter(({ path }) => path.endsWith('/recovery-steps/test'));
      expect(asked.map(({ query }) => query.toString())).toEqual([
        '',
        'expanded_step_ids=1',
        expect.stringMatching(/^expanded_step_ids=1(?:,|%2C)2$/),
      ]);
    });

    it('are paged all the same where the appliance does so', async () => {
      site.appliance.on(`${STEPS}/test`, ({ query }) => {
        const offset = Number(query.get('offset') ?? 0);
        const all = [step(1, '1'), step(2, '2'), step(3, '3')];
        return { body: { list: all.slice(offset, offset + 2), _meta: { total: 3, offset, limit: 2 } } };
      });
      await expect(read.recoverySteps(where, cx())).resolves.toHaveLength(3);
    });

    it.each(['TEST', 'RECOVERY', 'CLEAN_UP', 'REPROTECT'] as const)(
      'of %s that cannot be seen now are not an empty list',
      async (workflow) => {
        const mode = { TEST: 'test', RECOVERY: 'recovery', CLEAN_UP: 'cleanup', REPROTECT: 'reprotect' };
        const refused = { status: 400, body: refusal('not in this state') };
        site.appliance.on(`${STEPS}/${mode[workflow]}`, refused);
        site.appliance.on(`${STEPS}/${mode[workflow]}/7`, refused);
        site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('TEST_COMPLETE') });
        const error = {
          kind: 'WRONG_STATE',
          message: `The steps of ${workflow} cannot be seen while the plan is in TEST_COMPLETE.`,
          upstream: { message: 'not in this state' },
        };
        await expect(read.recoverySteps({ ...where, workflow }, cx())).rejects.toMatchObject(error);
        await expect(read.recoveryStep({ ...where, workflow, stepId: '7' }, cx())).rejects.toMatchObject(
          error,
        );
      },
    );

    it('of no such plan are not found', async () => {
      await expect(read.recoverySteps(where, cx())).rejects.toMatchObject({ kind: 'NOT_FOUND' });
    });

    it('show what an inserted one holds', async () => {
      site.appliance.on(`${STEPS}/test/4`, { body: step(4, '2') });
      const callout = { name: 'DNS', content: 'Moved?', callout_type: 'PROMPT' };
      site.appliance.on(`${STEPS}/test/4/callout-data`, { body: callout });
      await expect(read.recoveryStep({ ...where, stepId: '4' }, cx())).resolves.toMatchObject({
        id: '4',
        callout: { type: 'PROMPT', name: 'DNS', content: 'Moved?' },
      });
    });

    it.each([{ status: 404 }, { status: 400, body: refusal('not a callout') }])(
      'have no callout where SRM says so: %j',
      async (reply) => {
        site.appliance.on(`${STEPS}/test/4`, { body: step(4, '2') });
        site.appliance.on(`${STEPS}/test/4/callout-data`, reply);
        await expect(read.recoveryStep({ ...where, stepId: '4' }, cx())).resolves.toMatchObject({
          callout: null,
        });
      },
    );

    it('do not pass for SRM’s own while their callout cannot be read', async () => {
      site.appliance.on(`${STEPS}/test/4`, { body: step(4, '2') });
      site.appliance.on(`${STEPS}/test/4/callout-data`, { status: 500, body: refusal('a fault') });
      await expect(read.recoveryStep({ ...where, stepId: '4' }, cx())).rejects.toMatchObject({
        retry: 'TEMPORARY',
      });
    });

    it('that hold others are not asked for a callout', async () => {
      site.appliance.on(`${STEPS}/test/1`, { body: step(1, '1', 1) });
      await read.recoveryStep({ ...where, stepId: '1' }, cx());
      expect(site.appliance.count(`${STEPS}/test/1/callout-data`)).toBe(0);
    });
  });

  describe('prompts', () => {
    const where = { planId: PLAN_ID };

    it('are told with their words', async () => {
      const prompt = { id: 'p-1', raised_time: APPLIANCE_MS, description: 'DNS', prompt_text: 'Moved?' };
      site.appliance.on(`${STEPS}/user-prompts`, list([prompt]));
      await expect(read.planPrompts(where, cx())).resolves.toMatchObject([
        { id: 'p-1', text: 'Moved?', description: 'DNS', raisedTime: '2026-01-01T12:00:00.000Z' },
      ]);
    });

    it('are not "none" while the appliance cannot tell', async () => {
      site.appliance.on(`${STEPS}/user-prompts`, list([], GAP));
      await expect(read.planPrompts(where, cx())).rejects.toMatchObject({
        kind: 'UNAVAILABLE',
        message: 'SRM cannot tell at present: the far site is silent.',
      });
    });

    it('are answered with one request that needs no login at the far site', async () => {
      const call = site.driver.answerCall?.(command('FAILOVER'), 'p:1');
      if (call === undefined) throw new Error('no answer');
      const route = `POST ${PLANS}/${PLAN_ID}/recovery-steps/user-prompts/p:1/actions/dismiss-prompt`;
      site.appliance.on(route, { status: 204 });
      await expect(site.driver.start(call, openGate, cx())).resolves.toEqual({ jobIds: [] });
      expect(site.appliance.count(route)).toBe(1);
      expect(site.appliance.remoteSessions.size).toBe(0);
    });

    it('that are gone refuse the answer', async () => {
      const call = site.driver.answerCall?.(command('FAILOVER'), 'p-1');
      if (call === undefined) throw new Error('no answer');
      await expect(site.driver.start(call, openGate, cx())).rejects.toMatchObject({
        delivery: 'REFUSED',
        kind: 'NOT_FOUND',
      });
    });
  });

  describe('runs', () => {
    const HISTORY = `GET ${PLANS}/${PLAN_ID}/history-reports`;
    const report = (n: number): object => ({
      plan_name: 'erp-plan',
      operation_type: 'TEST',
      result_state: 'SUCCESS',
      start_time_ms: APPLIANCE_MS + n * 1000,
      run_key: n,
    });
    const where = { planId: PLAN_ID };

    it('are the result of a task, newest first', async () => {
      site.appliance.on(HISTORY, { status: 202, body: task('h-1', 'QUEUED') });
      let looks = 0;
      site.appliance.on('GET /tasks/h-1', () => {
        looks += 1;
        const isDone = looks > 1;
        return {
          body: task('h-1', isDone ? 'SUCCESS' : 'RUNNING', isDone ? { result: [report(1), report(2)] } : {}),
        };
      });
      const runs = await read.planRuns(where, cx());
      expect(runs.map(({ id }) => id)).toEqual(['2', '1']);
      expect(runs[0]).toMatchObject({ recoveryPlanId: `site-a.${PLAN_ID.replaceAll(':', '~')}` });
      const [asked] = site.appliance.journal.filter(({ path }) => path.endsWith('history-reports'));
      expect(Object.fromEntries(asked?.query ?? [])).toEqual({
        start_date: '0',
        sort_by: 'start_time_ms',
        order_by: 'desc',
        limit: '100',
        offset: '0',
      });
    });

    it('are read to their end, page by page, within the time that was asked for', async () => {
      const all = Array.from({ length: 150 }, (_, n) => report(150 - n));
      site.appliance.on(HISTORY, ({ query }) => {
        const offset = Number(query.get('offset'));
        return {
          status: 202,
          body: task(`h-${offset}`, 'SUCCESS', { result: { list: all.slice(offset, offset + 100) } }),
        };
      });
      const window = { fromMs: APPLIANCE_MS + 2_000, untilMs: APPLIANCE_MS + 149_000 };
      await expect(read.planRuns({ ...where, ...window }, cx())).resolves.toHaveLength(148);
      const asked = site.appliance.journal.filter(({ path }) => path.endsWith('history-reports'));
      expect(asked.map(({ query }) => query.get('end_date'))).toEqual(
        asked.map(() => String(window.untilMs)),
      );
      expect(asked).toHaveLength(2);
    });

    it.each<[string, object, object]>([
      ['in ERROR', task('h-1', 'ERROR', { error: { message: 'no disk' } }), { kind: 'UPSTREAM_FAULT' }],
      ['without a list', task('h-1', 'SUCCESS'), { kind: 'BAD_ANSWER' }],
    ])('of a task that ended %s are not "none"', async (_, body, error) => {
      site.appliance.on(HISTORY, { status: 202, body });
      await expect(read.planRuns(where, cx())).rejects.toMatchObject({ ...error, retry: 'TEMPORARY' });
    });

    it('of a forgotten task are not "none"', async () => {
      site.appliance.on(HISTORY, { status: 202, body: task('h-1', 'QUEUED') });
      await expect(read.planRuns(where, cx())).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    });

    it('that are not ready when the caller leaves are looked for again by the next', async () => {
      site.appliance.on(HISTORY, { status: 202, body: task('h-1', 'QUEUED') });
      const leaving = new AbortController();
      site.appliance.on('GET /tasks/h-1', () => {
        leaving.abort();
        return { body: task('h-1', 'RUNNING') };
      });
      await expect(read.planRuns(where, { signal: leaving.signal })).rejects.toThrow();
      site.appliance.on('GET /tasks/h-1', { body: task('h-1', 'SUCCESS', { result: [report(1)] }) });
      await expect(read.planRuns(where, cx())).resolves.toHaveLength(1);
      expect(site.appliance.count(HISTORY)).toBe(1);
    });

    it('of the whole site name their plan where only one bears the name', async () => {
      site.appliance.on(`GET /pairings/${PAIRING}/recovery-management/history-reports`, {
        status: 202,
        body: task('h-1', 'SUCCESS', { result: [report(1), { ...report(2), plan_name: 'twin' }] }),
      });
      const twins = ['a', 'b'].map((id) => plan('READY_STATE', { id, name: 'twin' }));
      site.appliance.on(`GET ${PLANS}`, list([plan('READY_STATE'), ...twins]));
      const runs = await read.siteRuns({}, cx());
      expect(runs.map(({ planName, recoveryPlanId }) => [planName, recoveryPlanId !== null])).toEqual([
        ['twin', false],
        ['erp-plan', true],
      ]);
    });

    it('are found singly', async () => {
      site.appliance.on(`${HISTORY}/1`, { body: report(1) });
      const run = await read.planRun({ ...where, reportId: '1' }, cx());
      expect(run).toMatchObject({ id: '1', action: 'START_DRILL', result: 'SUCCEEDED' });
      await expect(read.planRun({ ...where, reportId: '2' }, cx())).rejects.toMatchObject({
        kind: 'NOT_FOUND',
      });
      site.appliance.on(`${HISTORY}/3`, { body: {} });
      await expect(read.planRun({ ...where, reportId: '3' }, cx())).rejects.toMatchObject({
        kind: 'BAD_ANSWER',
      });
    });
  });
});

describe('reading SRM through its older address', () => {
  it('knows the versions, and times that are texts', async () => {
    const site = await bench({}, 'v1');
    const read = site.driver.further as FurtherReads;
    site.appliance.on('GET /server/info', { body: { id: '33333333', name: 'site-a', version: '8.8.0' } });
    await expect(read.apiVersions({}, cx())).resolves.toMatchObject([
      { id: 'v2', state: 'CURRENT' },
      { id: 'v1', state: 'SUPPORTED' },
    ]);
    const prompt = { id: 'p-1', raised_time: '1767268800000', prompt_text: 'Moved?' };
    site.appliance.on(`${STEPS}/user-prompts`, list([prompt]));
    await expect(read.planPrompts({ planId: PLAN_ID }, cx())).resolves.toMatchObject([
      { raisedTime: '2026-01-01T12:00:00.000Z' },
    ]);
    await site.close();
  });
});
