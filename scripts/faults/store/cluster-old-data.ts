import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Piece, Result, Scenario } from '../scenario.js';
import { judged } from './judging.js';
import { RedisCluster } from './redis-cluster.js';
import { backUp, putBack } from './redis-files.js';
import type { RedisNode } from './redis-node.js';
import { answersOf, asking, begunAfter, type RoundResult } from './round.js';
import { inWorld, oneWorldEach, resultOf } from './rounds.js';
import type { StoreWorld } from './store-world.js';

/** Longer than a failover takes back. */
const OLD_MS = 12_000;
/** So long a master may be away before its replica takes its place. */
const NODE_TIMEOUT_MS = 30_000;
const WITHOUT_JOURNAL = { JOURNAL_DIR: 'none' };
const FIRST_ARE_ASKED_FOR = 2;
const PROBES = 1;

/**
 * A master is restarted before anybody misses it, with the data of a while ago: it stays the master, and its replica follows it
 * there. What it says is not sent yet was sent meanwhile, by a worker of which no journal tells; the journal that there is
 * knows of the acceptance only, and agrees with it.
 */
export const clusterMasterOfBefore: Scenario = oneWorldEach(
  {
    name: 'cluster-master-of-before',
    fault:
      'Redis Cluster: a master is back within its node timeout, with data of 12 s ago, `REDIS_WAIT_REPLICAS=1`; what was sent since is in no journal',
    runs: { long: 10, short: 1 },
  },
  async (piece) => {
    const cluster = await RedisCluster.start({ replicas: 1, nodeTimeoutMs: NODE_TIMEOUT_MS });
    const past = mkdtempSync(join(tmpdir(), 'dr-gateway-past-'));
    try {
      const env = { REDIS_WAIT_REPLICAS: '1' };
      const targets = FIRST_ARE_ASKED_FOR + PROBES;
      return await inWorld({ redisUrl: cluster.url, targets, env, gateway: false }, (world) =>
        once(world, cluster, past, piece),
      );
    } finally {
      await cluster.stop();
      rmSync(past, { recursive: true, force: true });
    }
  },
);

async function once(world: StoreWorld, cluster: RedisCluster, past: string, { say }: Piece): Promise<Result> {
  const [first] = await Promise.all([world.start('worker', WITHOUT_JOURNAL), world.start('main')]);
  await world.targets.find();
  await world.end(first);
  const targets = world.targets.take(FIRST_ARE_ASKED_FOR);
  const askings = await Promise.all(targets.map((target) => asking(world, target)));
  const master = await masterWith(cluster, askings[0]?.ids[0] ?? '');
  backUp(master, past);
  const worker = await world.start('worker', WITHOUT_JOURNAL);
  const sent = Promise.all(targets.map((target) => begunAfter(target, 0)));
  await Promise.all([sent, sleep(OLD_MS)]);
  await Promise.all([master.kill(), world.end(worker)]);
  putBack(master, past);
  await master.begin();
  const backAt = Date.now();
  await world.start('worker', WITHOUT_JOURNAL);
  const probes = world.targets.take(PROBES);
  askings.push(...(await Promise.all(probes.map((target) => asking(world, target)))));
  const resumeMs = await Promise.all(probes.map((target) => begunAfter(target, backAt)));
  const { reason } = await world.caller.json<{ reason: string }>('/v1/restore-guard');
  const result: RoundResult = {
    ...(await judged(world, askings)),
    resumeMs,
    answers: answersOf(askings),
    notes: reason === 'OTHER_STORE' ? [] : [`the guard took it for ${reason}`],
  };
  say(`${result.promised} promised, ${result.unknown} UNKNOWN, ${JSON.stringify(result.answers)}`);
  return resultOf([result]);
}

/** The one that has the record of an operation. */
async function masterWith({ masters }: RedisCluster, operationId: string): Promise<RedisNode> {
  for (const node of masters) {
    const found = await node.use((redis) => redis.keys(`*:op:${operationId}`));
    if (found.length > 0) return node;
  }
  throw new Error(`no master has ${operationId}`);
}
