import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../sandbox/ports.js';
import { FaultWorld } from '../faults/world/fault-world.js';
import { type Gateway } from '../faults/world/gateway.js';
import { Load, type LoadSize } from './load.js';
import { loadOfMachine, sampleProcess, together, type Minute, type ProcessSample } from './samples.js';
import { allKeys, sampleStore } from './store-sample.js';
import { Tally } from './tally.js';

export interface SoakOrders {
  minutes: number;
  /** Of one row; by default 60. Shorter ones are for tries. */
  rowSeconds: number;
  size: LoadSize;
  seed: number;
  say: (text: string) => void;
  /** Told of each row as it comes, so that a run that is cut is not lost. */
  onMinute: (minute: Minute) => void;
}

const LOOKS_OF_A_ROW = 6;

/** Two API and two worker processes as they ship, under steady work of every kind. */
export async function soak(orders: SoakOrders): Promise<void> {
  const world = await FaultWorld.open({
    apis: 2,
    asShipped: true,
    durationFactor: 0.01,
    env: {
      WEBHOOK_ALLOW_PRIVATE: 'true',
      WEBHOOK_RETRY_SCHEDULE_MS: '500,1000,2000,4000',
      HISTORY_DIR: 'history',
      POLL_INTERVAL_MS: '1000',
      INVENTORY_REFRESH_MS: '30000',
    },
  });
  const redis = new Redis(world.redis.url);
  try {
    const processes = new Map(world.gateways.map((gateway, i) => [`API ${i + 1}`, gateway]));
    for (const name of ['worker 1', 'worker 2']) processes.set(name, await worker(world));
    const tally = new Tally();
    const load = await Load.begin(world, orders.size, tally, orders.seed);
    orders.say('the load is on');
    await watch(orders, processes, redis, tally);
    await load.end();
    orders.say(`at the end: ${JSON.stringify(tally.all())}`);
    const ended = [...world.apis, ...world.workers].filter(({ alive }) => !alive);
    if (world.workers.length < 2 || ended.length > 0)
      throw new Error(`a process ended by itself\n${world.lastLines()}`);
  } finally {
    redis.disconnect();
    await world.close();
  }
}

async function worker(world: FaultWorld): Promise<Gateway> {
  const port = await freePort();
  await world.startWorker({ WORKER_PORT: String(port) });
  return world.gateway.at(`http://127.0.0.1:${port}`);
}

/** Row by row. */
async function watch(
  { minutes, rowSeconds, onMinute, say }: SoakOrders,
  processes: ReadonlyMap<string, Gateway>,
  redis: Redis,
  tally: Tally,
): Promise<void> {
  const begun = performance.now();
  const until = async (seconds: number): Promise<void> => {
    await sleep(Math.max(0, begun + seconds * 1_000 - performance.now()));
  };
  const rows = Math.max(1, Math.round((minutes * 60) / rowSeconds));
  for (let row = 0; row < rows; row += 1) {
    const looks = new Map([...processes.keys()].map((name) => [name, [] as ProcessSample[]]));
    for (let look = 1; look <= LOOKS_OF_A_ROW; look += 1) {
      await until(rowSeconds * (row + look / LOOKS_OF_A_ROW));
      for (const [name, gateway] of processes) {
        const sample = await sampleProcess(gateway);
        if (sample) looks.get(name)?.push(sample);
        else tally.add('looks at a process without an answer');
      }
    }
    const minute: Minute = {
      minutes: (performance.now() - begun) / 60_000,
      at: new Date().toISOString(),
      load: loadOfMachine(),
      processes: Object.fromEntries(
        [...looks].flatMap(([name, samples]) => {
          const sample = together(samples);
          return sample ? [[name, sample]] : [];
        }),
      ),
      store: await sampleStore(redis),
      work: tally.all(),
    };
    onMinute(minute);
    say(lineOf(minute));
  }
}

function lineOf({ processes, store, work, load }: Minute): string {
  const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const each = Object.entries(processes).map(
    ([name, { rssBytes, heapUsedBytes, loopDelayP99Ms }]) =>
      `${name} ${mebi(rssBytes)}/${mebi(heapUsedBytes)}/${loopDelayP99Ms.toFixed(0)} ms`,
  );
  return `${each.join(' · ')} · Redis ${allKeys(store)} keys ${mebi(store.usedBytes)} · ${work['operations SUCCEEDED'] ?? 0} operations · load ${load}`;
}
