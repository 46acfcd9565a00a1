import type { SiteLook } from '../../../src/domain/site-survey.js';
import { ByCatch } from '../../../src/inventory/by-catch.js';
import type { LookConsumer } from '../../../src/inventory/look-consumers.js';
import { RefreshRounds } from '../../../src/inventory/refresh-rounds.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { laneNow } from '../../../src/providers/lanes.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { INTERVAL_MS, inventory } from '../support/inventory.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const { jest } = import.meta;
const the = redisForThisFile();

/** The refresh job of one memory site, with somebody who listens. */
function job(at = new TestClock(), wantedSinceMs?: () => number | null) {
  const made = inventory(the.redis, undefined, at);
  const { provider, store, refresher, bells, clock, siteId } = made;
  const looks: SiteLook[] = [];
  const missed: string[] = [];
  const deaf = { times: 0 };
  const listener: LookConsumer = {
    name: 'listener',
    take: (_provider, look) => {
      if ((deaf.times -= 1) >= 0) return Promise.reject(new Error('not now'));
      looks.push(look);
      return Promise.resolve();
    },
    missed: (_provider, why, { code }) => {
      missed.push(`${why} ${code}`);
      return Promise.resolve();
    },
  };
  const rounds = new RefreshRounds(
    new ProviderRegistry([provider]),
    store,
    refresher,
    bells,
    [listener],
    INTERVAL_MS,
    clock,
    silentLog(),
    wantedSinceMs,
  );
  const names = (look: SiteLook | undefined, when: 'before' | 'after') =>
    look?.[when]?.survey.groups.map(({ name }) => name) ?? null;
  return {
    ...made,
    looks: made.looks,
    told: looks,
    missed,
    deaf,
    rounds,
    names,
    round: () => rounds.round(siteId),
  };
}

it('a site is looked at when it is due, and the job comes back when it is due again', async () => {
  const { round, looks, clock } = job();
  expect(await round()).toEqual({ againInMs: INTERVAL_MS });
  clock.advance(INTERVAL_MS - 1);
  expect(await round()).toEqual({ againInMs: 20 });
  expect(looks()).toBe(1);
  clock.advance(1);
  await round();
  expect(looks()).toBe(2);
});

it('a site that is configured no more has no job', async () => {
  expect(await job().rounds.round('nowhere')).toBe('DONE');
});

it('a sweep rings for every site, the first one also where a ring waits for its time', async () => {
  const { rounds, bells, siteId } = job();
  await rounds.sweep();
  await rounds.sweep();
  expect(bells.rings).toEqual([`ring ${siteId}`, `ensure ${siteId}`]);
});

it('a site is looked at before it is due when its last look is older than what is wanted, once', async () => {
  let sinceMs: number | null = null;
  const { round, looks, clock } = job(undefined, () => sinceMs);
  await round();
  clock.advance(1_000);
  sinceMs = clock.now();
  await round();
  await round();
  expect(looks()).toBe(2);
});

it('a site of which a look came to be wanted during its round is come back to soon', async () => {
  const clock = new TestClock();
  let asked = 0;
  const { round, looks } = job(clock, () => ((asked += 1) % 2 === 0 ? clock.now() : null));
  await round();
  clock.advance(1_000);
  expect(await round()).toEqual({ againInMs: 500 });
  expect(looks()).toBe(1);
});

it('every site is seen to when somebody is in a hurry', async () => {
  const { rounds, bells, siteId } = job();
  await rounds.hurry();
  expect(bells.rings).toEqual([`ring ${siteId}`]);
});

it('a site that fails is asked again after a pause that grows, and those who listen are told', async () => {
  const { round, fail, missed, told, clock } = job();
  await round();
  clock.advance(INTERVAL_MS);
  fail(2);
  expect(await round()).toEqual({ againInMs: 5_000 });
  clock.advance(5_000);
  expect(await round()).toEqual({ againInMs: 10_000 });
  expect(missed).toEqual(['FAILED upstream-unavailable', 'FAILED upstream-unavailable']);
  expect(told).toHaveLength(1);
  clock.advance(10_000);
  expect(await round()).toEqual({ againInMs: INTERVAL_MS });
  expect(told).toHaveLength(2);
});

it('a site that another process is looking at is come back to soon', async () => {
  const { round, store, siteId } = job();
  await store.takeTurn(siteId, 10_000);
  expect(await round()).toEqual({ againInMs: 500 });
});

it('a site that our own budget has no place for is come back to, and those who listen are told that it is ours', async () => {
  const { round, missed, clock, store, siteId, provider, groups } = job();
  await round();
  clock.advance(INTERVAL_MS);
  const asked = jest.spyOn(provider, 'survey');
  const full = new ProviderError('RATE_LIMITED', 'No request is left.', {
    retry: 'TEMPORARY',
    retryAfterMs: 9_000,
  });
  asked.mockRejectedValueOnce(full).mockRejectedValueOnce(full);
  expect(await round()).toEqual({ againInMs: 9_000 });
  expect(missed).toEqual(['POSTPONED inventory-postponed']);
  expect((await store.head(siteId)).failure).toBeNull();
  const error = {
    code: 'inventory-postponed',
    detail: 'There was no place for a look at A site. No request is left.',
  };
  expect((await groups(true)).source).toMatchObject({ state: 'STALE', error });
  expect((await groups()).source).toMatchObject({ state: 'FRESH', error: null });
  clock.advance(90_001);
  expect((await groups()).source).toMatchObject({ state: 'STALE', error });
  clock.advance(30_000);
  expect((await groups()).source).toMatchObject({ state: 'STALE', error: { code: 'inventory-unattended' } });
  await round();
  expect((await store.head(siteId)).postponed).toBeNull();
});

