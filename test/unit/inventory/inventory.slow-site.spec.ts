import { inventory } from '../support/inventory.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';

const { jest } = import.meta;
const the = redisForThisFile();

afterEach(() => {
  jest.useRealTimers();
});

interface Look {
  begin: () => void;
  end: Promise<void>;
}

/** An inventory whose site can be made to hang: `hang` says when the next look has begun, and lets it end. */
function slowInventory() {
  const hanging: Look[] = [];
  const hang = () => {
    let answer = () => {};
    const end = new Promise<void>((resolve) => (answer = resolve));
    const asked = new Promise<void>((begin) => hanging.push({ begin, end }));
    return { asked, answer };
  };
  const made = inventory(the.redis, (driver) =>
    changed(driver, {
      survey: async (cx) => {
        const look = hanging.shift();
        look?.begin();
        await look?.end;
        return driver.survey(cx);
      },
    }),
  );
  return { ...made, hang };
}

const stopTimers = () =>
  jest.useFakeTimers({
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date', 'setInterval'],
  });
/** Resolves when so many callers have begun to wait. */
const waiting = async (callers: number) => {
  while (jest.getTimerCount() < callers) await new Promise(setImmediate);
};
const waited = async (asked: Promise<void>, ms: number) => {
  await asked;
  await waiting(1);
  jest.advanceTimersByTime(ms);
};

describe('a site that is slow', () => {
  it('is not waited for when something is known', async () => {
    const { groups, hang, clock } = slowInventory();
    await groups();
    clock.advance(20_000);
    const { asked, answer } = hang();
    const insisting = groups(true);
    await asked;
    expect((await groups()).source).toMatchObject({ state: 'FRESH', ageSeconds: 20, error: null });
    answer();
    await insisting;
  });

  it('is waited for two seconds by who insists, and what was known is STALE then', async () => {
    const { groups, hang, clock } = slowInventory();
    await groups();
    clock.advance(20_000);
    const { asked, answer } = hang();
    stopTimers();
    const reading = groups(true);
    await waited(asked, 2_000);
    expect(await reading).toMatchObject({
      source: { state: 'STALE', ageSeconds: 20, error: { code: 'upstream-timeout' } },
    });
    answer();
  });

  it('is waited for six seconds when nothing is known, and is UNAVAILABLE then', async () => {
    const { groups, hang } = slowInventory();
    const { asked, answer } = hang();
    stopTimers();
    let done = false;
    const reading = groups().finally(() => (done = true));
    await waited(asked, 5_999);
    await new Promise(setImmediate);
    expect(done).toBe(false);
    jest.advanceTimersByTime(1);
    expect((await reading).source).toMatchObject({
      state: 'UNAVAILABLE',
      error: { code: 'upstream-timeout' },
    });
    answer();
  });

  it('makes whoever comes later wait only as long as is left', async () => {
    const { groups, hang, clock, looks } = slowInventory();
    const { asked, answer } = hang();
    stopTimers();
    const first = groups();
    await asked;
    await waiting(1);
    clock.advance(6_000);
    const second = groups();
    await waiting(2);
    jest.advanceTimersByTime(1);
    expect((await second).source.state).toBe('UNAVAILABLE');
    jest.advanceTimersByTime(6_000);
    await first;
    // A second look would have been answered at once.
    expect(looks()).toBe(0);
    answer();
  });
});
