import { rmSync } from 'node:fs';
import type { Piece, Result, Scenario } from '../scenario.js';
import { clusterMasterOfBefore } from './cluster-old-data.js';
import { RedisCluster, type RedisClusterOptions } from './redis-cluster.js';
import type { RedisNode } from './redis-node.js';
import { TARGETS_OF_A_ROUND, type StoreFault } from './round.js';
import { inWorld, oneWorldEach, rounds } from './rounds.js';

interface ClusterScenario {
  name: string;
  fault: string;
  runs: Scenario['runs'];
  env?: Record<string, string>;
  cluster: RedisClusterOptions;
  /** What happens to one of the masters. */
  of: (cluster: RedisCluster, master: RedisNode, random: () => number) => StoreFault;
}

/** Each round has a Cluster of its own: afterwards it is not what it was. */
function onACluster({ name, fault, runs, env = {}, cluster: options, of }: ClusterScenario): Scenario {
  const once = async (piece: Piece): Promise<Result> => {
    const cluster = await RedisCluster.start(options);
    try {
      return await inWorld({ redisUrl: cluster.url, targets: TARGETS_OF_A_ROUND, env }, (world) =>
        rounds(world, { ...piece, runs: 1 }, (random) => of(cluster, oneOf(cluster, random), random)),
      );
    } finally {
      await cluster.stop();
    }
  };
  return oneWorldEach({ name, fault, runs }, once);
}

function oneOf({ masters }: RedisCluster, random: () => number): RedisNode {
  const [first] = masters;
  const master = masters[Math.floor(random() * masters.length)] ?? first;
  if (!master) throw new Error('there is no master');
  return master;
}

/** Its replica takes over, with what it has. */
function killed(cluster: RedisCluster, master: RedisNode): StoreFault {
  return {
    lastsMs: 1_000,
    strike: () => master.kill(),
    heal: async () => {
      await cluster.promoted(cluster.followerOf(master));
      await master.begin();
    },
  };
}

/** It says nothing, and every connection to it stands; when it goes on, it is not the master any more. */
function frozen(cluster: RedisCluster, master: RedisNode): StoreFault {
  return {
    lastsMs: 4_000,
    strike: async () => master.freeze(),
    heal: async () => {
      await cluster.promoted(cluster.followerOf(master));
      master.thaw();
    },
  };
}

/** A third of the shards is gone, and nobody has a copy; the other two thirds are what they were. */
function emptied(cluster: RedisCluster, master: RedisNode, random: () => number): StoreFault {
  return {
    lastsMs: 500 + Math.round(random() * 1_500),
    strike: () => master.kill(),
    heal: async () => {
      rmSync(`${master.directory}/appendonlydir`, { recursive: true, force: true });
      await master.begin();
      await cluster.isWell();
    },
  };
}

const WAITED = { REDIS_WAIT_REPLICAS: '1' };

export const ON_A_CLUSTER: readonly Scenario[] = [
  onACluster({
    name: 'cluster-master-killed',
    fault: 'Redis Cluster: SIGKILL of one of three masters, its replica takes over, `REDIS_WAIT_REPLICAS=1`',
    runs: { long: 20, short: 1 },
    env: WAITED,
    cluster: { replicas: 1 },
    of: killed,
  }),
  onACluster({
    name: 'cluster-master-killed-no-journal',
    fault: 'the same, and no journal',
    runs: { long: 10, short: 1 },
    env: { ...WAITED, JOURNAL_DIR: 'none' },
    cluster: { replicas: 1 },
    of: killed,
  }),
  onACluster({
    name: 'cluster-master-frozen',
    fault:
      'Redis Cluster: one of three masters hangs until its replica has taken over, `REDIS_WAIT_REPLICAS=1`',
    runs: { long: 20, short: 1 },
    env: WAITED,
    cluster: { replicas: 1 },
    of: frozen,
  }),
  onACluster({
    name: 'cluster-master-emptied',
    fault: 'Redis Cluster: one of three masters comes back empty, nobody has a copy, journal on',
    runs: { long: 20, short: 1 },
    cluster: {},
    of: emptied,
  }),
  clusterMasterOfBefore,
];
