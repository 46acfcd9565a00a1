import { ProblemError } from '../../../src/domain/problem.js';
import type { IdempotencyClaim } from '../../../src/operations/operation-store.js';
import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const claim = (changes: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  keyHash: 'one key',
  fingerprint: 'one request',
  ...changes,
});

async function refusalOf(work: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error(`not refused with a problem: ${String(error)}`);
  return error;
}

describe('acceptance', () => {
  it('keeps who asked, why, what for, and locks every group and the plan', async () => {
    const work = new LongWork(the.redis);
    const operation = await work.accept({ targetNativeId: 'move-front' });
    const { siteId } = work.site;
    expect(operation).toMatchObject({
      state: 'PENDING',
      requestedBy: 'ada',
      reason: 'a test',
      target: { type: 'RECOVERY_PLAN', id: `${siteId}.move-front`, name: 'Everything customers see' },
    });
    const locked = ['mail', 'shop', 'move-front'].map((id) => `${siteId}.${id}`);
    expect(operation.lockedGroupIds).toEqual(locked);
    expect([...(await work.service.holdersOf(siteId, locked)).values()]).toEqual(
      locked.map(() => operation.id),
    );
    expect(await work.now(operation.id)).toEqual(operation);
  });

  it('sends nothing to the upstream', async () => {
    const work = new LongWork(the.redis);
    await work.accept();
    expect(work.changesSent).toBe(0);
  });

  it('of the same request with the same key is the same operation again', async () => {
    const work = new LongWork(the.redis);
    const { operation: first } = await work.service.accept(
      work.request({
        targetNativeId: 'archive',
        action: 'UPDATE_PROTECTION_GROUP',
        direction: null,
        changes: { name: 'attic' },
      }),
      claim(),
    );
    expect(await work.service.replayed(claim())).toEqual(first);
    expect(await work.service.replayed(claim({ keyHash: 'another' }))).toBeNull();
  });

  it('of another request with the same key is refused with a link to the first', async () => {
    const work = new LongWork(the.redis);
    const { operation: first } = await work.service.accept(work.request(), claim());
    const reused = claim({ fingerprint: 'another request' });
    const error = await refusalOf(work.service.replayed(reused));
    expect(error.problem).toMatchObject({ code: 'idempotency-key-reused', status: 422 });
    expect(error.problem.nextActions?.[0]?.href).toBe(`/v1/operations/${first.id}`);
    const late = work.service.accept(work.request({ targetNativeId: 'move-mail' }), reused);
    expect((await refusalOf(late)).problem.code).toBe('idempotency-key-reused');
  });

  it('of a hundred equal requests at once is one operation for all of them', async () => {
    const work = new LongWork(the.redis);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => work.service.accept(work.request(), claim())),
    );
    expect(new Set(all.map((one) => one.operation.id)).size).toBe(1);
    expect(all.filter((one) => !one.replayed)).toHaveLength(1);
  });

  it('is refused while another operation holds one of the groups, with the way to it', async () => {
    const work = new LongWork(the.redis);
    const holder = await work.accept({ targetNativeId: 'move-shop' });
    const error = await refusalOf(work.accept({ targetNativeId: 'move-front' }));
    expect(error.problem).toMatchObject({ code: 'operation-in-progress', status: 409, retryable: true });
    expect(error.problem.nextActions?.[0]?.href).toBe(`/v1/operations/${holder.id}`);
    expect(error.headers.link).toContain(holder.id);
  });

  it.each([
    ['a state from which it cannot start', { action: 'REPROTECT', direction: null }, 'action-not-allowed'],
    ['the direction in which it already runs', { direction: 'TO_PRODUCTION' }, 'wrong-direction'],
    ['a target that does not exist', { targetNativeId: 'nowhere' }, 'not-found'],
    ['a wish that the upstream does not know', { options: { migrateEligibleVms: true } }, 'invalid-request'],
  ] as const)('is refused for %s', async (_name, changes, code) => {
    const work = new LongWork(the.redis);
    expect((await refusalOf(work.accept(changes))).problem.code).toBe(code);
    expect(work.doorbells.rings).toEqual([]);
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
  });

  it('names the field that the upstream does not take', async () => {
    const work = new LongWork(the.redis);
    const { problem } = await refusalOf(work.accept({ options: { migrateEligibleVms: true } }));
    expect(problem.errors).toMatchObject([{ pointer: '/migrateEligibleVms' }]);
  });

  it('is refused for a site that is not there, or does not answer', async () => {
    const work = new LongWork(the.redis);
    const nowhere = { ...work.request(), siteId: 'nowhere' };
    expect((await refusalOf(work.service.accept(nowhere, claim()))).problem.code).toBe('not-found');
    work.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE' });
    expect((await refusalOf(work.accept())).problem).toMatchObject({
      code: 'upstream-unavailable',
      status: 503,
    });
  });
});

describe('a preflight', () => {
  it('tells what would be sent, and takes nothing', async () => {
    const work = new LongWork(the.redis);
    const report = await work.service.preflight(work.request());
    expect(report).toMatchObject({
      allowed: true,
      blocking: [],
      heldBy: null,
      observed: { word: 'ready' },
      wouldSubmit: [{ method: 'POST', path: '/plans/move-books/failover' }],
    });
    expect((await work.accept()).state).toBe('PENDING');
  });

  it('tells what stands in the way instead of failing', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const report = await work.service.preflight(work.request({ direction: 'TO_PRODUCTION' }));
    expect(report).toMatchObject({ allowed: false, heldBy: id });
    expect(report.blocking.map(({ code }) => code)).toEqual(['wrong-direction', 'operation-in-progress']);
  });
});

describe('a cancel', () => {
  it('before the send ends the operation, and nothing is sent', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    expect(await work.service.cancel(id, 'ben')).toMatchObject({ state: 'CANCELLED', outcome: 'NONE' });
    await work.runner.submit(id);
    expect(work.changesSent).toBe(0);
    expect((await work.accept()).state).toBe('PENDING');
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
