import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { RestoreGuardDto } from '../../../src/api/dto/restore-guard.dto.js';
import type { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { useWorld, type World } from '../../support/world.js';

/** So that what was begun still runs when the store is rebuilt. */
const SLOWLY = { durationFactor: 0.08 };
const TEST_MS = 120_000;
const DIRECTION = { direction: 'TO_RECOVERY' };

const journals = mkdtempSync(join(tmpdir(), 'dr-gateway-journal-'));
let folders = 0;
const journal = (): string => join(journals, String((folders += 1)));

afterAll(() => rmSync(journals, { recursive: true, force: true }));

const WORLD = { QUARANTINE_MS: '5000', SUBMIT_TIMEOUT_MS: '2500', INVENTORY_REFRESH_MS: '1000' };

interface Asked {
  path: string;
  key: string;
  operation: OperationDto;
}

async function ask(api: GatewayClient, planName: string, action = 'failover'): Promise<Asked> {
  const { id } = await api.planNamed(planName);
  // The plan of a group of SDRS has its id.
  const things = action === 'enable-protection' ? 'protection-groups' : 'recovery-plans';
  const path = `/v1/${things}/${id}/actions/${action}`;
  const key = `the-key-of-${planName}`;
  const body = action === 'failover' ? DIRECTION : {};
  return { path, key, operation: await api.start('POST', path, body, key) };
}

function report({ api }: World): Promise<RestoreGuardDto> {
  return api.read<RestoreGuardDto>('/v1/restore-guard');
}

async function rebuilt(world: World): Promise<RestoreGuardDto> {
  return eventually('the guard is open', async () => {
    const now = await report(world);
    return now.state === 'OPEN' && now.reason !== 'NEW_STORE' ? now : null;
  });
}

async function stateOf(world: World, { operation }: Asked): Promise<string> {
  return (await world.api.operation(operation.id)).state;
}

/** One operation of each kind on the two sites; no worker runs any more. */
async function openOperations(world: World) {
  const { api, sdrs, srm } = world;
  const running = [await ask(api, 'erp-dr'), await ask(api, 'erp-plan')];
  const failover = '/server-groups/[^/]+/action$';
  for (const { operation } of running) await api.inState(operation.id, 'RUNNING');
  await sdrs.fault({ kind: 'reset', method: 'POST', path: failover });
  const unknown = await ask(api, 'mail-dr', 'reprotect');
  await api.inState(unknown.operation.id, 'UNKNOWN');
  await sdrs.calm();
  await srm.fault({ kind: 'hang', method: 'POST', path: '/actions/recovery$', times: 1 });
  const submitting = await ask(api, 'web-plan');
  await eventuallyTrue('it is being sent', async () => (await srm.changes()).length === 2);
  await world.killWorkers();
  const pending = await ask(api, 'shop-dr', 'enable-protection');
  return { running, unknown, submitting, pending };
}

describe('a store that is emptied while operations are open', () => {
  const world = useWorld({ env: { ...WORLD, JOURNAL_DIR: journal() } });

  it(
    'is rebuilt from the journal: each is there again, goes on, and was sent once',
    async () => {
      const { api } = world();
      await world().reset({ sdrs: SLOWLY, srm: SLOWLY });
      const { running, unknown, submitting, pending } = await openOperations(world());
      const all = [...running, unknown, submitting, pending];
      await world().withRedis((redis) => redis.flushall());

      const told = await eventually('nothing is accepted', async () => {
        const answer = await api.ask<{ code: string }>('POST', pending.path, { body: {} });
        return answer.body.code === 'store-reconciling' ? answer : null;
      });
      expect(told.status).toBe(503);
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
      // Reads go on, so nobody takes it out of service.
      expect((await api.ask('GET', '/readyz')).status).toBe(200);

      const { reason, differences } = await rebuilt(world());
      expect(reason).toBe('OTHER_STORE');
      expect(new Set(differences.map(({ operationId, done }) => `${operationId} ${done}`))).toEqual(
        new Set(all.map(({ operation }) => `${operation.id} RESTORED`)),
      );
      expect(await stateOf(world(), pending)).toBe('PENDING');
      expect(await stateOf(world(), submitting)).toBe('SUBMITTING');
      expect(await stateOf(world(), unknown)).toBe('UNKNOWN');
      for (const asked of running) expect(['RUNNING', 'SUCCEEDED']).toContain(await stateOf(world(), asked));

      for (const { path, key, operation } of all) {
        const body = path.endsWith('failover') ? DIRECTION : {};
        expect((await api.start('POST', path, body, key)).id).toBe(operation.id);
      }
      for (const { path } of [unknown, pending, submitting]) {
        const body = path.endsWith('failover') ? DIRECTION : {};
        const other = await api.refused('POST', path, { body });
        expect(other).toMatchObject({ status: 409, body: { code: 'operation-in-progress' } });
      }

      await world().startWorker();
      for (const { operation } of [...running, pending]) await api.succeeded(operation, 60_000);
      await api.inState(submitting.operation.id, 'UNKNOWN');
      await api.inState(unknown.operation.id, 'UNKNOWN');
      const { sdrs, srm } = world();
      expect(await sdrs.executions()).toHaveLength(2);
      expect(await srm.executions()).toHaveLength(1);
      // Beside what was executed: the one that was reset, and the one that hung.
      expect(await sdrs.changes()).toHaveLength(3);
      expect(await srm.changes()).toHaveLength(2);
      await eventuallyTrue('the API is ready', () => api.isOpen());
    },
    TEST_MS,
  );
});

describe('a store whose last writes are lost', () => {
  const world = useWorld({ durable: true, env: { ...WORLD, JOURNAL_DIR: journal() } });

  it(
    'gets them back when it was started from an older state: what had been sent is not sent again',
    async () => {
      const { api, redis, sdrs, srm } = world();
      await world().reset({ sdrs: SLOWLY, srm: SLOWLY });
      await world().killWorkers();
      const asked = [await ask(api, 'erp-dr'), await ask(api, 'erp-plan')];
      // From here on nothing reaches the disk.
      await world().withRedis(async (client) => {
        await client.config('SET', 'appendonly', 'no');
        await client.config('SET', 'save', '');
        await client.save();
      });
      await world().startWorker();
      for (const { operation } of asked) await api.inState(operation.id, 'RUNNING');
      await redis.kill();
      await redis.restart();
      await rebuilt(world());
      for (const { operation } of asked) {
        expect((await api.operation(operation.id)).state).not.toBe('PENDING');
        await api.succeeded(operation, 60_000);
      }
      const { differences } = await report(world());
      expect(new Set(differences.map(({ operationId }) => operationId))).toEqual(
        new Set(asked.map(({ operation }) => operation.id)),
      );
      for (const upstream of [sdrs, srm]) {
        expect(await upstream.executions()).toHaveLength(1);
        expect(await upstream.changes()).toHaveLength(1);
      }
    },
    TEST_MS,
  );
});

describe('a store that is killed and started again, and has lost nothing', () => {
  const world = useWorld({ durable: true, env: { ...WORLD, JOURNAL_DIR: journal() } });

  it(
    'is open again without a look at the sites, and what is asked then is sent',
    async () => {
      const { api, redis, sdrs } = world();
      await world().reset();
      await world().withRedis((client) => client.config('SET', 'appendfsync', 'always'));
      const { id } = await api.planNamed('erp-dr');
      await redis.kill();
      await redis.restart();
      const back = performance.now();
      const path = `/v1/recovery-plans/${id}/actions/failover`;
      const operation = await eventually('it is accepted', async () => {
        const answer = await api.ask<OperationDto>('POST', path, { body: DIRECTION, key: 'afterwards' });
        return answer.status === 202 ? answer.body : null;
      });
      await eventuallyTrue('it is sent', async () => (await sdrs.changes()).length === 1);
      process.stderr.write(`first send ${Math.round(performance.now() - back)} ms after Redis was back\n`);
      await api.succeeded(operation, 60_000);
      expect(await report(world())).toMatchObject({ state: 'OPEN', reason: 'OTHER_SERVER', differences: [] });
    },
    TEST_MS,
  );
});
