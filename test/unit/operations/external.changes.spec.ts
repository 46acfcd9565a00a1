import { OutsideWork } from '../support/outside-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

/** What is found after something was done elsewhere, from beginning to end, between two looks. */
async function doneElsewhere(
  action: Parameters<OutsideWork['elsewhere']>[0],
  targetId: string,
  tellsRuns = false,
): Promise<OutsideWork> {
  const work = new OutsideWork(the.redis);
  work.tellsRuns = tellsRuns;
  await work.refresh();
  work.clock.advance(1_000);
  work.elsewhere(action, targetId);
  await work.refreshAfter(59_000);
  return work;
}

describe('what was done wholly between two looks', () => {
  it('is an operation that has ended, with what is known of it', async () => {
    const work = await doneElsewhere('FAILOVER', 'move-books');
    const [operation, ...others] = await work.found();
    expect(others).toEqual([]);
    expect(operation).toMatchObject({
      origin: 'EXTERNAL',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      action: 'FAILOVER',
      direction: 'TO_RECOVERY',
      requestedBy: 'outside the gateway',
      target: { type: 'RECOVERY_PLAN', id: work.id('move-books'), name: 'Books' },
      before: { word: 'ready', activeSite: 'PRODUCTION' },
      upstream: { state: 'moved' },
      error: null,
      startedTime: null,
      endedTime: '2030-01-02T03:05:05.000Z',
      timings: { totalMs: 0, detectMs: null },
      warnings: [
        'It was done outside the gateway, between 2030-01-02T03:04:05.000Z and 2030-01-02T03:05:05.000Z; only its end was seen.',
        'It may be PLANNED_FAILOVER instead: from outside they look alike.',
      ],
    });
    expect(await work.events(operation?.id ?? '')).toEqual([
      expect.objectContaining({
        type: 'operation.succeeded',
        sequence: 1,
        text: 'Done outside the gateway: it was ready, and is moved.',
      }),
    ]);
    expect(await work.holderOf('books')).toBeNull();
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
    expect(work.doorbells.rings).toEqual([]);
  });

  it('is told once, however often it is looked at', async () => {
    const work = await doneElsewhere('FAILOVER', 'move-books');
    for (let i = 0; i < 3; i += 1) await work.refreshAfter(30_000);
    expect(await work.found()).toHaveLength(1);
  });

  it('has the job that did it, where the upstream lists jobs', async () => {
    const work = await doneElsewhere('PLANNED_FAILOVER', 'move-books', true);
    expect(await work.found()).toMatchObject([
      {
        action: 'PLANNED_FAILOVER',
        requestedBy: 'olga@console',
        startedTime: '2030-01-02T03:04:06.000Z',
        calls: [{ ref: { jobIds: ['work-1'] } }],
      },
    ]);
  });

  it.each([
    ['START_DRILL', 'move-mail', 'ready', 'staged'],
    ['FAILOVER', 'move-mail', 'ready', 'moved'],
  ] as const)('%s shows in its plan', async (action, planId, was, is) => {
    const work = await doneElsewhere(action, planId);
    expect(await work.found()).toMatchObject([{ action, before: { word: was }, upstream: { state: is } }]);
  });

  it('ended badly where its target stands in a word of failure', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.world.nextWork({ failure: { code: 'worn-out', message: 'the rope broke' } });
    work.elsewhere('REPROTECT', 'move-books');
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'moved';
    await work.look();
    await work.refreshAfter(60_000);
    expect(await work.found()).toMatchObject([
      { action: 'REPROTECT', state: 'FAILED', outcome: 'PARTIAL', error: { code: 'outcome-partial' } },
    ]);
  });

  it('of several plans that share a group is one operation', async () => {
    const work = await doneElsewhere('FAILOVER', 'move-front');
    expect(work.world.plans.get('move-mail')?.word).toBe('moved');
    expect(await work.found()).toMatchObject([{ target: { id: work.id('move-front') } }]);
  });

  it('is not told where no action leads there', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'half-turned';
    await work.refreshAfter(30_000);
    expect(await work.found()).toEqual([]);
  });

  it('is not told of the state of a group that plans work on, unless a job tells it', async () => {
    expect(await (await doneElsewhere('DISABLE_PROTECTION', 'books')).found()).toEqual([]);
    const told = await doneElsewhere('DISABLE_PROTECTION', 'books', true);
    expect(await told.found()).toMatchObject([{ action: 'DISABLE_PROTECTION', state: 'SUCCEEDED' }]);
  });

  it('is told of a group that came and of one that went', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const archive = work.world.groups.get('archive');
    if (!archive) throw new Error('the archive is gone');
    work.world.groups.delete('archive');
    work.world.groups.set('cellar', { ...archive, id: 'cellar', name: 'cellar' });
    await work.refreshAfter(30_000);
    const found = await work.found();
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(
      expect.objectContaining({
        action: 'DELETE_PROTECTION_GROUP',
        state: 'SUCCEEDED',
        target: { type: 'PROTECTION_GROUP', id: work.id('archive'), name: 'archive', within: null },
      }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({
        action: 'CREATE_PROTECTION_GROUP',
        state: 'SUCCEEDED',
        result: { protectionGroupId: work.id('cellar') },
      }),
    );
  });

  it('is told of plans that came and went', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const books = work.world.plans.get('move-books');
    if (!books) throw new Error('the plan is gone');
    work.world.plans.delete('move-books');
    work.world.plans.set('move-all', { ...books, id: 'move-all', name: 'All' });
    await work.refreshAfter(30_000);
    const actions = (await work.found()).map(({ action }) => action).sort();
    expect(actions).toEqual(['CREATE_RECOVERY_PLAN', 'DELETE_RECOVERY_PLAN']);
  });

  it('is only noted when it is a flood', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const archive = work.world.groups.get('archive');
    if (!archive) throw new Error('the archive is gone');
    for (let i = 0; i < 60; i += 1)
      work.world.groups.set(`g${i}`, { ...archive, id: `g${i}`, name: `g${i}` });
    await work.refreshAfter(30_000);
    expect((await work.found()).length).toBeLessThanOrEqual(25);
  });

  it('is told with the groups free for what is asked of us next', async () => {
    const work = await doneElsewhere('FAILOVER', 'move-books');
    const { id } = await work.accept({ action: 'REPROTECT', direction: null });
    expect(await work.holderOf('books')).toBe(id);
  });

  it('is looked at no more while one of ours holds the group', async () => {
    const work = new OutsideWork(the.redis);
    const { after: before } = await work.look();
    work.elsewhere('FAILOVER', 'move-books');
    work.clock.advance(40_000);
    const { after } = await work.look();
    await work.accept({ action: 'REPROTECT', direction: null });
    await work.external.consider(work.site.provider, { before, after });
    expect(await work.found()).toEqual([]);
  });

  it('is not told of what somebody was seen to be at, and was recorded', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.elsewhere('FAILOVER', 'move-books');
    await work.refreshAfter(10_000);
    await work.tickAfter(25_000);
    await work.refreshAfter(5_000);
    await work.refreshAfter(30_000);
    expect(await work.found()).toHaveLength(1);
  });
});
