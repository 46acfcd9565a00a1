import { silentLog } from '../../../src/platform/log/log.js';
import { shardOf, SHARDS } from '../../../src/platform/redis/keys.js';
import { StatisticsStore } from '../../../src/history/statistics/redis-statistics-store.js';
import { StatisticsCounting } from '../../../src/history/statistics/statistics-counting.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import { StatisticsUpkeep } from '../../../src/history/statistics/statistics-upkeep.js';
import { Scope } from '../../../src/domain/access/scope.js';
import { eventOf } from '../../../src/domain/operation-event.js';
import type { Operation } from '../../../src/domain/operation.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { memorySite } from '../support/memory-site.js';
import { at, operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { endedOperation, ToldHistory } from './ended-work.js';

const clock = new TestClock();
const { siteId, provider } = memorySite(clock);

describe('the upkeep of statistics', () => {
  const the = redisForThisFile();
  const made = () => {
    const history = new ToldHistory(the.redis);
    const store = new StatisticsStore(the.redis);
    const counting = new StatisticsCounting(store, history, clock);
    const upkeep = () => new StatisticsUpkeep(counting, store, new ProviderRegistry([provider]), silentLog());
    const succeeded = async (): Promise<number> => {
      const told = await new StatisticsService(store).of(
        { siteId, targetId: null },
        { range: { from: null, until: null } },
        Scope.ALL,
      );
      return told.actions[0]?.rollUp.ends.SUCCEEDED ?? 0;
    };
    return { history, store, upkeep, succeeded };
  };
  const ended = (): Operation => {
    const one = endedOperation(5, { siteId });
    return { ...one, id: one.id.replace('alpha', siteId) };
  };
  const told = (one: Operation) => ({ event: eventOf(one, 'operation.succeeded', '', at(5)) });

  it('counts when an end is told, from the first one on, whoever else does', async () => {
    const { history, upkeep, succeeded } = made();
    const [one, two] = [ended(), ended()];
    await history.end(one);
    await upkeep().handle([told(one)]);
    // Nothing was counted yet: that is done beside the events that follow.
    await eventuallyTrue('it is counted', async () => (await succeeded()) === 1);
    await history.end(two);
    const workers = [upkeep(), upkeep()];
    await Promise.all(workers.flatMap((worker) => [worker.handle([told(two)]), worker.sweep()]));
    expect(await succeeded()).toBe(2);
  });

  it('lets the events that follow go on while the history is counted anew', async () => {
    const { history, upkeep, succeeded } = made();
    const one = ended();
    await history.end(one);
    const { list } = history;
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    history.list = async (...asked) => {
      await held;
      return list(...asked);
    };
    await upkeep().handle([told(one)]);
    await upkeep().handle([told(one)]);
    expect(await succeeded()).toBe(0);
    goOn();
    await eventuallyTrue('it is counted', async () => (await succeeded()) === 1);
  });

  it('asks the store nothing when it is told of what goes on', async () => {
    const { store, upkeep } = made();
    await upkeep().handle([told(operationIn('RUNNING', { siteId, id: ended().id }))]);
    expect(await store.head(shardOf(siteId))).toBeNull();
  });

  it('sweeps for what nobody told', async () => {
    const { history, store, upkeep, succeeded } = made();
    await history.end(ended());
    await upkeep().sweep();
    expect(await succeeded()).toBe(1);
    const heads = await Promise.all(SHARDS.map((shard) => store.head(shard)));
    expect(heads.every((head) => head !== null)).toBe(true);
  });

  it('counts anew where events were lost', async () => {
    const { history, upkeep, succeeded } = made();
    await upkeep().sweep();
    const lost = ended();
    history.records.set(lost.id, lost);
    await upkeep().onGap(shardOf(siteId));
    await upkeep().sweep();
    expect(await succeeded()).toBe(1);
  });
});
