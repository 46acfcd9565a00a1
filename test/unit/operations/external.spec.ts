import { Sweeper } from '../../../src/operations/sweeper.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { SETTINGS } from '../support/long-work.js';
import { OutsideWork } from '../support/outside-work.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();

/** A site that was seen at rest, and at which somebody else has just begun something. */
async function begunElsewhere(...begun: Parameters<OutsideWork['elsewhere']>): Promise<OutsideWork> {
  const work = new OutsideWork(the.redis);
  await work.refresh();
  work.clock.advance(30_000);
  work.elsewhere(...begun);
  await work.refresh();
  return work;
}

describe('what others begin', () => {
  it('is an operation at the next look, and holds its groups', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    const [operation, ...others] = await work.found();
    expect(others).toEqual([]);
    expect(operation).toMatchObject({
      origin: 'EXTERNAL',
      state: 'RUNNING',
      version: 1,
      action: 'FAILOVER',
      direction: 'TO_RECOVERY',
      requestedBy: 'outside the gateway',
      target: { type: 'RECOVERY_PLAN', id: work.id('move-books'), name: 'Books' },
      lockedGroupIds: [work.id('books'), work.id('move-books')],
      command: { action: 'FAILOVER', targetNativeId: 'move-books', partNativeId: null },
      before: { word: 'ready', activeSite: 'PRODUCTION' },
      calls: [],
      baseline: null,
      upstream: { state: 'moving', jobs: [] },
      warnings: ['It may be PLANNED_FAILOVER instead: from outside they look alike.'],
    });
    expect(await work.holderOf('books')).toBe(operation?.id);
    expect(await work.holderOf('move-books')).toBe(operation?.id);
    expect(work.doorbells.rings).toEqual([`watch ${work.site.siteId}`]);
    expect(await work.events(operation?.id ?? '')).toEqual([
      expect.objectContaining({
        type: 'operation.started',
        sequence: 1,
        state: 'RUNNING',
        text: 'Begun outside the gateway: the upstream says moving.',
      }),
    ]);
    expect(work.changesSent).toBe(0);
  });

  it('is found at the very first look at a site, though not what was before', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    expect(await work.found()).toMatchObject([{ state: 'RUNNING', before: null, direction: null }]);
  });

  it('is watched like any other, and ends with its target; its groups are free then', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    await work.tickAfter(10_000);
    expect((await work.found())[0]?.state).toBe('RUNNING');
    await work.tickAfter(20_000);
    const [ended] = await work.found();
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', upstream: { state: 'moved' } });
    expect(await work.holderOf('books')).toBeNull();
    expect(await work.tickAfter(0)).toBe('DONE');
    await work.refreshAfter(30_000);
    expect(await work.found()).toHaveLength(1);
  });

  it('ends badly where its target stops half way, and says what can be done', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.world.nextWork({ failure: { code: 'worn-out', message: 'the rope broke' } });
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    await work.tickAfter(30_000);
    const [ended] = await work.found();
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL', error: { code: 'outcome-partial' } });
    expect(ended?.error?.nextActions?.map(({ href }) => href)).toContain(
      `/v1/recovery-plans/${work.id('move-books')}/actions/failover`,
    );
    expect(await work.holderOf('books')).toBeNull();
  });

  it('that comes to nothing lets go of its groups when its target has stayed where it was', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    work.world.jobs.length = 0;
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'ready';
    await work.tickAfter(5_000);
    expect((await work.found())[0]?.state).toBe('RUNNING');
    await work.tickAfter(SETTINGS.settleMs);
    expect(await work.found()).toMatchObject([{ state: 'CANCELLED', outcome: 'NONE' }]);
    expect(await work.holderOf('books')).toBeNull();
  });

  it('that rests where it does not lead is told as it is, and lets go as well', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    work.world.jobs.length = 0;
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'staged';
    await work.tickAfter(5_000);
    await work.tickAfter(SETTINGS.settleMs);
    const [ended] = await work.found();
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
    expect(ended?.error?.detail).toBe(
      'The target came to rest: it is staged, which is not where FAILOVER ends.',
    );
    expect(await work.holderOf('books')).toBeNull();
  });

  it('that is gone lets go, too', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    work.world.jobs.length = 0;
    work.world.plans.delete('move-books');
    await work.tickAfter(5_000);
    await work.tickAfter(SETTINGS.settleMs);
    expect((await work.found())[0]?.state).toBe('FAILED');
    expect(await work.holderOf('books')).toBeNull();
  });

  it('that rests in a word nobody knows is for a person to settle', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    work.world.jobs.length = 0;
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'upside-down';
    await work.tickAfter(5_000);
    await work.tickAfter(SETTINGS.settleMs);
    const [unknown] = await work.found();
    expect(unknown).toMatchObject({ state: 'UNKNOWN', evidence: 'The target is upside-down.' });
    expect(await work.holderOf('books')).toBe(unknown?.id);
    const wish = { verdict: 'FAILED', reason: 'the console says so' } as const;
    const settled = await work.resolutions.resolve(unknown?.id ?? '', wish, 'ada');
    expect(settled.state).toBe('FAILED');
    expect(await work.holderOf('books')).toBeNull();
  });

  it('goes on being watched when it turns out to rest after all in a word that is known', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    work.world.jobs.length = 0;
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'upside-down';
    await work.tickAfter(5_000);
    await work.tickAfter(SETTINGS.settleMs);
    if (plan) plan.word = 'moved';
    const books = work.world.groups.get('books');
    if (books) books.activeSite = 'RECOVERY';
    await work.tickAfter(60_000);
    expect((await work.found())[0]).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it.each([
    ['DISABLE_PROTECTION', 'books', 'SUCCEEDED'],
    ['ENABLE_PROTECTION', 'archive', 'SUCCEEDED'],
    ['DELETE_PROTECTION_GROUP', 'archive', 'SUCCEEDED'],
    ['START_DRILL', 'move-mail', 'SUCCEEDED'],
  ] as const)('%s of %s is found and ends as %s', async (action, targetId, state) => {
    const work = await begunElsewhere(action, targetId);
    expect(await work.found()).toMatchObject([{ action, state: 'RUNNING', direction: null }]);
    await work.tickAfter(30_000);
    expect(await work.found()).toMatchObject([{ action, state }]);
    expect(await work.holderOf(targetId)).toBeNull();
  });
});

