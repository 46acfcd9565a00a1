import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { puppetOf } from '../support/puppet-site.js';
import { redisForThisFile } from '../support/redis.js';
import { drill, group, groups } from '../support/survey.js';

const the = redisForThisFile();
const puppet = (change?: (driver: ProviderDriver) => Partial<ProviderDriver>) => puppetOf(the.redis, change);

describe('one thing that stays doubtful', () => {
  const moved = (siteId: string, from: number) =>
    groups(siteId, 10)
      .slice(from)
      .map((one) => ({ ...one, state: 'FAILED_OVER' as const }));

  it('and that its lists leave out is kept as it shows itself, and the rest is believed, after some minutes', async () => {
    const { answer, lieWith, look, later, known, store, siteId, checks } = puppet();
    answer(10);
    await look();
    lieWith({ groups: moved(siteId, 1) });
    const proven = checks();
    for (const ms of [0, 60_000, 59_999]) {
      later(ms);
      expect(await look()).toBe('FAILED');
    }
    expect(checks()).toBe(proven + 2);
    later(1);
    expect(await look()).toBe('BELIEVED');
    const seen = (await known())?.groups ?? [];
    expect(seen).toHaveLength(10);
    expect(seen.filter(({ state }) => state === 'FAILED_OVER')).toHaveLength(9);
    expect(seen[0]).toMatchObject({
      id: `${siteId}.g-0000`,
      state: 'PROTECTED',
      conditions: [{ type: 'DOUBTFUL_ANSWER', text: expect.stringContaining('leave') as string }],
    });
    expect(Object.values(await store.oddities(siteId))).toHaveLength(1);
    const { version } = await store.head(siteId);
    later(30_000);
    expect(await look()).toBe('BELIEVED');
    expect((await store.head(siteId)).version).toBe(version);
  });

  it('is as all the others again when the lists tell of it, and gone when it is', async () => {
    const { answer, lieWith, look, later, known, store, siteId } = puppet();
    answer(10);
    await look();
    lieWith({ groups: moved(siteId, 1) });
    for (let i = 0; i < 3; i += 1) {
      await look();
      later(60_000);
    }
    expect(await look()).toBe('BELIEVED');
    answer(10);
    expect(await look()).toBe('BELIEVED');
    expect((await known())?.groups[0]?.conditions).toEqual([]);
    expect(await store.oddities(siteId)).toEqual({});
    answer(9);
    expect(await look()).toBe('BELIEVED');
    expect((await known())?.groups).toHaveLength(9);
  });

  it('and of which it tells in two ways is kept as it shows itself', async () => {
    const { answer, lieWith, look, later, known, siteId } = puppet();
    answer(10);
    await look();
    const all = moved(siteId, 0);
    lieWith({ groups: [...all, ...groups(siteId, 1)] });
    for (let i = 0; i < 2; i += 1) {
      expect(await look()).toBe('FAILED');
      later(60_000);
    }
    expect(await look()).toBe('BELIEVED');
    const seen = (await known())?.groups ?? [];
    expect(seen.map(({ state }) => state)).toEqual(['PROTECTED', ...Array<string>(9).fill('FAILED_OVER')]);
    expect(seen[0]?.conditions).toHaveLength(1);
  });

  it('and has no id is left out', async () => {
    const { answer, lieWith, look, later, shown, store, siteId } = puppet();
    answer(10);
    await look();
    lieWith({ groups: [group(''), ...groups(siteId, 10)] });
    for (let i = 0; i < 2; i += 1) {
      expect(await look()).toBe('FAILED');
      later(60_000);
    }
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(10);
    expect(Object.values(await store.oddities(siteId))).toMatchObject([
      { list: 'groups', id: null, text: 'one of its protection groups has no id' },
    ]);
  });

  it('and cannot be read is kept as it was known', async () => {
    const { answer, look, later, shown, refusal, siteId, lieWith, known } = puppet();
    answer(10);
    await look();
    lieWith({ groups: moved(siteId, 1) });
    refusal.now = new ProviderError('UPSTREAM_FAULT', 'It failed.');
    for (let i = 0; i < 2; i += 1) {
      expect(await look()).toBe('FAILED');
      later(60_000);
    }
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(10);
    expect((await known())?.groups[0]?.state).toBe('PROTECTED');
  });

  it('is noticed no more: the rest of what is noticed is believed', async () => {
    const { answer, lieWith, look, later, known, siteId, provider, refresher, clock, singles } = puppet();
    answer(10);
    await look();
    lieWith({ groups: groups(siteId, 10).slice(1) });
    for (let i = 0; i < 3; i += 1) {
      await look();
      later(60_000);
    }
    const asked = singles();
    expect(await refresher.notice(provider, clock.now(), { groups: moved(siteId, 1) })).toBe(true);
    expect(singles()).toBe(asked);
    const seen = (await known())?.groups ?? [];
    expect(seen.filter(({ state }) => state === 'FAILED_OVER')).toHaveLength(9);
    expect(seen).toHaveLength(10);
  });
});

