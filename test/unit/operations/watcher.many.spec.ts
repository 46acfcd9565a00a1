import type { Redis } from 'ioredis';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import { Reconciler } from '../../../src/operations/reconciler.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { SiteWatcher } from '../../../src/operations/site-watcher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { command, operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const MANY = 1_000;

/** Counts what is asked of Redis: a pipeline is one request. */
function counted(redis: Redis): { redis: Redis; asked: string[] } {
  const asked: string[] = [];
  const proxy = new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = (value as (...args: unknown[]) => unknown).bind(target);
      return (...args: unknown[]) => {
        asked.push(String(name));
        return method(...args);
      };
    },
  });
  return { redis: proxy, asked };
}

/** A thousand operations that run at one memory site. */
async function thousand(work: LongWork): Promise<string[]> {
  const { siteId } = work.site;
  const running = Array.from({ length: MANY }, (_, i) => {
    const { id } = newcomer({ siteId });
    const target = { type: 'RECOVERY_PLAN', id: `${siteId}.move-books`, name: 'Books' } as const;
    const changes = { id, siteId, target, lockedGroupIds: [`${siteId}.g${i}`], command: command() };
    return operationIn('RUNNING', { ...changes, startedTime: new Date(work.clock.now()).toISOString() });
  });
  await Promise.all(running.map((operation) => work.store.accept(operation, null)));
  return running.map(({ id }) => id);
}

describe('a thousand operations at one site', () => {
  it('are read in three requests, and in two when nothing has changed', async () => {
    const work = new LongWork(the.redis);
    await thousand(work);
    const { redis, asked } = counted(the.redis);
    const store = new RedisOperationStore(redis, work.clock);
    expect(await store.listOpen(work.site.siteId)).toHaveLength(MANY);
    // A server that has not met the script yet asks for its text.
    expect(asked.filter((command) => command !== 'eval')).toEqual(['zrange', 'evalsha', 'pipeline']);
    asked.length = 0;
    expect(await store.listOpen(work.site.siteId)).toHaveLength(MANY);
    expect(asked).toEqual(['zrange', 'evalsha']);
  });

  it('that have not moved cost a look at the site nothing but that', async () => {
    const work = new LongWork(the.redis);
    await thousand(work);
    work.world.begin('FAILOVER', 'move-books');
    const job = work.world.jobs[0];
    if (job) job.id = 'job-1';
    const { redis, asked } = counted(the.redis);
    const store = new RedisOperationStore(redis, work.clock);
    const registry = new ProviderRegistry([work.site.provider]);
    const watcher = new SiteWatcher(store, registry, work.clock, SETTINGS, silentLog(), work.doorbells);
    await watcher.tick(work.site.siteId);
    await watcher.tick(work.site.siteId);
    asked.length = 0;
    work.world.journal.length = 0;
    await watcher.tick(work.site.siteId);
    expect(asked).toEqual(['zrange', 'evalsha']);
    expect(work.world.journal).toEqual([{ kind: 'READ', what: 'observe' }]);
  });

  it('that have all ended are all told in one look', async () => {
    const work = new LongWork(the.redis);
    const ids = await thousand(work);
    work.world.begin('FAILOVER', 'move-books');
    const job = work.world.jobs[0];
    if (job) job.id = 'job-1';
    await work.tickAfter(30_000);
    const states = await Promise.all(ids.map(async (id) => (await work.now(id)).state));
    expect(new Set(states)).toEqual(new Set(['SUCCEEDED']));
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
  });
});

describe('what is kept of unfinished operations in a process', () => {
  it('is what was written last, by whomever', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const other = new RedisOperationStore(the.redis, work.clock);
    expect((await other.listOpen(work.site.siteId)).map(({ version }) => version)).toEqual([3]);
    await work.tickAfter(5_000);
    const [seen] = await other.listOpen(work.site.siteId);
    expect(seen).toEqual(await work.now(id));
    expect(seen?.version).toBe(4);
  });

  it('is forgotten when they end, and never shown to another site of the shard', async () => {
    const work = new LongWork(the.redis);
    await work.begun();
    expect(await work.store.listOpen('elsewhere')).toEqual([]);
    await work.tickAfter(30_000);
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
  });

  it('leaves out an id whose record is gone', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const [key] = await the.redis.keys(`*:op:${id}`);
    await the.redis.del(key ?? '');
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
  });
});

describe('whole lists that a look read on its way', () => {
  it('are handed over before the verdicts are written, with the time when the look began', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const taken: unknown[] = [];
    const noticed = {
      take: async (_provider: unknown, takenMs: number, noted: Partial<SiteSurvey>) => {
        const plan = noted.plans?.find(({ name }) => name === 'Books');
        taken.push([takenMs, plan?.state, (await work.now(id)).state]);
      },
    };
    const registry = new ProviderRegistry([work.site.provider]);
    const watcher = new SiteWatcher(
      work.store,
      registry,
      work.clock,
      SETTINGS,
      silentLog(),
      work.doorbells,
      noticed,
    );
    work.clock.advance(30_000);
    await watcher.tick(work.site.siteId);
    expect(taken).toEqual([[work.clock.now(), 'FAILED_OVER', 'RUNNING']]);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });
});

describe('the reconciler', () => {
  const doubtful = () =>
    new LongWork(the.redis, (driver) =>
      changed(driver, { findStarted: () => Promise.resolve({ verdict: 'NOT_SEEN', evidence: 'nothing' }) }),
    );

  it('forgets the operations that are in doubt no more', async () => {
    const work = doubtful();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST', times: Infinity });
    const id = await work.begun();
    await work.tickAfter(SETTINGS.quarantineMs);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    const reconciler = new Reconciler(work.store, work.clock, SETTINGS, silentLog());
    const looks = (reconciler as unknown as { looks: Map<string, unknown> }).looks;
    await reconciler.reconcile(await work.store.listOpen(work.site.siteId), work.site.provider);
    expect(looks.size).toBe(1);
    await work.resolutions.resolve(id, { verdict: 'NOT_EXECUTED', reason: 'nothing there' }, 'ada');
    await reconciler.reconcile(await work.store.listOpen(work.site.siteId), work.site.provider);
    expect(looks.size).toBe(0);
  });

  it('asks no more when it is asked for patience, and comes back when it may', async () => {
    let asked = 0;
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        findStarted: () => {
          asked += 1;
          const more = { retry: 'TEMPORARY', retryAfterMs: 90_000 } as const;
          return Promise.reject(new ProviderError('RATE_LIMITED', 'patience', more));
        },
      }),
    );
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST', times: Infinity });
    await work.begun();
    await work.begun({ targetNativeId: 'move-mail' });
    expect(await work.tickAfter(1_000)).toEqual({ againInMs: 90_000 });
    expect(asked).toBe(1);
  });
});
