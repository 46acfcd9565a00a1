import type { Piece, Result, Scenario } from '../scenario.js';
import { RedisPair, Sentinels } from './redis-pair.js';
import { TARGETS_OF_A_ROUND, type StoreFault } from './round.js';
import { inWorld, oneWorldEach, rounds } from './rounds.js';

interface PairScenario {
  name: string;
  fault: string;
  runs: Scenario['runs'];
  env: Record<string, string>;
  of: (pair: RedisPair, sentinels: Sentinels, random: () => number, short: boolean) => StoreFault;
}

/** Each round has a pair and Sentinels of its own: afterwards they are not what they were. */
function onAPair({ name, fault, runs, env, of }: PairScenario): Scenario {
  const once = async (piece: Piece): Promise<Result> => {
    const pair = await RedisPair.start();
    try {
      const sentinels = await Sentinels.start(pair);
      try {
        const redisUrl = sentinels.url(pair.primary.password);
        return await inWorld({ redisUrl, targets: TARGETS_OF_A_ROUND, env }, (world) =>
          rounds(world, { ...piece, runs: 1 }, (random) => of(pair, sentinels, random, piece.short)),
        );
      } finally {
        await sentinels.stop();
      }
    } finally {
      await pair.stop();
    }
  };
  return oneWorldEach({ name, fault, runs }, once);
}

/** What the primary still promises once nobody copies it any more is what a failover loses. */
function failoverWithTheLinkCut(pair: RedisPair, sentinels: Sentinels, random: () => number): StoreFault {
  return {
    lastsMs: 500 + Math.round(random() * 2_000),
    strike: async () => pair.link.silence(),
    heal: async () => {
      await pair.primary.kill();
      await sentinels.promoted(pair.replica);
      await pair.primary.begin({ replicaof: `127.0.0.1 ${pair.replica.port}` });
    },
  };
}

/** Nobody tells any more where the primary is, and every connection to it has to be made anew. */
function allSentinelsDown(
  pair: RedisPair,
  { nodes }: Sentinels,
  _random: () => number,
  short: boolean,
): StoreFault {
  return {
    lastsMs: short ? 3_000 : 25_000,
    strike: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      await pair.primary.use(async (redis) => void (await redis.call('CLIENT', 'KILL', 'TYPE', 'normal')));
    },
    heal: async () => {
      await Promise.all(nodes.map((node) => node.begin()));
    },
  };
}

const WAITED = { REDIS_WAIT_REPLICAS: '1' };

export const WITH_SENTINELS: readonly Scenario[] = [
  onAPair({
    name: 'sentinel-failover',
    fault: 'Redis: Sentinel failover with the replication link cut, `REDIS_WAIT_REPLICAS=1`, journal on',
    runs: { long: 20, short: 1 },
    env: WAITED,
    of: failoverWithTheLinkCut,
  }),
  onAPair({
    name: 'sentinel-failover-no-journal',
    fault: 'the same, `REDIS_WAIT_REPLICAS=1` and no journal',
    runs: { long: 20, short: 1 },
    env: { ...WAITED, JOURNAL_DIR: 'none' },
    of: failoverWithTheLinkCut,
  }),
  onAPair({
    name: 'sentinel-failover-no-wait',
    fault: 'the same, `REDIS_WAIT_REPLICAS=0`, journal on',
    runs: { long: 20, short: 1 },
    env: {},
    of: failoverWithTheLinkCut,
  }),
  onAPair({
    name: 'all-sentinels-down',
    fault: 'Redis: all Sentinels gone for 25 s, and every connection closed',
    runs: { long: 5, short: 1 },
    env: WAITED,
    of: allSentinelsDown,
  }),
];
