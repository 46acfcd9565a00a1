import type { SiteLook } from '../../../src/domain/site-survey.js';
import { LAG_MS } from '../../../src/operations/external-explanations.js';
import { childrenOf, PROVISION, submitAll } from '../support/composite-work.js';
import { isVerdict } from '../../../src/domain/operation.js';
import { SETTINGS } from '../support/long-work.js';
import { OutsideWork } from '../support/outside-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

const consider = (work: OutsideWork, look: SiteLook) => work.external.consider(work.site.provider, look);
const reads = (work: OutsideWork) => work.world.journal.filter(({ kind }) => kind === 'READ').length;

/** An operation of ours that runs, at a site that was seen at rest before. */
async function ours(): Promise<{ work: OutsideWork; id: string }> {
  const work = new OutsideWork(the.redis);
  await work.refresh();
  work.clock.advance(20_000);
  return { work, id: await work.begun() };
}

describe('a run of ours is not taken for that of others', () => {
  it('while it is under way, and the site is not asked for it', async () => {
    const { work } = await ours();
    work.tellsRuns = true;
    const look = await work.look();
    const before = reads(work);
    await consider(work, look);
    expect(reads(work)).toBe(before);
    expect(await work.found()).toEqual([]);
  });

  it('when it has ended between the look and its consideration', async () => {
    const { work, id } = await ours();
    const look = await work.look();
    await work.tickAfter(30_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
    await consider(work, look);
    work.clock.advance(LAG_MS);
    await consider(work, look);
    expect(await work.found()).toEqual([]);
  });

  it('nor what it changed between two looks', async () => {
    const { work, id } = await ours();
    await work.tickAfter(30_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
    await work.refresh();
    await work.refreshAfter(60_000);
    expect(await work.found()).toEqual([]);
  });

  it('nor what it changed, to a worker whose last look is hours old', async () => {
    const work = new OutsideWork(the.redis);
    const old = await work.look();
    work.clock.advance(3_600_000);
    await work.begun();
    await work.tickAfter(30_000);
    work.clock.advance(3_600_000);
    const { after } = await work.look();
    await consider(work, { before: old.after, after });
    expect(await work.found()).toEqual([]);
  });

  it('when it was accepted and sent while the site was being looked at once more', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    // What others did has ended since; what the live look sees is ours.
    work.clock.advance(30_000);
    work.world.settle();
    work.world.plans.set('move-books', {
      id: 'move-books',
      name: 'Books',
      word: 'ready',
      groupIds: ['books'],
    });
    work.beforeLiveLook(async () => {
      await work.begun({ direction: 'TO_PRODUCTION' });
    });
    await consider(work, look);
    expect(work.executions).toBe(2);
    expect(await work.found()).toEqual([]);
  });

  it('when it was accepted, sent and ended while the site was being looked at once more', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    work.clock.advance(30_000);
    work.world.settle();
    work.world.plans.set('move-books', {
      id: 'move-books',
      name: 'Books',
      word: 'ready',
      groupIds: ['books'],
    });
    const mine: string[] = [];
    work.beforeLiveLook(async () => {
      mine.push(await work.begun({ direction: 'TO_PRODUCTION' }));
    });
    work.afterLiveLook(async () => {
      await work.tickAfter(30_000);
    });
    await consider(work, look);
    expect((await work.now(mine[0] ?? '')).state).toBe('SUCCEEDED');
    expect(await work.holderOf('move-books')).toBeNull();
    expect(await work.found()).toEqual([]);
  });

  it('while its answer is lost and evidence is gathered, and when it is adopted', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    await work.refresh();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    const id = await work.begun();
    expect((await work.now(id)).state).toBe('RECONCILING');
    await work.refresh();
    await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', calls: [{ adopted: true }] });
    await work.refresh();
    const running = await work.look();
    await work.tickAfter(30_000);
    await consider(work, running);
    await work.refreshAfter(30_000);
    expect(await work.found()).toEqual([]);
  });

  it('while it is UNKNOWN; and when a person has settled it, what is seen then is told to be perhaps that', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    await work.tickAfter(SETTINGS.quarantineMs);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    await work.resolutions.resolve(id, { verdict: 'NOT_EXECUTED', reason: 'nothing to be seen' }, 'ada');
    await work.refreshAfter(LAG_MS);
    work.elsewhere('FAILOVER', 'move-books');
    await work.refreshAfter(5_000);
    const [operation] = await work.found();
    expect(operation?.warnings).toContain(
      `Operation ${id} asked for the same and was settled as NOT_EXECUTED: this may be its request, carried out late.`,
    );
  });

  it('while it is UNKNOWN and its target is seen to move', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    await work.tickAfter(SETTINGS.quarantineMs);
    work.elsewhere('DISABLE_PROTECTION', 'books');
    await work.refresh();
    expect((await work.now(id)).state).toBe('UNKNOWN');
    expect(await work.found()).toEqual([]);
  });

  it('when a person has settled it while its target hangs', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.world.nextWork({ stuck: true });
    const id = await work.begun();
    await work.tickAfter(5_000);
    expect((await work.now(id)).upstream.state).toBe('moving');
    await work.store.transition(id, { kind: 'UNDECIDED', evidence: 'it hangs' });
    work.world.forget('work-1');
    await work.resolutions.resolve(id, { verdict: 'FAILED', reason: 'it hangs' }, 'ada');
    for (const ms of [0, LAG_MS, 30_000, 3_600_000]) await work.refreshAfter(ms);
    expect(await work.found()).toEqual([]);
    // It comes to rest, and somebody begins anew.
    work.world.jobs.length = 0;
    work.world.plans.set('move-books', {
      id: 'move-books',
      name: 'Books',
      word: 'stranded',
      groupIds: ['books'],
    });
    await work.refreshAfter(30_000);
    expect(await work.found()).toEqual([]);
    work.elsewhere('FAILOVER', 'move-books');
    await work.refreshAfter(10_000);
    expect(await work.found()).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('when its upstream still shows it for a moment after its end', async () => {
    const { work } = await ours();
    await work.tickAfter(30_000);
    // The list is served by a server that lags behind.
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'moving';
    await work.refreshAfter(LAG_MS - 1);
    expect(await work.found()).toEqual([]);
    await work.refreshAfter(1);
    expect(await work.found()).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('through all the steps of a composite', async () => {
    const work = new OutsideWork(the.redis);
    work.tellsRuns = true;
    await work.refresh();
    const { id } = await work.accept(PROVISION);
    for (let round = 0; round < 150 && !isVerdict((await work.now(id)).state); round += 1) {
      await submitAll(work);
      await work.refresh();
      await work.tickAfter(7_000);
      await work.refresh();
    }
    await work.refreshAfter(30_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await childrenOf(work, id)).toHaveLength(5);
    expect(await work.found()).toEqual([]);
  });

  it('through all the steps of a composite, by looks that are a step old', async () => {
    const work = new OutsideWork(the.redis);
    let late = await work.look();
    const { id } = await work.accept(PROVISION);
    for (let round = 0; round < 150 && !isVerdict((await work.now(id)).state); round += 1) {
      await submitAll(work);
      const look = await work.look();
      await work.tickAfter(10_000);
      await consider(work, late);
      late = look;
    }
    await consider(work, late);
    expect(await work.found()).toEqual([]);
  });

  it.each(['letters', 'Letters, as the upstream writes it'])(
    'while it makes a group of which only the name is known here (%s)',
    async (name) => {
      const work = new OutsideWork(the.redis);
      await work.refresh();
      const group = { name: 'letters' };
      const creation = {
        action: 'CREATE_PROTECTION_GROUP',
        targetNativeId: null,
        direction: null,
        group,
      } as const;
      await work.begun(creation);
      const made = work.world.groups.get('group-1');
      if (made) made.name = name;
      await work.refreshAfter(5_000);
      const late = await work.look();
      await work.tickAfter(25_000);
      await consider(work, late);
      await work.refresh();
      await work.refreshAfter(30_000);
      expect(await work.found()).toEqual([]);
    },
  );

  it('when the making of a group ends while the group is being looked at once more', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const creation = { action: 'CREATE_PROTECTION_GROUP', targetNativeId: null, direction: null } as const;
    const id = await work.begun({ ...creation, group: { name: 'letters' } });
    const made = work.world.groups.get('group-1');
    if (made) made.name = 'Letters';
    work.clock.advance(5_000);
    const look = await work.look();
    work.afterLiveLook(async () => {
      await work.tickAfter(25_000);
    });
    await consider(work, look);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
    expect(await work.found()).toEqual([]);
  });

  it('nor what other plans show of the groups that it moved', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    await work.begun({ targetNativeId: 'move-front' });
    await work.refreshAfter(5_000);
    await work.tickAfter(25_000);
    await work.refresh();
    await work.refreshAfter(30_000);
    expect(work.world.plans.get('move-mail')?.word).toBe('moved');
    expect(await work.found()).toEqual([]);
  });
});
