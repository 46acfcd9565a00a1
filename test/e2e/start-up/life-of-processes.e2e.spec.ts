import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

/** Far more than it takes, far less than the operation that goes on. */
const SECONDS_MS = 30_000;

describe('the processes of the gateway', () => {
  const world = useWorld({ workers: 0 });
  beforeEach(() => world().reset());

  async function accepted(planName: string): Promise<OperationDto> {
    const plan = await world().api.planNamed(planName);
    return world().api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
  }

  it('need not be there together: what an API accepts alone, a worker ends later', async () => {
    const { api } = world();
    const begun = [await accepted('erp-dr'), await accepted('erp-plan')];
    for (const { id } of begun)
      expect(await api.operation(id)).toMatchObject({ state: 'PENDING', startedTime: null });
    const worker = await world().startWorker();
    for (const operation of begun) await api.succeeded(operation);
    expect(await worker.stop()).toBe(0);
  });

  it('lose nothing with the bells: the sweeper rings for what the queue forgot', async () => {
    const { api } = world();
    const operation = await accepted('erp-dr');
    await world().withRedis(async (redis) => {
      const bells = await redis.keys('drg:*:submissions:*');
      expect(bells.length).toBeGreaterThan(0);
      await redis.del(bells);
    });
    const worker = await world().startWorker();
    await api.succeeded(operation);
    expect(await worker.stop()).toBe(0);
    expect(await world().sdrs.executions()).toHaveLength(1);
  });

  it('let a request be taken back that no worker has seen, and nothing is ever sent', async () => {
    const { api } = world();
    const { id } = await accepted('erp-dr');
    const answer = await api.ask<OperationDto>('POST', `/v1/operations/${id}/cancel`);
    expect(answer).toMatchObject({ status: 202, body: { state: 'CANCELLED', outcome: 'NONE', done: true } });
    const worker = await world().startWorker();
    const next = await accepted('erp-dr');
    await api.succeeded(next);
    expect((await api.operation(id)).state).toBe('CANCELLED');
    expect(await world().sdrs.executions()).toHaveLength(1);
    expect(await worker.stop()).toBe(0);
  });

  it('end within seconds, with code 0, while an operation runs, which the next worker ends', async () => {
    const { api } = world();
    await world().reset({ sdrs: { durationFactor: 0.04 } });
    const worker = await world().startWorker();
    const operation = await accepted('erp-dr');
    await api.inState(operation.id, 'RUNNING');
    let startedAt = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(SECONDS_MS);
    const next = await world().startWorker();
    await api.succeeded(operation, 60_000);
    expect(await next.stop()).toBe(0);

    const waiting = api.ask<OperationDto>('GET', `/v1/operations/${operation.id}/events`).catch(() => null);
    startedAt = performance.now();
    expect(await world().stopApi()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(SECONDS_MS);
    await waiting;
    await world().startApi();
    expect(await api.operation(operation.id)).toMatchObject({ state: 'SUCCEEDED' });
  }, 90_000);
});
