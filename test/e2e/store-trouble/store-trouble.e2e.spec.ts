import type { Redis } from 'ioredis';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { freePort } from '../../../sandbox/ports.js';
import { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

interface Trouble {
  what: string;
  strike: (redis: Redis) => Promise<unknown>;
  relieve: (redis: Redis) => Promise<unknown>;
  says: RegExp;
}

const TROUBLES: Trouble[] = [
  {
    what: 'is out of memory',
    strike: (redis) => redis.config('SET', 'maxmemory', '100kb'),
    relieve: (redis) => redis.config('SET', 'maxmemory', '0'),
    says: /OOM/,
  },
  {
    what: 'has become a replica',
    strike: (redis) => redis.replicaof('127.0.0.1', 1),
    relieve: (redis) => redis.replicaof('NO', 'ONE'),
    says: /READONLY/,
  },
  {
    what: 'has too few replicas',
    strike: (redis) => redis.config('SET', 'min-replicas-to-write', '1'),
    relieve: (redis) => redis.config('SET', 'min-replicas-to-write', '0'),
    says: /NOREPLICAS/,
  },
];

/** So that the operation still runs when the store is well again. */
const SLOWLY = { durationFactor: 0.05 };
/** Asked so often while it lasts. */
const QUESTIONS = 20;
/** Lines of the worker about one trouble: each kind of error every 10 s, the break, failed looks; not one per job. */
const FEW_LINES = 25;
const TEST_MS = 90_000;

describe('a Redis that answers, and takes no writes because it', () => {
  const world = useWorld({ workers: 0 });
  let health: GatewayClient;
  beforeAll(async () => {
    const port = await freePort();
    health = new GatewayClient(`http://127.0.0.1:${port}`, world().api.apiKey);
    await world().startWorker({ WORKER_PORT: String(port) });
  }, TEST_MS);

  const linesOfWorker = (): string[] => (world().workers.at(-1)?.log ?? '').split('\n');

  it.each(TROUBLES)(
    '$what: told by name, waited out in peace, and nothing is lost or done twice',
    async ({ strike, relieve, says }) => {
      const { api, sdrs } = world();
      await world().reset({ sdrs: SLOWLY });
      await eventuallyTrue('it is ready', () => api.isOpen());
      const plan = await api.planNamed('erp-dr');
      const running = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
      await api.inState(running.id, 'RUNNING');
      const linesBefore = linesOfWorker().length;
      await world().withRedis(strike);
      try {
        for (const client of [api, health]) {
          const fault = await eventually('it is told', async () => {
            const { status, body } = await client.ask<ProblemDto>('GET', '/readyz');
            return status === 503 ? body : null;
          });
          expect(fault.code).toBe('store-unavailable');
          expect(fault.detail).toMatch(says);
        }
        await eventuallyTrue('the workers take a break', () =>
          linesOfWorker()
            .slice(linesBefore)
            .some((line) => line.includes('take a break')),
        );
        for (let i = 0; i < QUESTIONS; i += 1) {
          const refused = await api.refused('POST', `/v1/recovery-plans/${plan.id}/actions/failover`, {
            body: { direction: 'TO_RECOVERY' },
          });
          expect(refused.status).toBeGreaterThanOrEqual(409);
          expect((await health.ask('GET', '/livez')).status).toBe(200);
        }
        const lines = linesOfWorker().slice(linesBefore);
        expect(lines.length).toBeLessThan(FEW_LINES);
      } finally {
        await world().withRedis(relieve);
      }
      await eventuallyTrue('it is ready again', () => api.isOpen());
      await api.succeeded(running, 60_000);
      expect(await sdrs.executions()).toHaveLength(1);
      expect(await sdrs.changes()).toHaveLength(1);
      const next: OperationDto = await api.run(plan.id, 'reprotect', {});
      await api.inState(next.id, 'RUNNING', 'SUCCEEDED');
    },
    TEST_MS,
  );
});
