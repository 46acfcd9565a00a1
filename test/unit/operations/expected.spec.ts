import { ProblemError } from '../../../src/domain/problem.js';
import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

describe('what the target was when an operation was accepted', () => {
  it('is kept in the record, where the action depends on it', async () => {
    const work = new LongWork(the.redis);
    expect((await work.accept()).expected).toEqual({ word: 'ready', activeSite: 'PRODUCTION' });
    const created = await work.accept({
      action: 'CREATE_PROTECTION_GROUP',
      targetNativeId: null,
      direction: null,
      group: { name: 'new' },
    });
    expect(created.expected).toBeNull();
  });

  it('it must be at the last look, even if the action could be taken from what it is now', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'stranded';
    await work.runner.submit(id);
    const rejected = await work.now(id);
    expect(rejected).toMatchObject({
      state: 'REJECTED',
      error: { code: 'state-changed', blocking: [{ code: 'not-as-expected' }] },
    });
    expect(rejected.error?.detail).toBe(
      'The target was "ready" at PRODUCTION when this was accepted, and is "stranded" at PRODUCTION now. Nothing was sent.',
    );
    expect(work.changesSent).toBe(0);
  });

  it('it must be at the last look, side and all, where no direction is named', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept({
      action: 'DISABLE_PROTECTION',
      targetNativeId: 'books',
      direction: null,
    });
    const group = work.world.groups.get('books');
    if (group) group.activeSite = 'RECOVERY';
    await work.runner.submit(id);
    expect((await work.now(id)).error).toMatchObject({
      code: 'state-changed',
      blocking: [{ code: 'not-as-expected' }],
    });
    expect(work.changesSent).toBe(0);
  });

  it('is told beside the judge’s own words, when it is in no allowed state either', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'staged';
    await work.runner.submit(id);
    const { error } = await work.now(id);
    expect(error?.blocking).toMatchObject([{ code: 'wrong-state' }]);
    expect(error?.detail).toContain('was "ready" at PRODUCTION when this was accepted, and is "staged"');
  });

  it('does not matter for a record of before it was kept', async () => {
    const work = new LongWork(the.redis);
    const { id, expected: _expected, ...older } = await work.accept();
    const transitionFrom = work.store.find.bind(work.store);
    work.store.find = async (asked) => {
      const found = await transitionFrom(asked);
      return found && asked === id ? { ...found, expected: null } : found;
    };
    const plan = work.world.plans.get('move-books');
    if (plan) plan.word = 'stranded';
    await work.runner.submit(id);
    expect(older.state).toBe('PENDING');
    expect((await work.now(id)).state).toBe('RUNNING');
  });
});

describe('what whoever asks believes of the target', () => {
  const asked = async (work: LongWork, belief: object, keyHash = 'k') =>
    work.service
      .accept({ ...work.request(), belief }, { keyHash: `${work.site.siteId}-${keyHash}`, fingerprint: 'f' })
      .then(
        ({ operation }) => operation.state,
        (error: unknown) => (error instanceof ProblemError ? error.problem : error),
      );

  it.each([
    [{ state: 'PROTECTED' }, 'PENDING'],
    [{ activeSite: 'PRODUCTION' }, 'PENDING'],
    [{ state: 'PROTECTED', activeSite: 'PRODUCTION' }, 'PENDING'],
  ])('is taken when it is so: %j', async (belief, state) => {
    expect(await asked(new LongWork(the.redis), belief)).toBe(state);
  });

  it.each([
    [{ state: 'FAILED_OVER' }, 'The target changed: FAILED_OVER was expected, and it is PROTECTED (ready).'],
    [
      { activeSite: 'RECOVERY' },
      'The target changed: it was expected to run at RECOVERY, and runs at PRODUCTION.',
    ],
  ])('is refused with what it is instead: %j', async (belief, detail) => {
    const work = new LongWork(the.redis);
    expect(await asked(work, belief)).toMatchObject({
      code: 'state-changed',
      status: 409,
      detail,
      blocking: [{ code: 'not-as-expected' }],
    });
    expect(work.changesSent).toBe(0);
  });

  it('is told in the pre-flight, with nothing sent', async () => {
    const work = new LongWork(the.redis);
    const report = await work.service.preflight({ ...work.request(), belief: { state: 'UNPROTECTED' } });
    expect(report).toMatchObject({ allowed: false, blocking: [{ code: 'not-as-expected' }] });
  });
});

it('a step of a composite expects what it saw itself', async () => {
  const work = new LongWork(the.redis);
  const parent = await work.accept({
    action: 'PROVISION_PROTECTION_GROUP',
    targetNativeId: null,
    direction: null,
    group: { name: 'made' },
    input: { protectedInstances: [], enableProtection: true },
  });
  expect(parent.expected).toBeNull();
  const last = async () => (await work.now(parent.id)).composite?.at(-1)?.operationId ?? null;
  for (let turns = 0; turns < 40 && (await last()) === null; turns += 1) {
    for (const { id } of await work.store.listOpen(work.site.siteId)) await work.runner.submit(id);
    await work.tickAfter(10_000);
  }
  const enabling = await work.now((await last()) ?? '');
  expect(enabling).toMatchObject({ action: 'ENABLE_PROTECTION', expected: { word: 'idle' } });
});
