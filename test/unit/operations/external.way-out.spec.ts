import type { Resolution } from '../../../src/domain/operation.js';
import { SETTINGS } from '../support/long-work.js';
import { OutsideWork } from '../support/outside-work.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();

const settle = (work: OutsideWork, id: string, verdict: Resolution['verdict']) =>
  work.resolutions.resolve(id, { verdict, reason: 'the console says so' }, 'ada');
const refused = async (work: OutsideWork, id: string, verdict: Resolution['verdict']) =>
  (await refusalOf(settle(work, id, verdict))).problem;

/** A failover of the books that somebody else began, and that never comes to an end. */
async function hanging(question?: string): Promise<{ work: OutsideWork; id: string }> {
  const work = new OutsideWork(the.redis);
  await work.refresh();
  work.world.nextWork(question === undefined ? { stuck: true } : { question });
  work.elsewhere('FAILOVER', 'move-books');
  await work.refreshAfter(5_000);
  await work.tickAfter(20_000);
  return { work, id: (await work.found())[0]?.id ?? '' };
}

/** A job of others that says that it runs, on a group that rests. */
async function jobOnRest(): Promise<{ work: OutsideWork; id: string }> {
  const work = new OutsideWork(the.redis);
  work.tellsRuns = true;
  await work.refresh();
  work.world.nextWork({ stuck: true });
  const job = work.elsewhere('ADD_PROTECTED_INSTANCE', 'books:ledger');
  Object.assign(job, { action: 'UPDATE_PROTECTION_GROUP', targetId: 'books' });
  await work.refreshAfter(5_000);
  await work.refreshAfter(5_000);
  await work.tickAfter(5_000);
  return { work, id: (await work.found())[0]?.id ?? '' };
}

/** What the look shows goes on for ever; it is not found anew. */
async function isFreeForGood(work: OutsideWork): Promise<void> {
  expect(await work.holderOf('books')).toBeNull();
  for (const ms of [0, 15_000, 60_000, 3_600_000]) await work.refreshAfter(ms);
  expect(await work.found()).toHaveLength(1);
  expect(await work.holderOf('books')).toBeNull();
}

describe('what others began and does not end', () => {
  it('is for a person to judge when its job runs on while its target rests', async () => {
    const { work, id } = await jobOnRest();
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING' });
    await work.tickAfter(SETTINGS.stalledMs + 1);
    await work.tickAfter(SETTINGS.settleMs);
    const unknown = await work.now(id);
    expect(unknown).toMatchObject({ state: 'UNKNOWN', lockedGroupIds: [work.id('books')] });
    expect(unknown.evidence).toMatch(
      /^The upstream says .* of work-1, yet the target rests: it is guarded\.$/,
    );
    expect(await work.holderOf('books')).toBe(id);
    expect((await settle(work, id, 'FAILED')).state).toBe('FAILED');
    await isFreeForGood(work);
  });

  it('ends by itself all the same when that job ends', async () => {
    const { work, id } = await jobOnRest();
    await work.tickAfter(SETTINGS.stalledMs + 1);
    await work.tickAfter(SETTINGS.settleMs);
    const [job] = work.world.jobs;
    Object.assign(job ?? {}, { ended: 'DONE', endedAt: work.clock.now() });
    await work.tickAfter(5_000);
    expect(await work.now(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('can be settled at once where its target rests', async () => {
    const { work, id } = await jobOnRest();
    expect(await settle(work, id, 'FAILED')).toMatchObject({
      state: 'FAILED',
      resolution: { verdict: 'FAILED', resolvedBy: 'ada' },
    });
    await isFreeForGood(work);
  });

  it('is not settled while its target is seen at work, unless nothing has moved for long: then it can be given up', async () => {
    const { work, id } = await hanging();
    expect(await refused(work, id, 'FAILED')).toMatchObject({
      code: 'upstream-contradicts',
      detail: expect.stringContaining('The target is in moving: it is at work.') as string,
    });
    await work.tickAfter(SETTINGS.stalledMs + 1);
    expect((await work.now(id)).state).toBe('RUNNING');
    for (const verdict of ['SUCCEEDED', 'NOT_EXECUTED'] as const)
      expect((await refused(work, id, verdict)).code).toBe('upstream-contradicts');
    expect((await settle(work, id, 'FAILED')).state).toBe('FAILED');
    await isFreeForGood(work);
  });

  it('the same where it waits for an answer that nobody can give', async () => {
    const { work, id } = await hanging('Is the old site dark?');
    expect((await work.now(id)).state).toBe('WAITING_FOR_INPUT');
    expect((await refused(work, id, 'FAILED')).code).toBe('upstream-contradicts');
    await work.tickAfter(SETTINGS.stalledMs + 1);
    expect((await settle(work, id, 'FAILED')).state).toBe('FAILED');
    await isFreeForGood(work);
  });

  it('is not settled while a request of ours is on its way to it', async () => {
    const { work, id } = await jobOnRest();
    const requestedTime = new Date(work.clock.now()).toISOString();
    await work.store.transition(id, {
      kind: 'CANCEL_REQUESTED',
      request: { requestedBy: 'ben', requestedTime },
    });
    await work.store.transition(id, { kind: 'CANCEL_SENDING', overBy: requestedTime });
    expect(await refused(work, id, 'FAILED')).toMatchObject({ code: 'not-resolvable', retryable: true });
  });

  it('of our own it is nobody’s to settle while it runs', async () => {
    const work = new OutsideWork(the.redis);
    work.world.nextWork({ stuck: true });
    const id = await work.begun();
    await work.tickAfter(SETTINGS.stalledMs + 1);
    expect((await refused(work, id, 'FAILED')).code).toBe('not-resolvable');
  });

  it('is not settled while the site cannot be asked', async () => {
    const { work, id } = await jobOnRest();
    work.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE' });
    expect((await refused(work, id, 'FAILED')).code).toBe('upstream-unavailable');
    expect(await work.holderOf('books')).toBe(id);
  });
});
