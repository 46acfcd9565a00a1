import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();
describe('a cancel', () => {
  it('before the send ends the operation, and nothing is sent', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    expect(await work.service.cancel(id, 'ben')).toMatchObject({ state: 'CANCELLED', outcome: 'NONE' });
    await work.runner.submit(id);
    expect(work.changesSent).toBe(0);
    expect((await work.accept()).state).toBe('PENDING');
  });

  it('before the send needs nothing of the upstream: what it could not stop is not begun', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept({
      action: 'ENABLE_PROTECTION',
      targetNativeId: 'archive',
      direction: null,
    });
    expect((await work.service.cancel(id, 'ben')).state).toBe('CANCELLED');
  });

  it('of a run is carried to the upstream, which stops', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    work.doorbells.rings.length = 0;
    expect((await work.service.cancel(id, 'ben')).state).toBe('CANCELLING');
    expect(work.doorbells.rings).toEqual([`submit ${id}`]);
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({ state: 'CANCELLING', cancel: { state: 'ACCEPTED' } });
    await work.tickAfter(10_000);
    expect(await work.now(id)).toMatchObject({ state: 'CANCELLED', cancel: { requestedBy: 'ben' } });
  });

  it('asked for twice is asked for once', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    const first = await work.service.cancel(id, 'ben');
    expect(await work.service.cancel(id, 'cleo')).toEqual(first);
  });

  it('that the upstream refuses lets the operation go on', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.service.cancel(id, 'ben');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REFUSED' });
    await work.runner.submit(id);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', cancel: { state: 'REFUSED' } });
    await work.tickAfter(30_000);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });

  it.each(['UNREACHABLE', 'THROTTLED'] as const)('that met %s is sent again', async (trouble) => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.service.cancel(id, 'ben');
    work.world.troubles.push({ on: 'CHANGE', trouble });
    expect(await work.runner.submit(id)).toEqual({ againInMs: 1_000 });
    await work.runner.submit(id);
    expect((await work.now(id)).cancel?.state).toBe('ACCEPTED');
  });

  it('whose answer was lost is not sent again, and the end decides', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.service.cancel(id, 'ben');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    await work.runner.submit(id);
    await work.runner.submit(id);
    expect((await work.now(id)).cancel?.state).toBe('AMBIGUOUS');
    expect(work.changesSent).toBe(2);
    await work.tickAfter(10_000);
    expect((await work.now(id)).state).toBe('CANCELLED');
  });

  it('that could not be sent for a quarter of an hour is not sent any more, and may be asked for again', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await work.service.cancel(id, 'ben');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'UNREACHABLE' });
    await work.runner.submit(id);
    work.clock.advance(15 * 60_000 + 1);
    const sent = work.changesSent;
    expect(await work.runner.submit(id)).toBe('DONE');
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', cancel: { state: 'REFUSED' } });
    expect((await work.events(id)).at(-1)).toMatchObject({
      type: 'operation.progressed',
      text: expect.stringContaining('was not taken for 15 minutes') as string,
    });
    expect(work.changesSent).toBe(sent);
    expect(await work.service.cancel(id, 'ben')).toMatchObject({ cancel: { state: 'REQUESTED' } });
  });

  it('is refused for what cannot be stopped, what has ended and what is in doubt', async () => {
    const work = new LongWork(the.redis);
    const enabling = await work.begun({
      action: 'ENABLE_PROTECTION',
      targetNativeId: 'archive',
      direction: null,
    });
    expect((await refusalOf(work.service.cancel(enabling, 'ben'))).problem.code).toBe('cancel-not-supported');
    await work.tickAfter(30_000);
    const ended = await refusalOf(work.service.cancel(enabling, 'ben'));
    expect(ended.problem.detail).toContain('SUCCEEDED');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const doubtful = await work.begun();
    expect((await refusalOf(work.service.cancel(doubtful, 'ben'))).problem).toMatchObject({
      retryable: true,
    });
    expect((await refusalOf(work.service.cancel('nonsense', 'ben'))).problem.code).toBe('not-found');
  });
});
