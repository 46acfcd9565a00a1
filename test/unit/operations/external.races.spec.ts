import type { SiteLook } from '../../../src/domain/site-survey.js';
import { LAG_MS } from '../../../src/operations/external-explanations.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { OutsideWork } from '../support/outside-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

const consider = (work: OutsideWork, look: SiteLook) => work.external.consider(work.site.provider, look);

/** An operation of ours that runs, at a site that was seen at rest before. */
async function ours(): Promise<{ work: OutsideWork; id: string }> {
  const work = new OutsideWork(the.redis);
  await work.refresh();
  work.clock.advance(20_000);
  return { work, id: await work.begun() };
}

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
