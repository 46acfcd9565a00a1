import { CONFIRM_AFTER_MS } from '../../../src/inventory/site-refresher.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LeftInPeace } from '../../../src/providers/read-breaker.js';
import { puppetOf } from '../support/puppet-site.js';
import { redisForThisFile } from '../support/redis.js';
import { groups } from '../support/survey.js';

const the = redisForThisFile();
const puppet = () => puppetOf(the.redis);

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

describe('a site that has said nothing of late', () => {
  it('is not looked at, and is not told to have failed once more', async () => {
    const { answer, look, shown, trouble, store, siteId } = puppet();
    answer(2);
    await look();
    trouble.onSurvey = new ProviderError('TIMEOUT', 'The upstream did not answer in time.', {
      retry: 'TEMPORARY',
    });
    await look();
    trouble.onSurvey = new LeftInPeace({ siteName: 'Oslo' }, 4_000);
    expect(await look()).toBe('POSTPONED');
    expect(await store.head(siteId)).toMatchObject({
      failure: { times: 1, problem: { code: 'upstream-timeout' } },
      postponed: { problem: { code: 'upstream-unavailable', retryable: true } },
    });
    expect(await shown()).toBe(2);
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
