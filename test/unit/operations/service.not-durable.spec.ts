import { DurableOperationStore } from '../../../src/operations/durable-operation-store.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { ProblemError } from '../../../src/domain/problem.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { LongWork } from '../support/long-work.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();
const CLAIM = { keyHash: 'one key', fingerprint: 'one request' };
const FULL = 'no space left on device';

function opened() {
  const work = new LongWork(the.redis);
  const journal = new MemoryJournal();
  const guard = new OpenGuard();
  const store = new DurableOperationStore(work.store, journal, guard, work.clock, () => undefined);
  const registry = new ProviderRegistry([work.site.provider]);
  const service = new OperationsService(store, registry, work.doorbells, work.clock);
  const open = () => work.store.listOpen(work.site.siteId);
  return { work, journal, service, open };
}

describe('a request that cannot be kept safely', () => {
  it('is taken back: nothing is rung, nothing is locked, and its operation says why', async () => {
    const { work, journal, service, open } = opened();
    journal.broken = FULL;
    const refusal = await refusalOf(service.accept(work.request(), CLAIM));
    expect(refusal.problem).toMatchObject({ status: 503, code: 'not-durable', retryable: true });
    expect(refusal.problem.detail).toContain(FULL);
    expect(work.doorbells.rings).toEqual([]);
    expect(await open()).toEqual([]);
    journal.broken = null;
    const again = await service.accept(work.request(), CLAIM);
    expect(again).toMatchObject({ replayed: true, operation: { state: 'REJECTED' } });
    expect(again.operation.error?.code).toBe('not-durable');
    const fresh = await service.accept(work.request(), { ...CLAIM, keyHash: 'another' });
    expect(fresh).toMatchObject({ replayed: false, operation: { state: 'PENDING' } });
  });

  it('stands when somebody has gone on with it by then', async () => {
    const { work, journal, service, open } = opened();
    journal.onAppend = async (entry) => {
      if (entry.kind !== 'RECORD' || entry.record.state !== 'PENDING') return;
      journal.onAppend = () => undefined;
      await work.runner.submit(entry.record.id);
      throw new Error(FULL);
    };
    const { operation } = await service.accept(work.request(), CLAIM);
    expect(operation.state).toBe('RUNNING');
    expect(work.changesSent).toBe(1);
    expect(await open()).toHaveLength(1);
    expect(journal.kept.at(-1)).toMatchObject({ record: { state: 'RUNNING' }, claim: CLAIM });
  });

  it('that only repeats one is not: what was promised before stands, and goes on', async () => {
    const { work, journal, service, open } = opened();
    const { operation } = await service.accept(work.request(), CLAIM);
    journal.broken = FULL;
    for (const repeat of [() => service.replayed(CLAIM), () => service.accept(work.request(), CLAIM)]) {
      const { problem } = await refusalOf(repeat());
      expect(problem).toMatchObject({ status: 503, code: 'not-durable' });
      expect(problem.detail).toContain('goes on as it was');
    }
    expect(await open()).toEqual([operation]);
    journal.broken = null;
    expect(await service.replayed(CLAIM)).toEqual(operation);
  });

  it('and is repeated while it is not safe yet is promised to nobody', async () => {
    const { work, journal, service } = opened();
    journal.broken = FULL;
    const ask = async (): Promise<string> => {
      try {
        return (await service.accept(work.request(), CLAIM)).operation.state;
      } catch (error) {
        return error instanceof ProblemError ? error.problem.code : String(error);
      }
    };
    // Whoever comes after it was taken back is told how it ended.
    for (const told of await Promise.all([ask(), ask(), ask()]))
      expect(told).toMatch(/^(not-durable|REJECTED)$/);
    await work.runner.submit((await service.replayed(CLAIM))?.id ?? '');
    expect(work.changesSent).toBe(0);
  });
});
