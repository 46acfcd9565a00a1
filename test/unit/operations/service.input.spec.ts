import type { Operation } from '../../../src/domain/operation.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();

/** A failover that asks half way whether the old site is dark. */
async function asking(
  work = new LongWork(the.redis),
): Promise<{ work: LongWork; id: string; promptId: string }> {
  work.world.nextWork({ question: 'Is the old site dark?' });
  const id = await work.begun();
  await work.tickAfter(20_000);
  const { state, prompts } = await work.now(id);
  expect(state).toBe('WAITING_FOR_INPUT');
  return { work, id, promptId: prompts[0]?.id ?? '' };
}

const answer = async (work: LongWork, id: string, promptId: string): Promise<Operation> => {
  await work.service.answerPrompt(id, promptId, 'ben');
  await work.runner.submit(id);
  return work.now(id);
};

describe('an answer to a prompt', () => {
  it('is carried to the upstream, which goes on', async () => {
    const { work, id, promptId } = await asking();
    work.doorbells.rings.length = 0;
    expect(await work.service.answerPrompt(id, promptId, 'ben')).toMatchObject({
      state: 'WAITING_FOR_INPUT',
      input: { promptId, requestedBy: 'ben', state: 'REQUESTED' },
    });
    expect(work.doorbells.rings).toEqual([`submit ${id}`]);
    expect(await work.runner.submit(id)).toBe('DONE');
    expect(await work.now(id)).toMatchObject({ state: 'WAITING_FOR_INPUT', input: { state: 'ACCEPTED' } });
    await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', prompts: [] });
    await work.tickAfter(20_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('given twice is one, also afterwards', async () => {
    const { work, id, promptId } = await asking();
    const first = await work.service.answerPrompt(id, promptId, 'ben');
    expect(await work.service.answerPrompt(id, promptId, 'cleo')).toEqual(first);
    await Promise.all([work.runner.submit(id), work.runner.submit(id), work.runner.submit(id)]);
    expect(work.changesSent).toBe(2);
    await work.tickAfter(5_000);
    expect((await work.service.answerPrompt(id, promptId, 'cleo')).input?.requestedBy).toBe('ben');
  });

  it.each(['UNREACHABLE', 'THROTTLED'] as const)('that met %s is sent again', async (trouble) => {
    const { work, id, promptId } = await asking();
    await work.service.answerPrompt(id, promptId, 'ben');
    work.world.troubles.push({ on: 'CHANGE', trouble });
    expect(await work.runner.submit(id)).toEqual({ againInMs: expect.any(Number) as number });
    await work.runner.submit(id);
    expect((await work.now(id)).input?.state).toBe('ACCEPTED');
  });

  it('of which nobody knows whether it arrived may be given again', async () => {
    const { work, id, promptId } = await asking();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    expect((await answer(work, id, promptId)).input?.state).toBe('AMBIGUOUS');
    expect(await work.runner.submit(id)).toBe('NOTHING');
    expect((await answer(work, id, promptId)).input?.state).toBe('ACCEPTED');
  });

  it('that arrived although nobody heard so counts once the upstream no longer asks', async () => {
    const { work, id, promptId } = await asking();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'ANSWER_LOST' });
    expect((await answer(work, id, promptId)).input?.state).toBe('AMBIGUOUS');
    await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', input: { state: 'ACCEPTED' } });
  });

  it('that somebody else gave meanwhile counts as given', async () => {
    const { work, id, promptId } = await asking();
    await work.service.answerPrompt(id, promptId, 'ben');
    work.world.answer('move-books');
    await work.runner.submit(id);
    expect((await work.now(id)).input).toMatchObject({ state: 'ACCEPTED' });
  });

  it('that the upstream refuses is told, and may be given again', async () => {
    const { work, id, promptId } = await asking();
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REFUSED' });
    const refused = await answer(work, id, promptId);
    expect(refused).toMatchObject({ state: 'WAITING_FOR_INPUT', input: { state: 'REFUSED' } });
    expect((await answer(work, id, promptId)).input?.state).toBe('ACCEPTED');
  });

  it('that could not be sent for a quarter of an hour is not sent any more, and may be given again', async () => {
    const { work, id, promptId } = await asking();
    await work.service.answerPrompt(id, promptId, 'ben');
    work.clock.advance(15 * 60_000 + 1);
    expect(await work.runner.submit(id)).toBe('DONE');
    expect(work.changesSent).toBe(1);
    const lapsed = await work.now(id);
    expect(lapsed).toMatchObject({ state: 'WAITING_FOR_INPUT', input: { state: 'REFUSED' } });
    expect(lapsed.input?.detail).toContain('ask again');
    expect((await answer(work, id, promptId)).input?.state).toBe('ACCEPTED');
  });

  it('whose carrier died is in doubt, and not sent again by itself', async () => {
    const dies = { now: false };
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        start: (...args) => (dies.now ? Promise.reject(new Error('killed')) : driver.start(...args)),
      }),
    );
    const { id, promptId } = await asking(work);
    await work.service.answerPrompt(id, promptId, 'ben');
    const transition = work.store.transition.bind(work.store);
    work.store.transition = () => Promise.reject(new Error('killed'));
    dies.now = true;
    await expect(work.runner.submit(id)).rejects.toThrow('killed');
    work.store.transition = transition;
    expect((await work.now(id)).input?.state).toBe('SENDING');
    work.clock.advance(2 * SETTINGS.sendDeadlineMs + SETTINGS.submitTimeoutMs);
    await work.runner.submit(id);
    expect((await work.now(id)).input?.state).toBe('AMBIGUOUS');
    expect(work.changesSent).toBe(1);
  });
});

describe('an answer is refused', () => {
  const code = async (answering: Promise<unknown>) => (await refusalOf(answering)).problem;

  it('by what does not wait, and for a prompt that is not asked', async () => {
    const { work, id, promptId } = await asking();
    expect(await code(work.service.answerPrompt(id, 'another', 'ben'))).toMatchObject({
      code: 'no-such-prompt',
      status: 409,
      detail: expect.stringContaining(promptId) as string,
    });
    const running = await work.begun({ targetNativeId: 'move-mail' });
    expect((await code(work.service.answerPrompt(running, 'x', 'ben'))).code).toBe('no-such-prompt');
  });

  it('where the upstream asks nothing', async () => {
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        descriptor: {
          ...driver.descriptor,
          capabilities: { ...driver.descriptor.capabilities, prompts: false },
        },
      }),
    );
    const id = await work.begun();
    expect((await code(work.service.answerPrompt(id, 'x', 'ben'))).detail).toContain('asks nothing');
  });
});
