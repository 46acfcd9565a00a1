import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

describe('a look at a site', () => {
  it('that fails changes nothing, and the next one comes later each time', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const before = await work.now(id);
    work.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: 5 });
    const delays: unknown[] = [];
    for (let i = 0; i < 5; i += 1) delays.push(await work.tickAfter(0));
    expect(delays).toEqual([10_000, 20_000, 40_000, 60_000, 60_000].map((againInMs) => ({ againInMs })));
    expect(await work.now(id)).toEqual(before);
    expect(await work.tickAfter(0)).toEqual({ againInMs: SETTINGS.pollIntervalMs });
  });

  it('stays away as long as the upstream asks', async () => {
    const work = new LongWork(the.redis);
    await work.begun();
    work.world.troubles.push({ on: 'READ', trouble: 'THROTTLED', retryAfterMs: 240_000 });
    expect(await work.tickAfter(0)).toEqual({ againInMs: 240_000 });
  });

  it('writes nothing when nothing has changed', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.tickAfter(3_000);
    const { version } = await work.now(id);
    await work.tickAfter(0);
    expect((await work.now(id)).version).toBe(version);
  });

  it('watches every operation of the site with one question', async () => {
    const work = new LongWork(the.redis);
    const ids = [await work.begun(), await work.begun({ targetNativeId: 'move-mail' })];
    work.world.journal.length = 0;
    await work.tickAfter(30_000);
    expect(work.world.journal).toEqual([{ kind: 'READ', what: 'observe' }]);
    for (const id of ids) expect((await work.now(id)).state).toBe('SUCCEEDED');
  });

  it('is not blinded by an operation that a newer gateway began, and that is not known here', async () => {
    const work = new LongWork(the.redis);
    const [id, strange] = [await work.begun(), await work.begun({ targetNativeId: 'move-mail' })];
    const record = await work.now(strange);
    const key = operationKeys(shardOf(record.siteId)).operation(strange);
    await the.redis.hset(key, 'r', JSON.stringify({ ...record, action: 'ACTION_OF_TOMORROW' }));
    await work.tickAfter(30_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
    expect((await work.now(strange)).state).toBe('RUNNING');
  });

  it('leaves alone what the driver could not look at this time', async () => {
    const work = new LongWork(the.redis, (driver) => changed(driver, { observe: () => Promise.resolve([]) }));
    const id = await work.begun();
    await work.tickAfter(60_000);
    expect((await work.now(id)).state).toBe('RUNNING');
  });

  it('does not hide a fault of our own behind the upstream', async () => {
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        observe: async (watched, cx) => {
          const seen = await driver.observe(watched, cx);
          the.redis.disconnect();
          return seen;
        },
      }),
    );
    await work.begun();
    await expect(work.tickAfter(1_000)).rejects.toThrow('Connection is closed');
    await the.redis.connect();
  });
});