it('a site that our own budget has no place for is asked in a lane with a place once the look is overdue', async () => {
  const { round, clock, provider } = job();
  await round();
  const lanes: string[] = [];
  jest.spyOn(provider, 'survey').mockImplementation(() => {
    lanes.push(laneNow());
    return Promise.reject(
      new ProviderError('RATE_LIMITED', 'Full.', { retry: 'TEMPORARY', retryAfterMs: 40_000 }),
    );
  });
  clock.advance(INTERVAL_MS);
  expect(await round()).toEqual({ againInMs: INTERVAL_MS / 2 });
  clock.advance(INTERVAL_MS / 2);
  expect(await round()).toEqual({ againInMs: INTERVAL_MS });
  expect(lanes).toEqual(['REFRESH', 'OVERDUE']);
});

it('what an operation brought about is looked for soon after its end', async () => {
  const now = Number((await the.redis.time())[0]) * 1000;
  const { round, looks, clock, siteId } = job(new TestClock(now - 15_000));
  await round();
  clock.advance(15_000);
  expect(await round()).toEqual({ againInMs: INTERVAL_MS - 15_000 });
  const { events } = operationKeys(shardOf(siteId));
  const tell = (operationId: string, state: string) =>
    the.redis.xadd(events, '*', 'e', JSON.stringify({ operationId, state }));
  await tell(`${siteId}.1`, 'RUNNING');
  await tell(`${siteId}-neighbour.1`, 'SUCCEEDED');
  await round();
  expect(looks()).toBe(1);
  await tell(`${siteId}.1`, 'FAILED');
  await round();
  expect(looks()).toBe(2);
});

it('whether we are let in is asked now and then for its own sake', async () => {
  const { round, clock, world } = job();
  const checks = () => world.journal.filter(({ what }) => what === 'check').length;
  for (let i = 0; i < 21; i += 1) {
    await round();
    clock.advance(INTERVAL_MS);
  }
  expect(checks()).toBe(3);
});

describe('those who draw conclusions', () => {
  it('are told of every look with what they were last told, also when nothing has changed', async () => {
    const { round, told, clock, names, world } = job();
    await round();
    clock.advance(INTERVAL_MS);
    await round();
    world.groups.delete('archive');
    clock.advance(INTERVAL_MS);
    await round();
    expect(told).toHaveLength(3);
    expect(told[0]?.before).toBeNull();
    expect(names(told[1], 'before')).toEqual(names(told[1], 'after'));
    expect(names(told[2], 'before')).toEqual(['archive', 'books', 'mail', 'shop']);
    expect(names(told[2], 'after')).toEqual(['books', 'mail', 'shop']);
    expect(told[2]?.after.takenMs).toBe(clock.now());
  });

  it('are told how things were at the last look, however long nothing has changed', async () => {
    const { round, told, clock, names, world } = job();
    await round();
    for (let i = 0; i < 5; i += 1) {
      clock.advance(INTERVAL_MS);
      await round();
    }
    world.groups.delete('archive');
    const last = clock.now();
    clock.advance(INTERVAL_MS);
    await round();
    expect(told.at(-1)?.before?.takenMs).toBe(last);
    expect(names(told.at(-1), 'before')).toEqual(['archive', 'books', 'mail', 'shop']);
    clock.advance(INTERVAL_MS);
    await round();
    expect(told.at(-1)?.before?.takenMs).toBe(clock.now() - INTERVAL_MS);
  });

  it('are told of what another process saw, without another look', async () => {
    const { round, told, names, world, groups, looks } = job();
    await round();
    world.groups.delete('archive');
    await groups(true);
    expect(looks()).toBe(2);
    await round();
    expect(looks()).toBe(2);
    expect(names(told[1], 'after')).toEqual(['books', 'mail', 'shop']);
  });

  it('are rung for when what was noticed changed something', async () => {
    const { round, told, names, bells, refresher, provider, clock, siteId, world } = job();
    await round();
    world.groups.delete('archive');
    const { groups: others } = await provider.survey();
    const byCatch = new ByCatch(refresher, bells, silentLog());
    clock.advance(1_000);
    await byCatch.take(provider, clock.now(), { groups: others });
    await byCatch.take(provider, clock.now(), { groups: others });
    expect(bells.rings).toEqual([`ring ${siteId}`]);
    await round();
    expect(names(told[1], 'after')).toEqual(['books', 'mail', 'shop']);
    await round();
    expect(told).toHaveLength(2);
  });

  it('and fail get the same look back again, with whatever is newer', async () => {
    const { round, told, deaf, names, world, clock } = job();
    await round();
    world.groups.delete('archive');
    clock.advance(INTERVAL_MS);
    deaf.times = 1;
    await round();
    expect(told).toHaveLength(1);
    await round();
    expect(names(told[1], 'before')).toEqual(['archive', 'books', 'mail', 'shop']);
    expect(names(told[1], 'after')).toEqual(['books', 'mail', 'shop']);
  });
});
