import type { Operation } from '../../../../src/domain/operation.js';
import { accepted, intent } from '../../support/changes.js';
import { snapshot, type GuardedProcess } from '../../support/guarded-process.js';
import { Machines, newcomer, SUCCESS, tail } from '../../support/machines.js';
import { redisForThisFile } from '../../support/redis.js';

const the = redisForThisFile();

describe('one request that began two operations, because the store had lost the first when it came again', () => {
  const CLAIM = { keyHash: 'k', fingerprint: 'f' };

  /** Both are lost after that, and written back from the journals of three machines. */
  async function both(
    goOn: (one: GuardedProcess, operation: Operation, which: 'FIRST' | 'SECOND') => Promise<unknown>,
    order: readonly (0 | 1 | 2)[],
    isLate = false,
  ): Promise<{ store: GuardedProcess['store']; first: Operation; second: Operation }> {
    const machines = new Machines(the.redis);
    const all = [
      await machines.add('disk-1'),
      await machines.add('disk-2'),
      await machines.add('disk-3'),
    ] as const;
    const [here, there, worker] = all;
    const ids = [newcomer('alpha.books'), newcomer('alpha.books')];
    if (isLate) ids.reverse();
    const goBack = await snapshot(the.redis);
    const first = await here.accept(ids[0] ?? newcomer('alpha.books'), CLAIM);
    await goOn(worker, first, 'FIRST');
    await goBack();
    const second = await there.accept(ids[1] ?? newcomer('alpha.books'), CLAIM);
    await goOn(worker, second, 'SECOND');
    await the.redis.flushall();
    await machines.open(...order.map((n) => all[n]));
    return { store: here.store, first, second };
  }
  const sentAndDone = (one: GuardedProcess, operation: Operation): Promise<Operation> =>
    one.change(
      operation,
      intent(0, `of-${tail(operation)}`, 'failover'),
      accepted(`of-${tail(operation)}`, 'job-7'),
      {
        ...SUCCESS,
      },
    );
  const ORDERS = [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
    [2, 1, 0],
  ] as const;

  it.each(ORDERS)('was sent as the second: the first is never sent (%i, %i, %i)', async (...order) => {
    const { store, first, second } = await both(
      async (worker, operation, which) => which === 'SECOND' && sentAndDone(worker, operation),
      order,
    );
    expect(await store.find(first.id)).toMatchObject({
      state: 'REJECTED',
      outcome: 'NONE',
      error: { code: 'not-durable', detail: expect.stringContaining(second.id) as string },
    });
    expect(await store.find(second.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await store.findClaim('k')).toEqual({ operationId: second.id, fingerprint: 'f' });
    expect(await store.listOpen('alpha')).toEqual([]);
  });

  it.each(ORDERS)('the same where the clock of the first ran ahead (%i, %i, %i)', async (...order) => {
    const { store, first } = await both(
      async (worker, operation, which) => which === 'SECOND' && sentAndDone(worker, operation),
      order,
      true,
    );
    expect(await store.find(first.id)).toMatchObject({ state: 'REJECTED' });
    expect(await store.listOpen('alpha')).toEqual([]);
  });

  it.each(ORDERS)('was sent as the first: the second is never sent (%i, %i, %i)', async (...order) => {
    const { store, first, second } = await both(
      async (worker, operation, which) => which === 'FIRST' && sentAndDone(worker, operation),
      order,
    );
    expect(await store.find(first.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await store.find(second.id)).toMatchObject({ state: 'REJECTED' });
    expect(await store.findClaim('k')).toEqual({ operationId: second.id, fingerprint: 'f' });
  });

  it.each(ORDERS)('was sent as neither: one of them goes on at the most (%i, %i, %i)', async (...order) => {
    const { store, first, second } = await both(() => Promise.resolve(), order);
    expect(await store.findClaim('k')).toEqual({ operationId: second.id, fingerprint: 'f' });
    expect((await store.find(second.id))?.state).toBe('PENDING');
    expect((await store.find(first.id))?.state).not.toBe('PENDING');
    expect(await store.holders('alpha', ['alpha.books'])).toEqual(new Map([['alpha.books', second.id]]));
  });
});
