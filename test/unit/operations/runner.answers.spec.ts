import { changed } from '../support/memory-site.js';
import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';
import { ProviderError } from '../../../src/providers/provider-error.js';

const the = redisForThisFile();

describe('an operation whose send is answered', () => {
  it('goes from acceptance over submission and watching to success, one event per version', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    expect(work.doorbells.rings).toEqual([`submit ${id}`]);
    expect(await work.runner.submit(id)).toBe('DONE');
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', before: { word: 'ready' } });
    await work.tickAfter(15_000);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', progressPercent: 50 });
    await work.tickAfter(15_000);
    const done = await work.now(id);
    expect(done).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', progressPercent: 100, error: null });
    expect(work.executions).toBe(1);
    const events = await work.events(id);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(events.map(({ type }) => type)).toEqual([
      'operation.accepted',
      'operation.submitting',
      'operation.started',
      'operation.progressed',
      'operation.succeeded',
    ]);
    expect(await work.store.openIds(0)).toEqual([]);
    expect(await work.watcher.tick(work.site.siteId)).toBe('DONE');
  });

  it('is rejected with the words of the refusal, and holds nothing any more', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REFUSED' });
    const id = await work.begun();
    expect(await work.now(id)).toMatchObject({
      state: 'REJECTED',
      error: {
        code: 'upstream-refused',
        detail: 'The world will not have it.',
        upstream: { provider: 'memory' },
      },
    });
    expect(work.executions).toBe(0);
    expect((await work.accept()).state).toBe('PENDING');
  });

  it('is submitted no second time, however often somebody rings', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    for (let i = 0; i < 5; i += 1) expect(await work.runner.submit(id)).toBe('NOTHING');
    expect(work.changesSent).toBe(1);
  });

  it('that is cut off by an error of the driver is ambiguous, whatever the error', async () => {
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        start: async (_call, gate) => {
          await gate.confirm?.();
          gate.open();
          throw new TypeError('cannot read x of undefined');
        },
      }),
    );
    const id = await work.begun();
    expect((await work.now(id)).state).toBe('RECONCILING');
    const odd = new LongWork(the.redis, (driver) =>
      changed(driver, {
        start: (_call, gate) => {
          gate.open();
          return Promise.reject(new ProviderError('CONFLICT', 'No delivery was said.'));
        },
      }),
    );
    expect((await odd.now(await odd.begun())).state).toBe('RECONCILING');
  });

  it.each([
    ['an error of the driver', new TypeError('cannot read x of undefined')],
    ['an error that says no delivery', new ProviderError('CONFLICT', 'No delivery was said.')],
  ])('that meets %s before the gate was opened was not sent, and is sent later', async (_name, error) => {
    const broken = { now: true };
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        start: (...args) => (broken.now ? Promise.reject(error) : driver.start(...args)),
      }),
    );
    const id = await work.begun();
    expect(await work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ state: 'PENDING' }] });
    broken.now = false;
    work.clock.advance(2_000);
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('RUNNING');
    expect(work.changesSent).toBe(1);
  });
});

describe('an operation whose answer was lost', () => {
  it('is not sent again, but found and watched to its end', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    const id = await work.begun();
    expect((await work.now(id)).state).toBe('RECONCILING');
    expect(await work.runner.submit(id)).toBe('NOTHING');
    await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({
      state: 'RUNNING',
      calls: [{ state: 'ACCEPTED', adopted: true, ref: { jobIds: ['work-1'] } }],
    });
    await work.tickAfter(30_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect([work.executions, work.changesSent]).toEqual([1, 1]);
  });

  it.each(['GARBLED', 'FAULT', 'SILENT', 'REQUEST_LOST'] as const)(
    'in the way of %s begins at most once',
    async (trouble) => {
      const work = new LongWork(the.redis);
      work.world.troubles.push({ on: 'CHANGE', trouble });
      const id = await work.begun();
      expect((await work.now(id)).state).toBe('RECONCILING');
      for (let i = 0; i < 40; i += 1) {
        await work.tickAfter(5_000);
        await work.runner.submit(id);
      }
      expect(work.changesSent).toBe(1);
      expect((await work.now(id)).state).toBe(trouble === 'GARBLED' ? 'SUCCEEDED' : 'UNKNOWN');
    },
  );

  it('that never arrived is handed to a person after the quarantine, locked and not sent again', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    await work.tickAfter(99_999);
    expect((await work.now(id)).state).toBe('RECONCILING');
    await work.tickAfter(1);
    expect(await work.now(id)).toMatchObject({ state: 'UNKNOWN', evidence: 'no such work has begun since' });
    await expect(work.accept()).rejects.toMatchObject({ problem: { code: 'operation-in-progress' } });
    expect([work.executions, work.changesSent]).toEqual([0, 1]);
  });

  it('and whose work shows only after it became UNKNOWN is adopted all the same', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    await work.tickAfter(120_000);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    work.world.begin('FAILOVER', 'move-books');
    await work.tickAfter(60_000);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(30_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });

  it('is not decided by two candidates', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    const id = await work.begun();
    work.world.begin('FAILOVER', 'move-books');
    await work.tickAfter(100_000);
    expect((await work.now(id)).state).toBe('UNKNOWN');
  });

  it('is adopted by evidence for an update, too, which leaves no job', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    const id = await work.begun({
      action: 'UPDATE_PROTECTION_GROUP',
      targetNativeId: 'books',
      direction: null,
      changes: { description: 'The ledgers.' },
    });
    for (let i = 0; i < 20; i += 1) await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });
});