describe('a request of ours for what others are at', () => {
  it('is refused, and told who is', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-books');
    const [operation] = await work.found();
    const { problem } = await refusalOf(work.accept());
    expect(problem).toMatchObject({
      code: 'operation-in-progress',
      detail: `Operation ${operation?.id}, which was begun outside the gateway, holds a protection group that this action touches.`,
      nextActions: [{ href: `/v1/operations/${operation?.id}` }],
    });
  });

  it('names whoever the upstream names', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    expect((await work.found())[0]?.requestedBy).toBe('olga@console');
    const { problem } = await refusalOf(work.accept());
    expect(problem.detail).toContain('which was begun outside the gateway by olga@console, holds');
  });

  it('is refused for another plan that shares a group, too', async () => {
    const work = await begunElsewhere('FAILOVER', 'move-front');
    const [operation, ...others] = await work.found();
    expect(others).toEqual([]);
    expect(operation?.lockedGroupIds).toEqual(['mail', 'shop', 'move-front'].map((id) => work.id(id)));
    const { problem } = await refusalOf(work.accept({ targetNativeId: 'move-mail' }));
    expect(problem.code).toBe('operation-in-progress');
    expect((await work.accept()).state).toBe('PENDING');
  });
});

describe('what an operation of others can be asked', () => {
  async function asking(): Promise<{ work: OutsideWork; id: string }> {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    work.world.nextWork({ question: 'Is the old site dark?' });
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    const [operation] = await work.found();
    return { work, id: operation?.id ?? '' };
  }

  it('is to go on past a prompt', async () => {
    const { work, id } = await asking();
    await work.tickAfter(20_000);
    const waiting = await work.now(id);
    expect(waiting).toMatchObject({
      state: 'WAITING_FOR_INPUT',
      prompts: [{ text: 'Is the old site dark?' }],
    });
    await work.service.answerPrompt(id, waiting.prompts[0]?.id ?? '', 'ben');
    await work.runner.submit(id);
    await work.tickAfter(5_000);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(15_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('is to stop, where the upstream can', async () => {
    const { work, id } = await asking();
    expect(work.service.isStoppable(await work.now(id))).toBe(true);
    await work.service.cancel(id, 'ben');
    await work.runner.submit(id);
    await work.tickAfter(10_000);
    expect(await work.now(id)).toMatchObject({ state: 'CANCELLED', cancel: { state: 'ACCEPTED' } });
    expect(await work.holderOf('books')).toBeNull();
  });

  it('is nothing that the upstream cannot', async () => {
    const work = await begunElsewhere('DISABLE_PROTECTION', 'books');
    const [operation] = await work.found();
    const { problem } = await refusalOf(work.service.cancel(operation?.id ?? '', 'ben'));
    expect(problem.code).toBe('cancel-not-supported');
  });
});

describe('a job of the upstream', () => {
  it('tells which action it is, who began it and when', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    await work.refresh();
    const job = work.elsewhere('PLANNED_FAILOVER', 'move-books');
    await work.refreshAfter(8_000);
    const [operation] = await work.found();
    expect(operation).toMatchObject({
      action: 'PLANNED_FAILOVER',
      requestedBy: 'olga@console',
      startedTime: new Date(job.startedAt).toISOString(),
      warnings: [],
      calls: [{ state: 'ACCEPTED', adopted: true, ref: { jobIds: [job.id] } }],
      upstream: { jobs: [{ id: job.id }] },
    });
    await work.tickAfter(30_000);
    expect(await work.found()).toMatchObject([
      { state: 'SUCCEEDED', timings: { upstreamMs: 30_000, detectMs: 8_000 } },
    ]);
  });

  it('is asked for where the look that shows the work has none', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('PLANNED_FAILOVER', 'move-books');
    work.elsewhere('START_DRILL', 'move-mail');
    const look = await work.look();
    work.tellsRuns = true;
    work.world.journal.length = 0;
    await work.external.consider(work.site.provider, look);
    expect(work.world.journal.map(({ what }) => what)).toEqual([
      'survey',
      'plans/move-books',
      'plans/move-mail',
    ]);
    expect(await work.found()).toMatchObject([
      { action: 'PLANNED_FAILOVER', requestedBy: 'olga@console', warnings: [] },
      { action: 'START_DRILL', calls: [{ ref: { jobIds: ['work-2'] } }] },
    ]);
  });

  it('that cannot be told leaves it to the state', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('PLANNED_FAILOVER', 'move-books');
    const look = await work.look();
    work.world.troubles.push({ on: 'READ', trouble: 'GARBLED' });
    await work.external.consider(work.site.provider, look);
    expect(await work.found()).toMatchObject([{ action: 'FAILOVER', calls: [] }]);
  });

  it('on something that rests is believed only when it lasts', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    await work.refresh();
    const job = work.elsewhere('ADD_PROTECTED_INSTANCE', 'books:ledger');
    Object.assign(job, { action: 'UPDATE_PROTECTION_GROUP', targetId: 'books' });
    await work.refreshAfter(5_000);
    expect(await work.found()).toEqual([]);
    await work.refreshAfter(5_000);
    expect(await work.found()).toMatchObject([{ action: 'UPDATE_PROTECTION_GROUP', state: 'RUNNING' }]);
    Object.assign(job, { ended: 'DONE', endedAt: work.clock.now() });
    await work.tickAfter(5_000);
    expect(await work.found()).toMatchObject([{ state: 'SUCCEEDED' }]);
  });

  it('on something that rests is none any more when it has ended meanwhile', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    const job = work.elsewhere('ADD_PROTECTED_INSTANCE', 'books:ledger');
    Object.assign(job, { action: 'UPDATE_PROTECTION_GROUP', targetId: 'books' });
    await work.refresh();
    const look = await work.look();
    Object.assign(job, { ended: 'DONE', endedAt: work.clock.now() });
    await work.external.consider(work.site.provider, look);
    expect(await work.found()).toEqual([]);
  });
});

describe('after a crash', () => {
  it('right after it was recorded, the sweeper has it watched', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const deaf = work.doorbells.ringWatch.bind(work.doorbells);
    work.doorbells.ringWatch = () => Promise.reject(new Error('killed'));
    await expect(work.refresh()).rejects.toThrow('killed');
    work.doorbells.ringWatch = deaf;
    await new Sweeper(work.store, work.doorbells, silentLog()).sweep();
    expect(work.doorbells.rings).toEqual([`ensure watch ${work.site.siteId}`]);
    await work.refreshAfter(5_000);
    await work.tickAfter(30_000);
    expect(await work.found()).toMatchObject([{ state: 'SUCCEEDED' }]);
  });

  it('before it was recorded, the same look finds it', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    work.afterLiveLook(() => Promise.reject(new Error('killed')));
    await work.external.consider(work.site.provider, look).catch(() => undefined);
    expect(await work.found()).toEqual([]);
    await work.external.consider(work.site.provider, look);
    await work.external.consider(work.site.provider, look);
    expect(await work.found()).toHaveLength(1);
  });
});
