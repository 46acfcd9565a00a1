import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { SnapshotStore } from '../../../src/inventory/redis-snapshot-store.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { inventory } from '../support/inventory.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

describe('a list of what a site holds', () => {
  it('is FRESH when it was read just now', async () => {
    const { groups, siteId } = inventory(the.redis);
    const { value, source } = await groups();
    expect(value?.map(({ name }) => name)).toEqual(['books', 'mail', 'shop', 'archive']);
    expect(source).toEqual({
      siteId,
      provider: 'memory',
      state: 'FRESH',
      refreshedTime: '2030-01-02T03:04:05.000Z',
      ageSeconds: 0,
      error: null,
    });
  });

  it('is not read again while it is young, by whichever process', async () => {
    const { groups, looks, clock, service } = inventory(the.redis);
    await groups();
    clock.advance(9_999);
    expect((await groups(false, service())).source).toMatchObject({ state: 'FRESH', ageSeconds: 10 });
    expect(looks()).toBe(1);
    clock.advance(1);
    await groups();
    expect(looks()).toBe(2);
  });

  it('is read again for whoever insists', async () => {
    const { groups, looks } = inventory(the.redis);
    await groups();
    await groups(true);
    expect(looks()).toBe(2);
  });

  it('is read again when something has happened at the site since', async () => {
    const seconds = Number((await the.redis.time())[0]);
    const { groups, looks, siteId, clock } = inventory(
      the.redis,
      undefined,
      new TestClock(seconds * 1000 - 2_000),
    );
    await groups();
    await groups();
    expect(looks()).toBe(1);
    await new RedisOperationStore(the.redis, clock).accept(newcomer({ siteId }), null);
    await groups();
    expect(looks()).toBe(2);
  });

  it('is read once for all who ask at the same time', async () => {
    const { looks, groups } = inventory(the.redis);
    const readings = await Promise.all(Array.from({ length: 20 }, () => groups()));
    expect(looks()).toBe(1);
    for (const { source } of readings) expect(source.state).toBe('FRESH');
  });
});

describe('a site that fails', () => {
  it('keeps what was known of it, STALE, with its age and the error', async () => {
    const { groups, fail, clock } = inventory(the.redis);
    await groups();
    clock.advance(60_000);
    fail();
    const { value, source } = await groups();
    expect(value).toHaveLength(4);
    expect(source).toMatchObject({ state: 'STALE', ageSeconds: 60, error: { code: 'upstream-unavailable' } });
  });

  it('of which nothing was ever known is UNAVAILABLE, not empty', async () => {
    const { groups, fail } = inventory(the.redis);
    fail();
    expect(await groups()).toMatchObject({
      value: null,
      source: { state: 'UNAVAILABLE', refreshedTime: null, ageSeconds: null, error: { retryable: true } },
    });
  });

  it('is left in peace for a while, and then asked again', async () => {
    const { groups, fail, looks, clock } = inventory(the.redis);
    fail();
    await groups();
    clock.advance(4_999);
    expect((await groups()).source.state).toBe('UNAVAILABLE');
    expect(looks()).toBe(1);
    clock.advance(1);
    expect((await groups()).source).toMatchObject({ state: 'FRESH', error: null });
    expect(looks()).toBe(2);
  });

  it('hides no other one', async () => {
    const clock = new TestClock();
    const [dark, bright] = [memorySite(clock), memorySite(clock)];
    dark.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: Infinity });
    const registry = new ProviderRegistry([dark.provider, bright.provider]);
    const service = new InventoryService(registry, new SnapshotStore(the.redis), clock, silentLog());
    const plans = await service.recoveryPlans(undefined, false);
    expect(plans.map(({ source }) => source.state)).toEqual(['UNAVAILABLE', 'FRESH']);
    expect(await service.connections('nowhere', false)).toEqual([]);
  });

  it('is not what a store that is full makes of a good answer', async () => {
    const broken = new SnapshotStore(the.redis);
    broken.keep = () => Promise.reject(new Error('OOM command not allowed'));
    const registry = new ProviderRegistry([memorySite(new TestClock()).provider]);
    const inner = new InventoryService(registry, broken, new TestClock(), silentLog());
    const [reading] = await inner.protectionGroups(undefined, false);
    expect(reading?.source.state).toBe('FRESH');
    expect(reading?.value?.length).toBeGreaterThan(0);
  });
});
