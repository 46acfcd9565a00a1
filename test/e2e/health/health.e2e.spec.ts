import type { HealthDto } from '../../../src/api/dto/health.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { freePort } from '../../../sandbox/ports.js';
import { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const CHECKS = ['store', 'eviction', 'replicas', 'journal', 'guard', 'clock', 'event-loop', 'connections'];
const QUEUES = 32;

describe('the health of the processes', () => {
  const world = useWorld({ workers: 0 });
  let worker: GatewayClient;
  beforeAll(async () => {
    const port = await freePort();
    worker = new GatewayClient(`http://127.0.0.1:${port}`, world().api.apiKey);
    await world().startWorker({ WORKER_PORT: String(port) });
  }, 60_000);

  const both = () => [
    { client: world().api, more: ['audit', 'workers'] },
    { client: worker, more: ['queues'] },
  ];

  const readyWhen = (client: GatewayClient, what: string, isSo: (body: HealthDto) => boolean) =>
    eventually(what, async () => {
      const { status, body } = await client.ask<HealthDto>('GET', '/readyz');
      return status === 200 && isSo(body) ? body : null;
    });

  it('is told check by check, by the API and by the worker', async () => {
    for (const { client, more } of both()) {
      const { status, checks } = await readyWhen(client, 'all is well', (body) =>
        body.checks.every(({ ok }) => ok),
      );
      expect(status).toBe('ok');
      expect(checks.map(({ name }) => name)).toEqual([...CHECKS, ...more]);
      for (const { detail } of checks) expect(detail).toMatch(/\.$/);
    }
  });

  it('of the worker is asked for beside its metrics, which need the key; there is nothing else', async () => {
    const live = await worker.read<HealthDto>('/livez');
    expect(live.checks.map(({ name }) => name)).toEqual(['connections', 'queues']);
    expect((await worker.ask('GET', '/metrics')).body).toContain('process_cpu_seconds_total');
    const { status, body } = await new GatewayClient(worker.url, 'wrong').ask<ProblemDto>('GET', '/metrics');
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthenticated' });
    expect((await worker.ask('GET', '/v1/sites')).status).toBe(404);
    expect((await worker.ask('POST', '/readyz')).status).toBe(405);
  });

  it('fails for an eviction policy that somebody sets while it runs', async () => {
    await world().withRedis((redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    try {
      for (const { client } of both()) {
        const { status, body } = await client.ask<ProblemDto>('GET', '/readyz');
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'unhealthy' });
        expect(body.detail).toMatch(/allkeys-lru.*noeviction/);
        expect(body.checks?.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['eviction']);
      }
    } finally {
      await world().withRedis((redis) => redis.config('SET', 'maxmemory-policy', 'noeviction'));
    }
  });

  it('has a canary in every queue of every shard, whoever answers it; the API only tells that nobody does', async () => {
    await eventuallyTrue('all are heard', () =>
      world().withRedis(async (redis) => (await redis.keys('drg:*:canary:*')).length === QUEUES),
    );
    await world().killWorkers();
    await world().withRedis(async (redis) => redis.del(await redis.keys('drg:*:canary:*')));
    const silent = await readyWhen(world().api, 'it is told', ({ checks }) => checks.some(({ ok }) => !ok));
    expect(silent.checks.filter(({ ok }) => !ok)).toEqual([
      {
        name: 'workers',
        ok: false,
        detail: expect.stringMatching(/^Of 32 queues, 32 had no answer within a minute/) as string,
      },
    ]);
    await world().startWorker();
    await readyWhen(world().api, 'they answer again', ({ checks }) => checks.every(({ ok }) => ok));
  }, 60_000);

  it('does not keep a worker from ending in order while Redis is away', async () => {
    const last = await world().startWorker();
    await world().redis.kill();
    const startedAt = performance.now();
    expect(await last.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect((await world().api.ask('GET', '/livez')).status).toBe(200);
    expect(await world().stopApi()).toBe(0);
    await world().redis.restart();
  }, 60_000);
});
