import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const SITES = [
  { site: 'sdrs', plan: 'erp-dr' },
  { site: 'srm', plan: 'erp-plan' },
] as const;

/** So that the operations still run when Redis is back. */
const SLOWLY = { durationFactor: 0.05 };
/** Far more than it takes, far less than for ever. */
const QUICKLY_MS = 20_000;
const TEST_MS = 90_000;

describe('Redis that is killed and started again while operations run', () => {
  const world = useWorld({ durable: true, env: { SUBMIT_TIMEOUT_MS: '2000' } });

  it(
    'loses nothing, repeats nothing, and is missed only while it is away',
    async () => {
      const { api, redis } = world();
      await world().reset({ sdrs: SLOWLY, srm: SLOWLY });
      await world().withRedis((client) => client.config('SET', 'appendfsync', 'always'));
      const plans = await Promise.all(SITES.map(({ plan }) => api.planNamed(plan)));
      const key = 'the-same-key-after-the-restart';
      const body = { direction: 'TO_RECOVERY' };
      const begun: OperationDto[] = [];
      for (const { id } of plans)
        begun.push(
          await api.start('POST', `/v1/recovery-plans/${id}/actions/failover`, body, `${key}-${id}`),
        );
      for (const { id } of begun) await api.inState(id, 'RUNNING');
      await redis.kill();
      for (const [method, path, asking] of [
        ['GET', '/v1/operations', {}],
        ['GET', `/v1/operations/${begun[0]?.id}`, {}],
        ['POST', `/v1/recovery-plans/${plans[0]?.id}/actions/failover`, { body }],
        ['GET', '/readyz', {}],
      ] as const) {
        const startedAt = performance.now();
        const { status, body: problem } = await api.refused(method, path, asking);
        expect({ path, status, code: problem.code, retryable: problem.retryable }).toEqual({
          path,
          status: 503,
          code: 'store-unavailable',
          retryable: true,
        });
        expect(performance.now() - startedAt).toBeLessThan(QUICKLY_MS);
      }
      expect((await api.ask('GET', '/livez')).status).toBe(200);

      await redis.restart();
      await eventuallyTrue('it is ready', () => api.isOpen());
      for (const operation of begun) await api.succeeded(operation, 60_000);
      for (const { site } of SITES) {
        expect(await world().simulator(site).executions()).toHaveLength(1);
        expect(await world().simulator(site).changes()).toHaveLength(1);
      }
      for (const { id, target } of begun) {
        const path = `/v1/recovery-plans/${target.id}/actions/failover`;
        expect((await api.start('POST', path, body, `${key}-${target.id}`)).id).toBe(id);
      }
    },
    TEST_MS,
  );

  it(
    'takes new work as before, and the workers find it',
    async () => {
      const { api, redis } = world();
      await world().reset();
      await redis.restart();
      await eventuallyTrue('it is ready', () => api.isOpen());
      for (const { plan } of SITES) {
        const { id } = await api.planNamed(plan);
        await api.succeeded(await api.run(id, 'failover', { direction: 'TO_RECOVERY' }), 60_000);
      }
    },
    TEST_MS,
  );

  it(
    'that hangs is answered for with 503, and not waited for',
    async () => {
      const { api, redis } = world();
      await world().reset();
      redis.pause();
      try {
        const startedAt = performance.now();
        const { status, body } = await api.refused('GET', '/v1/operations');
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'store-unavailable' });
        expect(performance.now() - startedAt).toBeLessThan(QUICKLY_MS);
      } finally {
        redis.resume();
      }
      await eventuallyTrue('it is ready', () => api.isOpen());
    },
    TEST_MS,
  );
});
