import { OperationRunner } from '../../../src/operations/operation-runner.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

describe('a target that changed between acceptance and sending', () => {
  it('is not sent anything, and the operation says what it found', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'staged';
    expect(await work.runner.submit(id)).toBe('DONE');
    const rejected = await work.now(id);
    expect(rejected).toMatchObject({
      state: 'REJECTED',
      error: { code: 'state-changed', blocking: [{ code: 'wrong-state' }] },
    });
    expect(rejected.error?.detail).toContain('Nothing was sent.');
    expect(work.changesSent).toBe(0);
  });

  it('so that it runs at the other site now is not failed back', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const group = work.world.groups.get('books');
    if (group) group.activeSite = 'RECOVERY';
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({
      state: 'REJECTED',
      error: { code: 'state-changed', blocking: [{ code: 'wrong-direction' }] },
    });
    expect(work.changesSent).toBe(0);
  });

  it('so that it touches groups which are not held is not sent anything', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    work.world.plans.get('move-books')?.groupIds.push('mail');
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({
      state: 'REJECTED',
      error: { code: 'state-changed', blocking: [{ code: 'groups-changed' }] },
    });
    expect(work.changesSent).toBe(0);
  });

  it('so that the upstream itself would object is not sent anything', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const group = work.world.groups.get('books');
    if (group) group.word = 'idle';
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({
      state: 'REJECTED',
      error: { code: 'state-changed', blocking: [{ code: 'group-not-protected' }] },
    });
    expect(work.changesSent).toBe(0);
  });

  it('so that it is gone is rejected in one piece: code, type and status agree', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    work.world.plans.delete('move-books');
    await work.runner.submit(id);
    expect((await work.now(id)).error).toMatchObject({
      code: 'state-changed',
      type: '/problems/state-changed',
      status: 409,
    });
  });
});

describe('a sender that vanished', () => {
  async function leftSending(work: LongWork): Promise<string> {
    const { id } = await work.accept();
    void work.runner.submit(id);
    for (let state = ''; state !== 'SUBMITTING'; state = (await work.now(id)).state);
    return id;
  }
  const deaf = () =>
    new LongWork(the.redis, (driver) => changed(driver, { start: () => new Promise(() => undefined) }));

  it('is waited for as long as it could still be sending', async () => {
    const work = deaf();
    const id = await leftSending(work);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 40_000 });
    work.clock.advance(39_999);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 1 });
    expect((await work.now(id)).state).toBe('SUBMITTING');
  });

  it('leaves an operation that is reconciled, not one that is sent again', async () => {
    const work = deaf();
    const id = await leftSending(work);
    work.clock.advance(40_000);
    expect(await work.runner.submit(id)).toBe('DONE');
    expect((await work.now(id)).state).toBe('RECONCILING');
    await work.tickAfter(100_000);
    expect((await work.now(id)).state).toBe('UNKNOWN');
    expect(work.changesSent).toBe(0);
  });
});

it('two runners that are called for one operation at once start it once, a hundred times out of a hundred', async () => {
  for (let round = 0; round < 100; round += 1) {
    const work = new LongWork(the.redis);
    const other = new OperationRunner(
      work.store,
      new ProviderRegistry([work.site.provider]),
      work.clock,
      SETTINGS,
      silentLog(),
      work.doorbells,
    );
    const { id } = await work.accept();
    const next = await Promise.all([work.runner.submit(id), other.submit(id)]);
    expect([work.executions, work.changesSent]).toEqual([1, 1]);
    expect(next).toContain('DONE');
    expect((await work.now(id)).state).toBe('RUNNING');
  }
});

it('a runner whose look at the target was overtaken by another one sends nothing', async () => {
  const looks: (() => void)[] = [];
  const work = new LongWork(the.redis, (driver) =>
    changed(driver, {
      prepare: async (...args) => {
        const found = await driver.prepare(...args);
        if (looks.length === 0) return found;
        await new Promise<void>((go) => looks.push(go));
        return found;
      },
    }),
  );
  const { id } = await work.accept();
  looks.push(() => undefined);
  const slow = work.runner.submit(id);
  while (looks.length < 2) await new Promise(setImmediate);
  await work.store.transition(id, { kind: 'DELAYED', notBefore: at(600), text: 'Another one says: later.' });
  looks[1]?.();
  expect(await slow).toEqual({ againInMs: SETTINGS.pollIntervalMs });
  expect(await work.now(id)).toMatchObject({ state: 'PENDING', notBefore: at(600) });
  expect(work.changesSent).toBe(0);
});

describe('a runner that is rung for nothing', () => {
  it('is done at once with what does not exist', async () => {
    const work = new LongWork(the.redis);
    expect(await work.runner.submit('nonsense')).toBe('NOTHING');
  });

  it('comes back later for a site that is not configured, and leaves the operation alone', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const homeless = new OperationRunner(
      work.store,
      new ProviderRegistry([]),
      work.clock,
      SETTINGS,
      silentLog(),
      work.doorbells,
    );
    expect(await homeless.submit(id)).toEqual({ againInMs: 60_000 });
    expect((await work.now(id)).version).toBe(1);
  });
});
