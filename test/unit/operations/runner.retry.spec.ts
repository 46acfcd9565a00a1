import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';
import { changed } from '../support/memory-site.js';
import type { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

describe('an operation that could not be sent', () => {
  it('says so, waits, and is sent by a new attempt', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE' });
    const { id } = await work.accept();
    expect(await work.runner.submit(id)).toEqual({ againInMs: 1_000 });
    expect(await work.now(id)).toMatchObject({ state: 'PENDING' });
    expect((await work.events(id)).at(-1)).toMatchObject({ type: 'operation.delayed' });
    work.clock.advance(400);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 600 });
    expect(work.changesSent).toBe(0);
    work.clock.advance(600);
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('RUNNING');
    expect(work.executions).toBe(1);
  });

  it('is tried less often as it grows older, and waits as long as the upstream asks', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE', times: 2 });
    const { id } = await work.accept();
    work.clock.advance(40_000);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 10_000 });
    work.clock.advance(200_000);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 15_000 });
    work.world.troubles.push({ on: 'CHANGE', trouble: 'THROTTLED', retryAfterMs: 90_000 });
    work.clock.advance(15_000);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 90_000 });
  });

  it('is rejected as not started when the start deadline has passed, with nothing begun', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE', times: Infinity });
    const { id } = await work.accept();
    for (
      let next = await work.runner.submit(id);
      typeof next === 'object';
      next = await work.runner.submit(id)
    )
      work.clock.advance(next.againInMs);
    expect(await work.now(id)).toMatchObject({
      state: 'REJECTED',
      error: { code: 'not-started', retryable: true },
    });
    expect(work.clock.monotonic()).toBeGreaterThan(SETTINGS.startDeadlineMs);
    expect(work.executions).toBe(0);
  });

  it('for a token that had run out is sent anew: the refusal proves that it did not start', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'THROTTLED' });
    const id = await work.begun();
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ attempt: null }] });
    work.clock.advance(1_000);
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('RUNNING');
    expect(work.executions).toBe(1);
  });

  it('because the site cannot be read is delayed, and nothing is intended', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    work.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE' });
    expect(await work.runner.submit(id)).toEqual({ againInMs: 1_000 });
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [] });
  });

  it('is looked at again before it is retried: a late retry never moves the workload back', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE' });
    const id = await work.begun();
    // Meanwhile somebody moved and reprotected the plan elsewhere.
    const group = work.world.groups.get('books');
    if (group) group.activeSite = 'RECOVERY';
    work.clock.advance(600_000);
    await work.runner.submit(id);
    expect(work.executions).toBe(0);
    expect(await work.now(id)).toMatchObject({ state: 'REJECTED', error: { code: 'state-changed' } });
  });
});

describe('an operation that our own budget holds back', () => {
  const MINUTE = 60_000;

  /** From the acceptance on until so much time has passed, there is no place for the look before the request. */
  const busyFor =
    (ms: number) =>
    (driver: ProviderDriver, clock: TestClock): ProviderDriver =>
      changed(driver, {
        prepare: (command, operationId, cx) => {
          if (clock.monotonic() === 0 || clock.monotonic() >= ms)
            return driver.prepare(command, operationId, cx);
          const more = { retry: 'TEMPORARY', retryAfterMs: 20_000, heldBack: true } as const;
          throw new ProviderError('RATE_LIMITED', 'There is no place.', more);
        },
      });

  async function goOn(work: LongWork, id: string): Promise<void> {
    for (let next = await work.runner.submit(id); typeof next === 'object';) {
      work.clock.advance(next.againInMs);
      next = await work.runner.submit(id);
    }
  }

  it('is sent when its turn comes, although that is long after the start deadline', async () => {
    const work = new LongWork(the.redis, busyFor(60 * MINUTE));
    const { id } = await work.accept();
    work.clock.advance(1_000);
    await goOn(work, id);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', heldBackMs: 60 * MINUTE });
    expect(work.executions).toBe(1);
  });

  it('has the rest of its time for what is not our own budget', async () => {
    const work = new LongWork(the.redis, busyFor(60 * MINUTE));
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE', times: Infinity });
    const { id } = await work.accept();
    work.clock.advance(1_000);
    await goOn(work, id);
    expect(await work.now(id)).toMatchObject({ state: 'REJECTED', error: { code: 'not-started' } });
    expect(work.clock.monotonic()).toBeGreaterThan(60 * MINUTE + SETTINGS.startDeadlineMs);
    expect(work.executions).toBe(0);
  });
});

describe('the send deadline', () => {
  it('keeps a request from being sent when too much time passed since the look', async () => {
    const slow = { times: 1 };
    const work = new LongWork(the.redis, (driver, clock) =>
      changed(driver, {
        start: (call, gate, cx) => {
          if (slow.times-- > 0) clock.advance(SETTINGS.sendDeadlineMs + 1);
          return driver.start(call, gate, cx);
        },
      }),
    );
    const { id } = await work.accept();
    expect(await work.runner.submit(id)).toEqual({ againInMs: expect.any(Number) as number });
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ state: 'PENDING' }] });
    expect(work.changesSent).toBe(0);
    work.clock.advance(15_000);
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('RUNNING');
    expect(work.executions).toBe(1);
  });

  it('counts from before the look, so that a slow look uses it up', async () => {
    const work = new LongWork(the.redis, (driver, clock) =>
      changed(driver, {
        prepare: async (...args) => {
          const found = await driver.prepare(...args);
          clock.advance(SETTINGS.sendDeadlineMs + 1);
          return found;
        },
      }),
    );
    const id = await work.begun();
    expect((await work.now(id)).state).toBe('PENDING');
    expect(work.changesSent).toBe(0);
  });
});
