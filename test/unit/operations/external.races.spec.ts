import type { SiteLook } from '../../../src/domain/site-survey.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { LAG_MS } from '../../../src/operations/external-explanations.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
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
      work.tellsRuns = true;
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

describe('a run of others is not missed', () => {
  it('because a request of ours was refused for it', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    const { id } = await work.accept();
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    expect(await work.found()).toEqual([]);
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('REJECTED');
    await work.refresh();
    expect(await work.found()).toMatchObject([{ state: 'RUNNING' }]);
    expect(work.executions).toBe(1);
  });

  it('because one of ours ended just before, if the target was seen at rest since', async () => {
    const { work } = await ours();
    await work.tickAfter(30_000);
    await work.refreshAfter(1_000);
    work.elsewhere('REPROTECT', 'move-books');
    await work.refreshAfter(1_000);
    expect(await work.found()).toMatchObject([{ action: 'REPROTECT', state: 'RUNNING' }]);
  });

  it('because one of ours ended just before, even if nobody looked between', async () => {
    const { work } = await ours();
    await work.tickAfter(30_000);
    work.elsewhere('REPROTECT', 'move-books');
    await work.refreshAfter(1_000);
    expect(await work.found()).toEqual([]);
    await work.refreshAfter(LAG_MS);
    expect(await work.found()).toMatchObject([{ action: 'REPROTECT', state: 'RUNNING' }]);
  });

  it('because it follows another of theirs', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    await work.refresh();
    await work.tickAfter(30_000);
    await work.refresh();
    work.elsewhere('REPROTECT', 'move-books');
    await work.refreshAfter(10_000);
    await work.tickAfter(30_000);
    expect(await work.found()).toMatchObject([
      { action: 'FAILOVER', state: 'SUCCEEDED' },
      { action: 'REPROTECT', state: 'SUCCEEDED' },
    ]);
  });

  it('because the site could not be asked just then', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    work.world.troubles.push({ on: 'READ', trouble: 'THROTTLED', retryAfterMs: 60_000 });
    await expect(consider(work, look)).rejects.toThrow(ProviderError);
    expect(await work.found()).toEqual([]);
    await consider(work, look);
    expect(await work.found()).toHaveLength(1);
  });

  it('because its plan holds more groups than the look showed', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-mail');
    const look = await work.look();
    work.world.plans.get('move-mail')?.groupIds.push('archive');
    await consider(work, look);
    const [operation] = await work.found();
    expect(operation?.lockedGroupIds).toEqual(['mail', 'archive', 'move-mail'].map((id) => work.id(id)));
  });

  it('and is left alone where one of ours holds a group that the look did not show to be its', async () => {
    const work = new OutsideWork(the.redis);
    await work.begun({ action: 'ENABLE_PROTECTION', targetNativeId: 'archive', direction: null });
    work.elsewhere('FAILOVER', 'move-mail');
    const look = await work.look();
    work.world.plans.get('move-mail')?.groupIds.push('archive');
    await consider(work, look);
    expect(await work.found()).toEqual([]);
    expect(await work.holderOf('mail')).toBeNull();
  });

  it('but one that has ended before it could be looked at is told as what it was', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    work.clock.advance(30_000);
    await consider(work, look);
    expect(await work.found()).toEqual([]);
    await work.refresh();
    expect(await work.found()).toMatchObject([{ action: 'FAILOVER', state: 'SUCCEEDED' }]);
  });
});

describe('many processes at once', () => {
  it('record one run once', async () => {
    const work = new OutsideWork(the.redis);
    await work.refresh();
    work.elsewhere('FAILOVER', 'move-front');
    const look = await work.look();
    const processes = Array.from({ length: 20 }, () => work.anotherProcess());
    await Promise.all(processes.map((one) => one.consider(work.site.provider, look)));
    expect(await work.found()).toHaveLength(1);
    expect(work.doorbells.rings).toHaveLength(1);
  });

  it('record one change once, though each had its own look before', async () => {
    const work = new OutsideWork(the.redis);
    const looks = [await work.look(), await work.look(), await work.look()];
    work.elsewhere('FAILOVER', 'move-books');
    work.clock.advance(40_000);
    const { after } = await work.look();
    await Promise.all(
      looks.map((look) => work.anotherProcess().consider(work.site.provider, { before: look.after, after })),
    );
    expect(await work.found()).toHaveLength(1);
    work.clock.advance(3_600_000);
    const later = await work.look();
    await consider(work, { before: looks[0]?.after ?? null, after: later.after });
    expect(await work.found()).toHaveLength(1);
  });

  it('and requests of ours for the same group: exactly one holds it, and nothing is sent twice', async () => {
    for (let round = 0; round < 10; round += 1) {
      const work = new OutsideWork(the.redis);
      work.elsewhere('DISABLE_PROTECTION', 'books');
      const look = await work.look();
      // To the pre-flight of ours it is still at rest.
      const [accepted] = await Promise.allSettled([
        work.accept({
          action: 'UPDATE_PROTECTION_GROUP',
          targetNativeId: 'books',
          direction: null,
          changes: { name: 'b' },
        }),
        consider(work, look),
      ]);
      const found = await work.found();
      const won = accepted.status === 'fulfilled' ? accepted.value.id : found[0]?.id;
      expect(await work.holderOf('books')).toBe(won);
      expect(found).toHaveLength(accepted.status === 'fulfilled' ? 0 : 1);
    }
  });

  it('whose replies are lost record it once, too', async () => {
    const work = new OutsideWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const look = await work.look();
    const deaf = new RedisOperationStore(
      new Proxy(the.redis, {
        get(target, name) {
          if (name === 'evalsha')
            return async (...args: Parameters<typeof the.redis.evalsha>): Promise<unknown> => {
              await target.evalsha(...args);
              return target.evalsha(...args);
            };
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function'
            ? (value as (...args: unknown[]) => unknown).bind(target)
            : value;
        },
      }),
      work.clock,
    );
    const recorded: unknown[] = [];
    const record = work.store.record.bind(work.store);
    work.store.record = async (...args) => {
      await record(...args);
      const again = await deaf.record(...args);
      recorded.push(again.kind);
      return again;
    };
    await consider(work, look);
    expect(recorded).toEqual(['RECORDED']);
    expect(await work.found()).toHaveLength(1);
    expect(await work.events((await work.found())[0]?.id ?? '')).toHaveLength(1);
  });
});
