import { run } from '../../../sandbox/run.js';
import { until } from '../../measure/pace.js';
import { NOTHING, type Piece, type Result, type Scenario } from '../scenario.js';
import { RedisNode } from './redis-node.js';
import { inWorld } from './rounds.js';
import type { StoreWorld } from './store-world.js';

/** All that Redis knows, but noeviction. */
const POLICIES = [
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
];
const STARTS = POLICIES.flatMap((policy) => (['main', 'worker'] as const).map((name) => ({ policy, name })));
const NOTICED_WITHIN_MS = 60_000;

/** A Redis that would throw operations away: neither process starts with it, and one that changes is noticed. */
export const evictionPolicy: Scenario = {
  name: 'eviction-policy',
  fault: 'Redis: an eviction policy other than noeviction, at the start or set while everything runs',
  resume: 'from the change back to noeviction until the API process is ready again',
  runs: { long: STARTS.length + 2, short: 3 },
  piece: STARTS.length + 2,
  lane: 'WAITING',
  run: async (piece) => {
    const node = await RedisNode.start();
    try {
      return await inWorld({ redisUrl: node.url, targets: 0 }, (world) =>
        refusedAndNoticed(world, node, piece),
      );
    } finally {
      await node.stop();
    }
  },
};

async function refusedAndNoticed(world: StoreWorld, node: RedisNode, piece: Piece): Promise<Result> {
  const set = (policy: string) =>
    node.use(async (redis) => void (await redis.config('SET', 'maxmemory-policy', policy)));
  const resumeMs: number[] = [];
  const changes = piece.short ? 1 : 2;
  for (const policy of POLICIES.slice(0, changes)) {
    await set(policy);
    const unready = async () => ((await world.caller.status('/readyz')) === 503 ? true : null);
    await until(`${policy}, set while it runs, makes it not ready`, unready, NOTICED_WITHIN_MS);
    await set('noeviction');
    const changedAt = performance.now();
    const ready = async () => ((await world.caller.status('/readyz')) === 200 ? true : null);
    await until('it is ready again', ready, NOTICED_WITHIN_MS);
    resumeMs.push(performance.now() - changedAt);
  }
  const starts = STARTS.slice(0, piece.runs - changes);
  for (const { policy, name } of starts) {
    await set(policy);
    await refuses(world, name, policy);
  }
  return { ...NOTHING, runs: changes + starts.length, resumeMs };
}

/** Throws if it starts, or ends without saying why. */
async function refuses(world: StoreWorld, name: 'main' | 'worker', policy: string): Promise<void> {
  const env = { ...world.environment, PORT: '0' };
  const started = run(process.execPath, [world.script(name)], { env, timeoutMs: 20_000 });
  const words = await started.then(
    () => 'nothing, and ended well',
    (error: Error) => error.message,
  );
  if (!words.includes(policy) || !words.includes('noeviction'))
    throw new Error(`${name} with ${policy} said ${words}`);
}
