import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { INTERVAL_MS, inventory, inventoryOf } from '../support/inventory.js';
import { changed, memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

describe('a list of what a site holds', () => {
  it('is FRESH when it was read just now, in the order of ids', async () => {
    const { groups, siteId } = inventory(the.redis);
    const { value, source } = await groups();
    expect(value?.map(({ name }) => name)).toEqual(['archive', 'books', 'mail', 'shop']);
    expect(source).toEqual({
      siteId,
      provider: 'memory',
      state: 'FRESH',
      refreshedTime: '2030-01-02T03:04:05.000Z',
      ageSeconds: 0,
      breaker: 'CLOSED',
      error: null,
    });
  });

  it('asks nobody once something is known, in whichever process, and tells its age', async () => {
    const { groups, looks, clock, service } = inventory(the.redis);
    await groups();
    clock.advance(60_000);
    expect((await groups(false, service())).source).toMatchObject({ state: 'FRESH', ageSeconds: 60 });
    expect(looks()).toBe(1);
  });

  it('is the same object as long as nothing has changed', async () => {
    const { groups, world } = inventory(the.redis);
    const first = await groups();
    expect((await groups(true)).value).toEqual(first.value);
    expect((await groups()).value).toBe((await groups()).value);
    const [group] = world.groups.values();
    if (group) group.name = 'novels';
    expect((await groups(true)).value).not.toEqual(first.value);
  });

  it('is read again for whoever insists', async () => {
    const { groups, looks } = inventory(the.redis);
    await groups();
    await groups(true);
    expect(looks()).toBe(2);
  });

  it('that this process looked at itself rings, for those who draw conclusions from it', async () => {
    const { groups, bells, siteId } = inventory(the.redis);
    await groups();
    await groups();
    expect(bells.rings).toEqual([`ring ${siteId}`]);
  });

  it('is read once for all who ask at the same time, and once more for all who insist meanwhile', async () => {
    const { looks, groups } = inventory(the.redis);
    const readings = await Promise.all(Array.from({ length: 20 }, () => groups()));
    expect(looks()).toBe(1);
    for (const { source } of readings) expect(source.state).toBe('FRESH');
    await Promise.all(Array.from({ length: 20 }, () => groups(true)));
    expect(looks()).toBe(3);
  });

  it('that nobody refreshes rings for it, and says so when it is too old', async () => {
    const { groups, looks, clock, bells, siteId } = inventory(the.redis);
    await groups();
    bells.rings.length = 0;
    clock.advance(3 * INTERVAL_MS - 1);
    await groups();
    expect(bells.rings).toEqual([]);
    clock.advance(1);
    expect((await groups()).source.state).toBe('FRESH');
    expect(bells.rings).toEqual([`ring ${siteId}`]);
    clock.advance(999);
    for (let i = 0; i < 100; i += 1) await groups();
    expect(bells.rings).toHaveLength(1);
    clock.advance(1);
    await groups();
    expect(bells.rings).toHaveLength(2);
    clock.advance(5 * INTERVAL_MS - 1_000);
    const { value, source } = await groups();
    expect(value).toHaveLength(4);
    expect(source).toMatchObject({
      state: 'STALE',
      ageSeconds: 240,
      error: { code: 'inventory-unattended', retryable: true },
    });
    expect(looks()).toBe(1);
  });
});

describe('a site that fails', () => {
  it('keeps what was known of it, STALE, with its age and the error', async () => {
    const { groups, fail, clock } = inventory(the.redis);
    await groups();
    clock.advance(60_000);
    fail();
    const { value, source } = await groups(true);
    expect(value).toHaveLength(4);
    expect(source).toMatchObject({ state: 'STALE', ageSeconds: 60, error: { code: 'upstream-unavailable' } });
    expect((await groups()).source).toEqual(source);
  });

  it('of which nothing was ever known is UNAVAILABLE, not empty', async () => {
    const { groups, fail } = inventory(the.redis);
    fail();
    expect(await groups()).toMatchObject({
      value: null,
      source: { state: 'UNAVAILABLE', refreshedTime: null, ageSeconds: null, error: { retryable: true } },
    });
  });

  it('of which nothing is known is left in peace for a while, and then asked again', async () => {
    const { groups, fail, world, clock } = inventory(the.redis);
    fail();
    await groups();
    clock.advance(4_999);
    const asked = world.journal.length;
    expect((await groups()).source.state).toBe('UNAVAILABLE');
    expect(world.journal).toHaveLength(asked);
    clock.advance(1);
    expect((await groups()).source).toMatchObject({ state: 'FRESH', error: null });
  });

  it('hides no other one', async () => {
    const clock = new TestClock();
    const [dark, bright] = [memorySite(clock), memorySite(clock)];
    dark.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: Infinity });
    const service = inventoryOf([dark.provider, bright.provider], new ModelStore(the.redis), clock);
    const plans = await service.recoveryPlans(undefined, false);
    expect(plans.map(({ source }) => source.state)).toEqual(['UNAVAILABLE', 'FRESH']);
    expect(await service.connections('nowhere', false)).toEqual([]);
  });

  it('is not what a store that is full makes of a good answer', async () => {
    const broken = new ModelStore(the.redis);
    const full = () => Promise.reject(new Error('OOM command not allowed'));
    Object.assign(broken, { keep: full, takeTurn: full, noteConnection: full });
    const inner = inventoryOf([memorySite(new TestClock()).provider], broken, new TestClock());
    const [reading] = await inner.protectionGroups(undefined, false);
    expect(reading?.source.state).toBe('FRESH');
    expect(reading?.value?.length).toBeGreaterThan(0);
  });
});

describe('the connection of a site', () => {
  it('is what it last told of itself, as old as the last look', async () => {
    const { service, siteId, clock } = inventory(the.redis, (driver) =>
      changed(driver, { check: () => Promise.resolve({ version: '8.7', warnings: ['Half of it works.'] }) }),
    );
    await service().protectionGroups(siteId, false);
    clock.advance(7_000);
    expect(await service().connections(siteId, false)).toMatchObject([
      {
        value: { version: '8.7', warnings: ['Half of it works.'] },
        source: { state: 'FRESH', ageSeconds: 7 },
      },
    ]);
  });
});