describe('the end of an operation', () => {
  it('that failed carries the words of the upstream and what can be done now', async () => {
    const work = new LongWork(the.redis);
    work.world.nextWork({ failure: { code: 'worn-out', message: 'the rope broke' } });
    const id = await work.begun();
    await work.tickAfter(30_000);
    const failed = await work.now(id);
    expect(failed).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      error: { code: 'outcome-partial', upstream: { code: 'worn-out', message: 'the rope broke' } },
    });
    expect(failed.error?.nextActions?.map(({ href }) => href)).toContain(
      `/v1/recovery-plans/${work.site.siteId}.move-books/actions/failover`,
    );
  });

  it('is decided by the target when the upstream forgot the job', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    work.world.forget('work-1');
    await work.tickAfter(15_000);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(15_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('of a creation names what was made', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun({
      action: 'CREATE_PROTECTION_GROUP',
      targetNativeId: null,
      direction: null,
      group: { name: 'letters' },
    });
    await work.tickAfter(30_000);
    const made = `${work.site.siteId}.group-1`;
    expect(await work.now(id)).toMatchObject({
      state: 'SUCCEEDED',
      target: { id: made },
      result: { protectionGroupId: made },
    });
  });

  it('is not declared while target and job disagree: it is handed to a person when that lasts', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.tickAfter(29_000);
    work.clock.advance(1_000);
    work.world.settle();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'ready';
    await work.tickAfter(0);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(SETTINGS.settleMs - 1);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(1);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    if (plan) plan.word = 'moved';
    await work.tickAfter(60_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });

  it('is not declared by what the target shows once others have taken over: that is theirs', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const record = await work.now(id);
    const key = operationKeys(shardOf(record.siteId)).operation(id);
    const taken = { ...record, state: 'UNKNOWN', groupIdsOfOthers: record.lockedGroupIds };
    await the.redis.hset(key, 'r', JSON.stringify(taken));
    work.clock.advance(30_000);
    work.world.settle();
    work.world.journal.length = 0;
    await work.tickAfter(60_000);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    expect(work.world.journal).toEqual([]);
  });

  /** One call is taken, its twin is refused, and the plan goes back to where it was. */
  async function halfRefused(): Promise<{ work: LongWork; id: string }> {
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        prepare: async (...args) => {
          const found = await driver.prepare(...args);
          return { ...found, calls: found.calls.flatMap((call) => [call, { ...call, label: 'second' }]) };
        },
        start: (call, gate, cx) =>
          call.label === 'second'
            ? Promise.reject(new ProviderError('CONFLICT', 'Busy.', { delivery: 'REFUSED' }))
            : driver.start(call, gate, cx),
      }),
    );
    const id = await work.begun();
    await work.runner.submit(id);
    work.clock.advance(30_000);
    work.world.settle();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'ready';
    return { work, id };
  }

  it('of a run with a refused call that stays half way is told as such, once it had time to settle', async () => {
    const { work, id } = await halfRefused();
    await work.tickAfter(0);
    expect((await work.now(id)).state).toBe('RUNNING');
    await work.tickAfter(SETTINGS.settleMs);
    expect(await work.now(id)).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      error: { code: 'outcome-partial', detail: expect.stringContaining('second: Busy.') as string },
    });
  });

  it('of a run with a refused call is still found after it became UNKNOWN', async () => {
    const { work, id } = await halfRefused();
    work.world.forget(work.world.jobs[0]?.id ?? '');
    const [plan] = work.world.plans.values();
    for (const group of work.world.groups.values()) group.activeSite = 'PRODUCTION';
    await work.tickAfter(0);
    await work.tickAfter(SETTINGS.settleMs);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    for (const group of work.world.groups.values()) group.activeSite = 'RECOVERY';
    if (plan) plan.word = 'moved';
    await work.tickAfter(60_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'PARTIAL' });
  });
});

describe('a question of the upstream', () => {
  it('is waited for without being stalled, and the run goes on when it is answered', async () => {
    const work = new LongWork(the.redis);
    work.world.nextWork({ question: 'Is the old site dark?' });
    const id = await work.begun();
    await work.tickAfter(20_000);
    expect(await work.now(id)).toMatchObject({
      state: 'WAITING_FOR_INPUT',
      prompts: [{ text: 'Is the old site dark?' }],
    });
    await work.tickAfter(SETTINGS.stalledMs + 1);
    expect(await work.now(id)).toMatchObject({ state: 'WAITING_FOR_INPUT', stalled: false });
    work.world.answer('move-books');
    await work.tickAfter(1_000);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', prompts: [] });
    await work.tickAfter(15_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });
});

describe('an operation that takes long', () => {
  it('is stalled without movement and overdue by age, and failed for neither', async () => {
    const work = new LongWork(the.redis);
    work.world.nextWork({ stuck: true });
    const id = await work.begun();
    await work.tickAfter(20_000);
    expect(await work.now(id)).toMatchObject({ stalled: false, overdue: false });
    await work.tickAfter(SETTINGS.stalledMs + 1);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', stalled: true, overdue: false });
    await work.tickAfter(SETTINGS.overdueMs);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', stalled: true, overdue: true });
  });
});
