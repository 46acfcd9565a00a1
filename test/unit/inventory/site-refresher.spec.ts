import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import { CONFIRM_AFTER_MS } from '../../../src/inventory/site-refresher.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { inventory } from '../support/inventory.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { drill, group, groups } from '../support/survey.js';

const the = redisForThisFile();

/** A site that answers what it is told to answer. */
function puppet(change: (driver: ProviderDriver) => Partial<ProviderDriver> = () => ({})) {
  let survey: SiteSurvey = { groups: [], plans: [], drills: [], runs: [] };
  /** What it shows when it is asked for one. */
  let truth = survey;
  let singles = 0;
  /** What it says instead when it is asked for one. */
  const refusal: { now: ProviderError | null } = { now: null };
  const trouble: { onSurvey: ProviderError | null; onCheck: ProviderError | null } = {
    onSurvey: null,
    onCheck: null,
  };
  let checks = 0;
  const made = inventory(the.redis, (driver) =>
    changed(driver, {
      ...change(driver),
      survey: () => (trouble.onSurvey ? Promise.reject(trouble.onSurvey) : Promise.resolve(survey)),
      getProtectionGroup: (id) => {
        singles += 1;
        if (refusal.now) return Promise.reject(refusal.now);
        const found = truth.groups.find((one) => one.upstream.id.endsWith(id));
        return found ? Promise.resolve(found) : Promise.reject(new ProviderError('NOT_FOUND', 'Gone.'));
      },
      check: () => {
        checks += 1;
        if (trouble.onCheck) return Promise.reject(trouble.onCheck);
        return Promise.resolve({ version: '1', warnings: [] });
      },
    }),
  );
  const { siteId, provider, refresher, store, clock } = made;
  return {
    ...made,
    trouble,
    refusal,
    checks: () => checks,
    singles: () => singles,
    answer: (count: number) => (truth = survey = { ...survey, groups: groups(siteId, count) }),
    /** Its lists say so, and it is not so. */
    lie: (count: number) => (survey = { ...survey, groups: groups(siteId, count) }),
    lieWith: (lists: Partial<SiteSurvey>) => (survey = { ...survey, ...lists }),
    known: async () => (await store.model(siteId))?.model.survey,
    answerWith: (lists: Partial<SiteSurvey>) => (truth = survey = { ...survey, ...lists }),
    look: async () => (await refresher.look(provider)).kind,
    shown: async () => (await store.model(siteId))?.model.survey.groups.length ?? null,
    later: (ms: number) => clock.advance(ms),
  };
}

describe('a look at a site', () => {
  it('is believed at once when nothing speaks against it', async () => {
    const { answer, look, shown } = puppet();
    answer(212);
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(212);
  });

  it('is the first only in a session that is proven to live', async () => {
    const { answer, look, shown, trouble, checks } = puppet();
    trouble.onCheck = new ProviderError('UNAUTHENTICATED', 'Nobody is logged in.');
    answer(0);
    expect(await look()).toBe('FAILED');
    expect(await shown()).toBeNull();
    trouble.onCheck = null;
    expect(await look()).toBe('BELIEVED');
    await look();
    expect(checks()).toBe(2);
  });

  it('writes nothing but the time when nothing has changed', async () => {
    const { answer, look, store, siteId, later } = puppet();
    answer(3);
    await look();
    const before = await store.head(siteId);
    later(1_000);
    await look();
    const after = await store.head(siteId);
    expect(after.version).toBe(before.version);
    expect(after.times?.groups).toBe((before.times?.groups ?? 0) + 1_000);
  });

  it('is one at a time, over all processes', async () => {
    const { answer, look, store, siteId } = puppet();
    answer(1);
    const turn = await store.takeTurn(siteId, 1_000);
    expect(await look()).toBe('TAKEN');
    await store.leaveTurn(siteId, 'not mine');
    expect(await look()).toBe('TAKEN');
    await store.leaveTurn(siteId, turn ?? '');
    expect(await look()).toBe('BELIEVED');
  });

  it('that fails is counted, and takes nothing away', async () => {
    const { answer, look, shown, trouble, store, siteId } = puppet();
    answer(2);
    await look();
    trouble.onSurvey = new ProviderError('RATE_LIMITED', 'Too many.', {
      retryAfterMs: 7_000,
      upstream: { status: 429 },
    });
    await look();
    expect(await look()).toBe('FAILED');
    expect(await store.head(siteId)).toMatchObject({ failure: { times: 2, retryAfterMs: 7_000 } });
    expect(await shown()).toBe(2);
    trouble.onSurvey = null;
    await look();
    expect((await store.head(siteId)).failure).toBeNull();
  });
});

