import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { RestoreGuardDto } from '../../../src/api/dto/restore-guard.dto.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { STARTING_TAKES_MS, useWorld, type World } from '../../support/world.js';

const FAILOVER = { direction: 'TO_RECOVERY' };

/** Asks for a failover that cannot be kept; answers the operation that was taken back. */
async function takenBack({ api }: World, key: string): Promise<OperationDto> {
  const { id } = await api.planNamed('erp-dr');
  const path = `/v1/recovery-plans/${id}/actions/failover`;
  const { status, body } = await api.refused('POST', path, { body: FAILOVER, key });
  expect([status, body.code, body.retryable]).toEqual([503, 'not-durable', true]);
  const href = body.nextActions?.find(({ method }) => method === 'GET')?.href ?? '';
  const operation = await api.read<OperationDto>(href);
  expect([operation.state, operation.error?.code]).toEqual(['REJECTED', 'not-durable']);
  return operation;
}

async function goesThrough({ api, sdrs }: World, key: string): Promise<void> {
  const { id } = await api.planNamed('erp-dr');
  const path = `/v1/recovery-plans/${id}/actions/failover`;
  await api.succeeded(await api.start('POST', path, FAILOVER, key));
  expect(await sdrs.executions()).toHaveLength(1);
}

describe('a journal that cannot be written', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'dr-gateway-journal-')), 'journal');
  const world = useWorld({ sites: ['sdrs'], env: { JOURNAL_DIR: folder } });
  afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  it('stops what would be promised upon it: it is taken back, and nothing is sent', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file in its place');
    await takenBack(world(), 'key-1');
    await eventuallyTrue('the API is not ready', async () => {
      const { status, body } = await world().api.ask<object>('GET', '/readyz');
      return status === 503 && JSON.stringify(body).includes('journal');
    });
    expect(await world().sdrs.changes()).toEqual([]);
  });
});

describe('a replica that takes nothing', () => {
  const world = useWorld({ sites: ['sdrs'], env: { REDIS_WAIT_REPLICAS: '1' } });
  let replica: Awaited<ReturnType<typeof openEphemeralRedis>>;

  beforeAll(async () => {
    replica = await openEphemeralRedis();
    const { port, password } = new URL(world().redis.url);
    const redis = new Redis(replica.url);
    await world().withRedis((primary) => primary.config('SET', 'repl-diskless-sync-delay', '0'));
    await redis.config('SET', 'masterauth', password);
    await redis.replicaof('127.0.0.1', port);
    redis.disconnect();
    await inStep();
    // With its first replica the server has another name: the guard has seen that, and let it pass.
    await eventuallyTrue('the guard is open', async () => {
      const { state, reason } = await world().api.read<RestoreGuardDto>('/v1/restore-guard');
      return state === 'OPEN' && reason === 'OTHER_SERVER';
    });
  }, STARTING_TAKES_MS);
  afterAll(() => replica.stop());

  function inStep(): Promise<void> {
    return world().withRedis((primary) =>
      eventuallyTrue('the replica has everything', async () => {
        await primary.set('in-step', performance.now());
        return (await primary.wait(1, 1_000)) === 1;
      }),
    );
  }

  it('stops what would be promised; the same request goes through with a new key when it is back', async () => {
    replica.pause();
    const { id } = await takenBack(world(), 'key-1');
    expect(await world().sdrs.changes()).toEqual([]);
    replica.resume();
    await inStep();
    const plan = await world().api.planNamed('erp-dr');
    const path = `/v1/recovery-plans/${plan.id}/actions/failover`;
    expect((await world().api.start('POST', path, FAILOVER, 'key-1')).id).toBe(id);
    await goesThrough(world(), 'key-2');
  });
});
