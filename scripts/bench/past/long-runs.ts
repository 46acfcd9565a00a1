import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import type { Bench, Measured, Round } from '../bench.js';
import { VirtualSite, type Spent } from './virtual-site.js';

const MINUTE_MS = 60_000;
const PROGRESS = ', with progress told at every look';

/** What an operation costs a worker when its work upstream takes an hour, against the same when it takes a minute. */
export const longRuns: Bench = {
  id: 'B7',
  title:
    'what one of 200 operations costs a worker when its upstream takes 60 minutes (virtual; without the queue)',
  opponent: 'the same with 1 minute',
  targets: Object.fromEntries(
    ['', PROGRESS].flatMap((what) =>
      ['Redis commands', 'worker CPU', 'writes'].map((name) => [
        `${name} of an operation${what}`,
        { atMost: 1.1 },
      ]),
    ),
  ),
  open: async ({ quick }) => {
    const server = await openEphemeralRedis();
    const redis = new Redis(server.url);
    let rounds = 0;
    return {
      round: async () => {
        rounds += 1;
        return round(redis, rounds, quick ? 20 : 200);
      },
      close: async () => {
        redis.disconnect();
        await server.stop();
      },
    };
  },
};

async function round(redis: Redis, n: number, operations: number): Promise<Round> {
  const measured: Measured[] = [];
  const notes: string[] = [];
  // What is compiled on the way is not held against whoever comes first.
  if (n === 1) await run(redis, 'before', 1, false, operations);
  for (const tellsProgress of [false, true]) {
    const lengths = n % 2 === 1 ? ([1, 60] as const) : ([60, 1] as const);
    const spent = new Map<number, Spent>();
    for (const minutes of lengths)
      spent.set(minutes, await run(redis, String(n), minutes, tellsProgress, operations));
    const [long, short] = [spent.get(60), spent.get(1)];
    if (!long || !short) continue;
    const what = tellsProgress ? PROGRESS : '';
    const figure = (name: string, unit: string, of: (one: Spent) => number): Measured => ({
      figure: name + what,
      unit,
      ours: of(long),
      opponent: of(short),
    });
    measured.push(
      figure('Redis commands of an operation', '', ({ commands }) => commands / operations),
      figure('writes of an operation', '', ({ writes }) => writes / operations),
      figure('worker CPU of an operation', 'ms', ({ cpuMs }) => cpuMs / operations),
      figure('looks at the site', '', ({ looks }) => looks),
      figure('worker CPU of a look', 'ms', ({ cpuMs, looks }) => cpuMs / looks),
    );
  }
  notes.push(
    `${operations} operations at once at one site, from the first look before the send to the verdicts: the worker's own classes on a real Redis, a site in memory, and a clock that jumps from one look to the next. Commands are those sent to Redis; the queue's are not among them: a job for each submission, and one that is handed back after each look, whatever it sees.`,
  );
  return { measured, notes };
}

async function run(
  redis: Redis,
  name: string,
  minutes: number,
  tellsProgress: boolean,
  operations: number,
): Promise<Spent> {
  await redis.flushall();
  const connection = redis.duplicate();
  try {
    const siteId = `round-${name}-${minutes}-${tellsProgress ? 'told' : 'silent'}`;
    return await new VirtualSite(connection, siteId, minutes * MINUTE_MS, tellsProgress).run(operations);
  } finally {
    connection.disconnect();
  }
}