describe('a sudden emptiness', () => {
  it('is told as an error, and what was known is shown', async () => {
    const { answer, look, shown, groups: list } = puppet();
    answer(212);
    await look();
    answer(0);
    expect(await look()).toBe('DOUBTED');
    expect(await shown()).toBe(212);
    const { value, source } = await list();
    expect(value).toHaveLength(212);
    expect(source).toMatchObject({
      state: 'STALE',
      error: {
        code: 'upstream-bad-answer',
        detail:
          'A site answered with 0 of 212 protection groups; it is being asked again, and what was known is shown meanwhile.',
      },
    });
  });

  it('is believed when a second look some seconds later agrees, in a session that lives', async () => {
    const { answer, look, shown, later, trouble, store, siteId } = puppet();
    answer(212);
    await look();
    answer(0);
    await look();
    later(CONFIRM_AFTER_MS - 1);
    expect(await look()).toBe('DOUBTED');
    later(1);
    trouble.onCheck = new ProviderError('UNAUTHENTICATED', 'Nobody is logged in.');
    expect(await look()).toBe('FAILED');
    expect(await shown()).toBe(212);
    trouble.onCheck = null;
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(0);
    expect(await store.head(siteId)).toMatchObject({ doubt: null, failure: null });
  });

  it('is never believed while the site still shows what its lists have lost', async () => {
    const { answer, lie, look, shown, later, store, siteId } = puppet();
    answer(212);
    await look();
    lie(0);
    expect(await look()).toBe('DOUBTED');
    for (let i = 0; i < 3; i += 1) {
      later(60_000);
      expect(await look()).toBe('FAILED');
    }
    expect(await shown()).toBe(212);
    expect((await store.head(siteId)).failure?.problem.detail).toBe(
      'A site answered with 0 of 212 protection groups, but still shows others when asked for them.',
    );
  });

  it('that is followed by half of it is another doubt, and by all of it is none', async () => {
    const { answer, look, shown, later, store, siteId } = puppet();
    answer(10);
    await look();
    answer(0);
    await look();
    later(CONFIRM_AFTER_MS);
    answer(5);
    expect(await look()).toBe('DOUBTED');
    later(CONFIRM_AFTER_MS);
    answer(10);
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(10);
    expect((await store.head(siteId)).doubt).toBeNull();
  });
});

describe('a few that are missing', () => {
  it('are asked for one by one, and believed to be gone at once', async () => {
    const { answer, look, shown, singles } = puppet();
    answer(10);
    await look();
    answer(7);
    expect(await look()).toBe('BELIEVED');
    expect(await shown()).toBe(7);
    expect(singles()).toBe(3);
  });

  it('and are still there make the list a lie', async () => {
    const { answer, lie, look, shown } = puppet();
    answer(4);
    await look();
    lie(3);
    expect(await look()).toBe('FAILED');
    expect(await shown()).toBe(4);
  });
});

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

describe('an answer that cannot be true', () => {
  it('is a failure, however often it is said, when nothing of it can be told apart', async () => {
    const { answer, answerWith, look, later, shown, siteId, store } = puppet();
    answer(3);
    await look();
    answerWith({ groups: groups('elsewhere', 3) });
    for (let i = 0; i < 3; i += 1) {
      expect(await look()).toBe('FAILED');
      later(60_000);
    }
    expect(await shown()).toBe(3);
    expect((await store.head(siteId)).failure?.problem).toMatchObject({
      code: 'upstream-bad-answer',
      detail: expect.stringContaining('belongs to another site (elsewhere.g-0000)') as string,
      upstream: { site: siteId },
    });
  });
});

describe('lists that were noticed on the way to something else', () => {
  it('are believed when they are plausible, and say whether they changed anything', async () => {
    const { answer, look, provider, refresher, clock, siteId, store, later } = puppet();
    answer(3);
    await look();
    later(5_000);
    const [first, ...others] = groups(siteId, 3);
    if (!first) throw new Error('three groups were made');
    const moved = { groups: [{ ...first, state: 'FAILED_OVER' as const }, ...others] };
    expect(await refresher.notice(provider, clock.now(), moved)).toBe(true);
    expect(await refresher.notice(provider, clock.now(), moved)).toBe(false);
    const stored = await store.model(siteId);
    expect(stored?.model.survey.groups[0]?.state).toBe('FAILED_OVER');
    expect(stored?.times).toMatchObject({ groups: clock.now(), drills: clock.now() - 5_000 });
  });

  it('are never believed when they are not, and doubt nothing', async () => {
    const { answer, look, shown, provider, refresher, clock, siteId, store, later } = puppet();
    answer(10);
    await look();
    for (const lists of [{ groups: [] }, { groups: groups('elsewhere', 10) }]) {
      later(CONFIRM_AFTER_MS);
      expect(await refresher.notice(provider, clock.now(), lists)).toBe(false);
      expect(await refresher.notice(provider, clock.now(), lists)).toBe(false);
    }
    expect(await shown()).toBe(10);
    expect(await store.head(siteId)).toMatchObject({ doubt: null, failure: null });
  });

  it('that lack a few are believed when those are gone, that lack many never', async () => {
    const { answer, lie, look, shown, provider, refresher, clock, siteId, later } = puppet();
    answer(10);
    await look();
    later(1_000);
    lie(10);
    expect(await refresher.notice(provider, clock.now(), { groups: groups(siteId, 9) })).toBe(false);
    answer(9);
    expect(await refresher.notice(provider, clock.now(), { groups: groups(siteId, 9) })).toBe(true);
    expect(await shown()).toBe(9);
    answer(0);
    expect(await refresher.notice(provider, clock.now(), { groups: [] })).toBe(false);
    expect(await shown()).toBe(9);
  });

  it('are worth nothing where nothing is known', async () => {
    const { provider, refresher, clock, shown, siteId } = puppet();
    expect(await refresher.notice(provider, clock.now(), { groups: groups(siteId, 3) })).toBe(false);
    expect(await shown()).toBeNull();
  });
});