describe('what the account may not see any more', () => {
  it('is gone, when we are let in', async () => {
    const { answer, lie, look, shown, refusal, trouble, checks } = puppet();
    answer(10);
    await look();
    lie(9);
    refusal.now = new ProviderError('PERMISSION_DENIED', 'Not for you.');
    trouble.onCheck = new ProviderError('UNAUTHENTICATED', 'Nobody is logged in.');
    expect(await look()).toBe('FAILED');
    trouble.onCheck = null;
    const proven = checks();
    expect(await look()).toBe('BELIEVED');
    expect(checks()).toBe(proven + 1);
    expect(await shown()).toBe(9);
  });

  it('is not believed to be gone when that is noticed only', async () => {
    const { answer, look, shown, refusal, provider, refresher, clock, siteId } = puppet();
    answer(10);
    await look();
    refusal.now = new ProviderError('PERMISSION_DENIED', 'Not for you.');
    expect(await refresher.notice(provider, clock.now(), { groups: groups(siteId, 9) })).toBe(false);
    expect(await shown()).toBe(10);
  });
});

describe('drills that are a list of their own', () => {
  const standing = (siteId: string, count: number) =>
    Array.from({ length: count }, (_, i) =>
      drill(`${siteId}.d-${String(i).padStart(2, '0')}`, { recoveryPlanId: `${siteId}.shop` }),
    );

  /** A site that lists drills beside its groups, and tells of each when it is asked. */
  function withDrills(before: number) {
    const real = new Set<string>();
    let asked = 0;
    let trouble: ProviderError | null = null;
    const made = puppet((driver) => ({
      descriptor: {
        ...driver.descriptor,
        capabilities: {
          ...driver.descriptor.capabilities,
          reads: [...driver.descriptor.capabilities.reads, 'drill' as const],
        },
      },
      further: {
        ...driver.further,
        drill: ({ drillId }: { drillId: string }) => {
          asked += 1;
          if (trouble) return Promise.reject(trouble);
          const found = standing(made.siteId, 30).find(({ id }) => id.endsWith(drillId));
          return found && real.has(found.id)
            ? Promise.resolve(found)
            : Promise.reject(new ProviderError('NOT_FOUND', 'Gone.'));
        },
      },
    }));
    const drills = async () => (await made.known())?.drills.length;
    const stand = (count: number): void => {
      real.clear();
      for (const { id } of standing(made.siteId, count)) real.add(id);
    };
    const first = async (): Promise<void> => {
      stand(before);
      made.answer(3);
      made.lieWith({ drills: standing(made.siteId, before) });
      await made.look();
    };
    const say = (count: number) => made.lieWith({ drills: standing(made.siteId, count) });
    return {
      ...made,
      drills,
      stand,
      first,
      say,
      asked: () => asked,
      fail: (e: ProviderError) => (trouble = e),
    };
  }

  it('stand as long as they show themselves, however empty the list is', async () => {
    const { first, say, look, drills, later } = withDrills(5);
    await first();
    say(0);
    for (let i = 0; i < 4; i += 1) {
      expect(await look()).toBe('BELIEVED');
      expect(await drills()).toBe(5);
      later(60_000);
    }
  });

  it('have ended when they are asked for and are not there', async () => {
    const { first, say, stand, look, drills, asked } = withDrills(5);
    await first();
    say(3);
    stand(3);
    expect(await look()).toBe('BELIEVED');
    expect(await drills()).toBe(3);
    expect(asked()).toBe(2);
  });

  it('stand when they cannot be asked for', async () => {
    const { first, say, stand, look, drills, fail } = withDrills(2);
    await first();
    say(0);
    stand(0);
    fail(new ProviderError('TIMEOUT', 'Too slow.'));
    expect(await look()).toBe('BELIEVED');
    expect(await drills()).toBe(2);
  });

  it('are asked for some at a time when many have ended', async () => {
    const { first, say, stand, look, drills, asked } = withDrills(25);
    await first();
    say(0);
    stand(0);
    await look();
    expect([await drills(), asked()]).toEqual([15, 10]);
    await look();
    await look();
    expect([await drills(), asked()]).toEqual([0, 25]);
  });

  it('are asked for, too, when their end was only noticed', async () => {
    const { first, stand, drills, provider, refresher, clock } = withDrills(2);
    await first();
    expect(await refresher.notice(provider, clock.now(), { drills: [] })).toBe(false);
    expect(await drills()).toBe(2);
    stand(0);
    expect(await refresher.notice(provider, clock.now(), { drills: [] })).toBe(true);
    expect(await drills()).toBe(0);
  });
});
