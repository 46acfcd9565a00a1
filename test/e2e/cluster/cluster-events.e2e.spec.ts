import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { operationKeys, SHARDS, shardOf, shardPrefix } from '../../../src/platform/redis/keys.js';
import type { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { readEvents, type EventReading } from '../../support/sse.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';

const PLANS = ['erp-dr', 'erp-plan'] as const;
const TEST_MS = 120_000;

/** Three masters with a replica each; two API processes and a worker. */
describe('everything that happens, live, on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let world: World;
  let second: GatewayClient;

  beforeAll(async () => {
    cluster = await RedisCluster.start({ replicas: 1 });
    world = await startWorld({ env: { REDIS_URL: cluster.url, INVENTORY_REFRESH_MS: '2000' } });
    second = await world.startReplica();
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await cluster?.stop();
  }, STARTING_TAKES_MS);

  async function listening(api: GatewayClient, last?: string): Promise<EventReading> {
    const reading = await readEvents(api, '/v1/events', last);
    reading.ended.catch(() => undefined);
    return reading;
  }

  const facts = (readings: readonly EventReading[]) =>
    readings.flatMap(({ events }) => events).filter(({ event }) => event.startsWith('operation.'));
  const of = (id: string, readings: readonly EventReading[]) =>
    facts(readings)
      .filter(({ data }) => data.subject === id)
      .map(({ data }) => data.sequence);

  async function failOver(name: string): Promise<OperationDto> {
    const plan = await eventually('its plan is at home', async () => {
      const found = await world.api.plan((await world.api.planNamed(name)).id);
      return found.activeSite === 'PRODUCTION' ? found : null;
    });
    return world.api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
  }

  it(
    'tells of the shards of all masters, and goes on exactly where a reader was, at either process',
    async () => {
      await eventuallyTrue('it is ready', () => world.api.isOpen());
      const masters = await Promise.all(SHARDS.map((shard) => cluster.masterOf(shardPrefix(shard))));
      expect(new Set(masters).size).toBe(3);
      const readings = [await listening(world.api)];
      await eventuallyTrue('the snapshot', () => readings[0]?.events[0]?.event === 'stream.snapshot');
      const begun = await Promise.all(PLANS.map(failOver));
      expect(new Set(begun.map(({ siteId }) => shardOf(siteId))).size).toBe(2);
      // To and fro between both processes, from the place of whatever came last.
      for (let i = 0; i < 6; i += 1) {
        const here = readings.at(-1);
        if (!here) break;
        await eventuallyTrue('a sign', () => here.events.length > 0);
        here.leave();
        await here.ended.catch(() => undefined);
        const last = readings.flatMap(({ events }) => events).at(-1)?.id;
        readings.push(await listening(i % 2 === 0 ? second : world.api, last));
        const ended = await Promise.all(begun.map(({ id }) => world.api.operation(id)));
        if (ended.every(({ done }) => done)) break;
      }
      const ended = await Promise.all(begun.map((one) => world.api.succeeded(one, 60_000)));
      for (const { id, version } of ended) {
        await eventuallyTrue('all of it was told', () => of(id, readings).length >= version);
        const told = of(id, readings);
        expect([...new Set(told)]).toEqual(Array.from({ length: version }, (_, at) => at + 1));
      }
      expect(readings.slice(1).flatMap(({ events }) => events.map(({ event }) => event))).not.toContain(
        'stream.snapshot',
      );
      // From the very first place, all of it once more, from what the process holds.
      const again = await listening(second, readings[0]?.events[0]?.id);
      for (const { id, version } of ended)
        await eventuallyTrue('it is replayed', () => of(id, [again]).length >= version);
      again.leave();
      readings.at(-1)?.leave();
    },
    TEST_MS,
  );

  it(
    'says so, and begins anew, where the stream of a shard has lost the place or was trimmed beyond it',
    async () => {
      await world.sdrs.reset();
      const reading = await listening(world.api);
      await eventuallyTrue('the snapshot', () => reading.events.length > 0);
      const [snapshot] = reading.events;
      reading.leave();
      const { siteId, ...operation } = await failOver('erp-dr');
      await world.api.succeeded({ siteId, ...operation }, 60_000);
      const key = operationKeys(shardOf(siteId)).events;
      const master = await cluster.masterOf(shardPrefix(shardOf(siteId)));
      await master.use((redis) => redis.xtrim(key, 'MAXLEN', 1));
      // One that has held nothing of it: what it says is what the store says.
      const third = await world.startReplica();
      const tooOld = await listening(third, snapshot?.id);
      await eventuallyTrue('two frames', () => tooOld.events.length >= 2);
      expect(tooOld.events.map(({ event }) => event)).toEqual(['stream.reset', 'stream.snapshot']);
      expect(tooOld.events[0]?.data.data).toMatchObject({ reason: 'PLACE_TOO_OLD' });
      const parts = (tooOld.events[1]?.id ?? '').split('.');
      parts[shardOf(siteId)] = `${parts[shardOf(siteId)] ?? ''}-zz`;
      const unknown = await listening(third, parts.join('.'));
      await eventuallyTrue('two frames', () => unknown.events.length >= 2);
      expect(unknown.events[0]?.data.data).toMatchObject({ reason: 'PLACE_UNKNOWN' });
      for (const one of [tooOld, unknown]) one.leave();
    },
    TEST_MS,
  );

  it(
    'leaves out nothing for a reader who stays while a master is lost and its replica takes over',
    async () => {
      await eventuallyTrue('it is ready', () => world.api.isOpen());
      await world.srm.reset({ durationFactor: 0.05 });
      const readings = [await listening(second)];
      await eventuallyTrue('the snapshot', () => (readings[0]?.events.length ?? 0) > 0);
      const operation = await failOver('erp-plan');
      await eventuallyTrue('its beginning', () => of(operation.id, readings).length > 0);
      const master = await cluster.masterOf(shardPrefix(shardOf(operation.siteId)));
      const replica = await cluster.replicaOf(master);
      await master.kill();
      await cluster.promoted(replica);
      await master.begin();
      const { version } = await world.api.succeeded(operation, 60_000);
      await eventuallyTrue('all of it was told', async () => {
        const last = readings.at(-1);
        const isOver = await Promise.race([last?.ended.then(() => true), Promise.resolve(false)]);
        // A process that cannot tell whether it has missed something ends its streams.
        if (isOver)
          readings.push(await listening(second, readings.flatMap(({ events }) => events).at(-1)?.id));
        return new Set(of(operation.id, readings)).size >= version;
      });
      readings.at(-1)?.leave();
    },
    TEST_MS,
  );
});
