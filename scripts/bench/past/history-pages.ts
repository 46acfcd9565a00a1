import { Agent, request } from 'node:http';
import { Redis } from 'ioredis';
import { makePageToken } from '#gateway/api/http/page-token';
import { percentile } from '../../measure/statistics.js';
import type { Bench, BenchContext, Measured, OpenBench } from '../bench.js';
import { API_KEY, Product } from '../product.js';
import { ACTIONS, SITES, siteOf } from './finished-work.js';
import { SeededHistory } from './seeded-history.js';

/** Requests that are not counted: a process that has just begun compiles while it answers. */
const WARM_UP = 150;
const DAYS = 400;
const DAYS_IN_REDIS = 60;
/** Nothing in these figures depends on today: what was written in an earlier run can be used again. */
const UNTIL_MS = Date.parse('2026-11-01T00:00:00.000Z');

/** Nobody asks them anything: there is no worker. */
const SITES_FILE = `sites:\n${Array.from(
  { length: SITES },
  (_, n) => `  - { id: ${siteOf(n)}, name: Site ${n}, provider: memory }\n`,
).join('')}`;

const PAGES = ['first page', 'page at depth 900,000', 'three filters'] as const;
type PageName = (typeof PAGES)[number];

/** One size of history, and an API process that shows it. */
interface Archive {
  product: Product;
  redis: Redis;
  paths: Record<PageName, string>;
}

/** Pages of `GET /v1/operations` of a long history against those of a short one, over HTTP, one request after the other. */
export const historyPages: Bench = {
  id: 'B5',
  title: 'a page of `GET /v1/operations` at 1,000,000 records over 400 days, the last 60 of them in Redis',
  opponent: 'the same page at 10,000 records over 400 days (depth: 9,000); a `PING` to the same Redis',
  targets: {
    'p50, first page': { atMost: 1.5 },
    'p50, page at depth 900,000': { atMost: 1.5 },
    'p50, three filters': { atMost: 1.5 },
    'p99, first page, against PING': { atMost: 10 },
    'p99, page at depth 900,000, against PING': { atMost: 10 },
    'p99, three filters, against PING': { atMost: 10 },
  },
  open,
};

async function open({ say, quick }: BenchContext): Promise<OpenBench> {
  const opened: Archive[] = [];
  const close = async (): Promise<void> => {
    for (const { product, redis } of opened.splice(0)) {
      redis.disconnect();
      await product.close();
    }
  };
  try {
    const [most, fewer] = quick ? [20_000, 2_000] : [1_000_000, 10_000];
    const long = await seeded(opened, most, DAYS_IN_REDIS, say);
    const short = await seeded(opened, fewer, DAYS_IN_REDIS, say);
    const young = await seeded(opened, fewer, DAYS, say);
    return { round: () => round({ long, short, young }, quick ? 30 : 250), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function seeded(
  opened: Archive[],
  operations: number,
  daysInRedis: number,
  say: (text: string) => void,
): Promise<Archive> {
  const history = new SeededHistory({ operations, days: DAYS, daysInRedis, untilMs: UNTIL_MS });
  const env = { HISTORY_DIR: history.folder, LOG_LEVEL: 'error' };
  const product = await Product.open({ apis: 0, workers: 0, sites: SITES_FILE, env });
  const redis = new Redis(product.redis.url);
  opened.push({ product, redis, paths: {} as never });
  await history.seed(redis);
  await product.startApi();
  say(`${operations} operations are there, ${history.inRedis} of them in Redis`);
  const archive = { product, redis, paths: pathsOf(history, operations) };
  opened[opened.length - 1] = archive;
  return archive;
}

function pathsOf(history: SeededHistory, operations: number): Archive['paths'] {
  const bound = { orderBy: 'createdTime desc' };
  const token = makePageToken(history.placeAt(Math.floor(0.9 * operations) - 1), bound);
  return {
    'first page': '/v1/operations',
    'page at depth 900,000': `/v1/operations?pageToken=${token}`,
    'three filters': `/v1/operations?siteId=site-3&state=SUCCEEDED&action=${ACTIONS[1]}`,
  };
}

async function round(
  { long, short, young }: Record<'long' | 'short' | 'young', Archive>,
  requests: number,
): Promise<{ measured: Measured[]; notes: string[] }> {
  const all = [long, short, young];
  const took = new Map(all.map((archive) => [archive, PAGES.map((): number[] => [])]));
  const pings: number[] = [];
  const agents = new Map(all.map((archive) => [archive, new Agent({ keepAlive: true, maxSockets: 1 })]));
  const sizes: number[] = [];
  for (const [p, page] of PAGES.entries()) {
    for (let i = -WARM_UP; i < requests; i += 1) {
      // In turns, and each of them first as often as the others.
      const first = (i + WARM_UP) % all.length;
      for (const archive of [...all.slice(first), ...all.slice(0, first)]) {
        const { ms, items } = await get(archive.product.api.url + archive.paths[page], agents.get(archive));
        if (i >= 0) took.get(archive)?.[p]?.push(ms);
        if (i !== 0) continue;
        sizes[p] ??= items;
        if (sizes[p] !== items) throw new Error(`${page}: ${sizes[p]} operations here, ${items} there`);
      }
      const begun = performance.now();
      await long.redis.ping();
      if (i >= 0) pings.push(performance.now() - begun);
    }
  }
  for (const agent of agents.values()) agent.destroy();
  const of = (archive: Archive, page: number, share: number): number =>
    percentile(took.get(archive)?.[page] ?? [], share) ?? NaN;
  const ping = percentile(pings, 0.5) ?? NaN;
  const figures = (name: string, against: Archive, share: number): Measured[] =>
    PAGES.map((page, i) => ({
      figure: `${name}, ${page}`,
      unit: 'ms',
      ours: of(long, i, share),
      opponent: of(against, i, share),
    }));
  return {
    measured: [
      ...figures('p50', short, 0.5),
      ...figures('p99', short, 0.99),
      ...figures('p50, against 10,000 that are all in Redis', young, 0.5),
      ...PAGES.map((page, i) => ({
        figure: `p99, ${page}, against PING`,
        unit: 'ms',
        ours: of(long, i, 0.99),
        opponent: ping,
      })),
    ],
    notes: [
      `A page has ${sizes.join(', ')} operations. Three filters: site, state and action together, one in ${8 * ACTIONS.length} at both sizes.`,
    ],
  };
}

function get(url: string, agent?: Agent): Promise<{ ms: number; items: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    request(
      url,
      { ...(agent ? { agent } : {}), headers: { authorization: `Bearer ${API_KEY}` } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const ms = performance.now() - begun;
          const text = Buffer.concat(parts).toString('utf8');
          if (answer.statusCode !== 200)
            return reject(new Error(`${url} answered ${answer.statusCode}: ${text}`));
          resolve({ ms, items: (JSON.parse(text) as { items: unknown[] }).items.length });
        });
      },
    )
      .on('error', reject)
      .end();
  });
}
