import type { IdempotencyClaim } from '../../../src/operations/operation-store.js';
import { LongWork } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();
const claim = (changes: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  keyHash: 'one key',
  fingerprint: 'one request',
  ...changes,
});

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
    const first = await work.service.accept(work.request(), claim());
    expect(first).toMatchObject({ replayed: false, operation: { state: 'PENDING' } });
    expect(await work.service.replayed(claim())).toEqual(first.operation);
    expect(await work.service.replayed(claim({ keyHash: 'another' }))).toBeNull();
    expect(await work.service.accept(work.request(), claim())).toEqual({ ...first, replayed: true });
    expect(work.doorbells.rings).toHaveLength(1);
  });

  it('of the same request is the same operation, ended or not', async () => {
    const work = new LongWork(the.redis);
    const { operation } = await work.service.accept(work.request(), claim());
    await work.service.cancel(operation.id, 'ben');
    expect(await work.service.replayed(claim())).toMatchObject({ id: operation.id, state: 'CANCELLED' });
    const again = await work.service.accept(work.request(), claim());
    expect(again).toMatchObject({ replayed: true, operation: { id: operation.id } });
  });

  it('of another request with the same key is refused with a link to the first', async () => {
    const work = new LongWork(the.redis);
    const { operation } = await work.service.accept(work.request(), claim());
    const reused = claim({ fingerprint: 'another request' });
    const error = await refusalOf(work.service.replayed(reused));
    expect(error.problem).toMatchObject({ code: 'idempotency-key-reused', status: 422 });
    expect(error.problem.nextActions?.[0]?.href).toBe(`/v1/operations/${operation.id}`);
    const late = work.service.accept(work.request({ targetNativeId: 'move-mail' }), reused);
    expect((await refusalOf(late)).problem.code).toBe('idempotency-key-reused');
  });

  it('of a hundred equal requests at once is one operation for all of them', async () => {
    const work = new LongWork(the.redis);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => work.service.accept(work.request(), claim())),
    );
    expect(new Set(all.map(({ operation }) => operation.id)).size).toBe(1);
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await work.store.listOpen(work.site.siteId)).toHaveLength(1);
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
