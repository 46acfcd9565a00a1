import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import { idempotencyClaim } from '../../../src/api/http/idempotency.js';
import type { Operation } from '../../../src/domain/operation.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { SystemClock } from '../../../src/platform/clock.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { readEvents } from '../../support/sse.js';
import { useWorld } from '../../support/world.js';
import { DAY_MS, ended } from '../../unit/history/archive/bench.js';
import { TestClock } from '../../unit/support/test-clock.js';

const TEST_MS = 120_000;
/** Of a killed worker the lease must run out. */
const GOES_WITHIN_MS = 60_000;

const folder = join(mkdtempSync(join(tmpdir(), 'dr-gateway-history-')), 'history');
const world = useWorld({ env: { HISTORY_DIR: folder } });
const now = new TestClock(Date.now());

const BODY = { direction: 'TO_RECOVERY' };
const path = '/v1/recovery-plans/eu-cloud.no-such-plan/actions/failover';

afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** Three of each site, of which the oldest of each ended 90 days ago; as they would be there after so long. */
const HISTORY = ['eu-cloud', 'berlin-dc'].flatMap((siteId) =>
  [90, 75, 10].map((days) => ended(now, days, { siteId, provider: siteId === 'eu-cloud' ? 'sdrs' : 'srm' })),
);
const [oldest] = HISTORY as [Operation];

it(
  'what ended long ago goes to files by a worker, and the API answers as before',
  async () => {
    const { api } = world();
    await world().killWorkers();
    await world().withRedis(async (redis) => {
      const store = new RedisOperationStore(redis, new SystemClock());
      for (const one of HISTORY) {
        const claim = idempotencyClaim(`the-key-of-${one.id}`, 'admin', { method: 'POST', path, body: BODY });
        await store.accept(one, claim);
        await redis.zrem(operationKeys(shardOf(one.siteId)).open, one.id);
      }
    });
    const before = await api.read<OperationListDto>('/v1/operations?createdBefore=2100-01-01T00:00:00Z');
    const lines = (await api.ask<string>('GET', '/v1/operations/export?format=csv')).body;
    await world().startWorker();
    const record = operationKeys(shardOf('eu-cloud')).operation(oldest.id);
    const hasGone = (): Promise<boolean> =>
      world().withRedis(async (redis) => (await redis.exists(record)) === 0);
    await eventuallyTrue('the store has let go of the old ones', hasGone, GOES_WITHIN_MS);
    expect(readdirSync(folder)).toHaveLength(1);

    const after = await api.read<OperationListDto>('/v1/operations?createdBefore=2100-01-01T00:00:00Z');
    expect(after).toEqual(before);
    expect((await api.ask<string>('GET', '/v1/operations/export?format=csv')).body).toEqual(lines);
    expect(await api.read<OperationDto>(`/v1/operations/${oldest.id}`)).toEqual(
      before.items.find(({ id }) => id === oldest.id),
    );

    const first = await api.read<OperationListDto>('/v1/operations?provider=srm&pageSize=2');
    const second = await api.read<OperationListDto>(
      `/v1/operations?provider=srm&pageSize=2&pageToken=${first.nextPageToken ?? ''}`,
    );
    const shown = [...first.items, ...second.items].map(({ id }) => id);
    expect(shown).toEqual(
      HISTORY.slice(3)
        .map(({ id }) => id)
        .reverse(),
    );

    const since = new Date(now.now() - 80 * DAY_MS).toISOString();
    const ended80 = await api.read<OperationListDto>(
      `/v1/operations?endedBefore=${since}&orderBy=createdTime%20asc`,
    );
    expect(ended80.items.map(({ id }) => id).sort()).toEqual([HISTORY[0]?.id, HISTORY[3]?.id].sort());

    const stream = await readEvents(api, `/v1/operations/${oldest.id}/events`);
    await stream.ended;
    expect(stream.events.map(({ event }) => event)).toContain('operation.accepted');
  },
  TEST_MS,
);

it(
  'a key that was used so long ago still answers its operation',
  async () => {
    const { api } = world();
    const again = await api.ask<OperationDto>('POST', path, { body: BODY, key: `the-key-of-${oldest.id}` });
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.id).toBe(oldest.id);
  },
  TEST_MS,
);

it(
  'a file that has gone is told, and nothing is passed off as all there is',
  async () => {
    const { api } = world();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    const page = await api.read<OperationListDto>('/v1/operations');
    expect(page.items).toHaveLength(2);
    expect(page.unavailable).toMatchObject([{ operations: 4 }]);
    const one = await api.ask<ProblemDto>('GET', `/v1/operations/${oldest.id}`);
    expect([one.status, one.body.code]).toEqual([503, 'history-unavailable']);
    const file = await api.ask<ProblemDto>('GET', '/v1/operations/export');
    expect([file.status, file.body.code]).toEqual([503, 'history-unavailable']);
  },
  TEST_MS,
);
