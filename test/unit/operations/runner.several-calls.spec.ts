import type { Preparation } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LongWork } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

describe('an action of several calls', () => {
  const LABELS = ['stop one', 'stop two', 'stop three'];
  /** An upstream that disables protection machine by machine. */
  const several = (answers: (index: number) => Error | null) =>
    new LongWork(the.redis, (driver) =>
      changed(driver, {
        prepare: async (...args): Promise<Preparation> => {
          const found = await driver.prepare(...args);
          const [call] = found.calls;
          return { ...found, calls: call ? LABELS.map((label) => ({ ...call, label })) : [] };
        },
        start: async (call, gate, cx) => {
          gate.open();
          const error = answers(LABELS.indexOf(call.label));
          if (error) throw error;
          return call.label === 'stop one' ? driver.start(call, gate, cx) : { jobIds: [] };
        },
        observe: async (...args) => (await driver.observe(...args)).map((seen) => ({ ...seen, steps: [] })),
      }),
    );
  const disable = { action: 'DISABLE_PROTECTION', targetNativeId: 'books', direction: null } as const;

  it('is sent call by call, each with an intent of its own', async () => {
    const work = several(() => null);
    const { id } = await work.accept(disable);
    expect(await work.runner.submit(id)).toEqual({ againInMs: 0 });
    expect((await work.now(id)).calls.map(({ state }) => state)).toEqual(['ACCEPTED', 'PENDING', 'PENDING']);
    await work.runner.submit(id);
    expect(await work.runner.submit(id)).toBe('DONE');
    await work.tickAfter(30_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('of which one is refused ends PARTIAL, with a warning that names it', async () => {
    const work = several((index) => (index === 1 ? refusedCall() : null));
    const { id } = await work.accept(disable);
    for (let i = 0; i < 3; i += 1) await work.runner.submit(id);
    await work.tickAfter(30_000);
    const ended = await work.now(id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'PARTIAL' });
    expect(ended.warnings).toEqual(['stop two: The machine is busy.']);
    expect(ended.steps.map(({ title, state, detail }) => [title, state, detail])).toEqual([
      ['stop one', 'SUCCEEDED', null],
      ['stop two', 'FAILED', 'The machine is busy.'],
      ['stop three', 'SUCCEEDED', null],
    ]);
  });

  it('of which one cannot be sent before the start deadline ends without it, not never', async () => {
    const work = several((index) => (index === 2 ? unreachable() : null));
    const { id } = await work.accept(disable);
    for (
      let next = await work.runner.submit(id);
      typeof next === 'object' && work.clock.monotonic() < 3_600_000;
      next = await work.runner.submit(id)
    )
      work.clock.advance(next.againInMs);
    await work.tickAfter(30_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'PARTIAL' });
  });
});

function refusedCall(): ProviderError {
  return new ProviderError('CONFLICT', 'The machine is busy.', { delivery: 'REFUSED' });
}

function unreachable(): ProviderError {
  return new ProviderError('UNAVAILABLE', 'Nobody is there.', { retry: 'TEMPORARY', delivery: 'NOT_SENT' });
}
