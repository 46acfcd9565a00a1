import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { freePort } from '../../../sandbox/ports.js';
import { percentile } from '../../measure/statistics.js';
import { eachOf } from '../../measure/pace.js';
import type { Bench, Round } from '../bench.js';
import { API_KEY, Product } from '../product.js';
import type { Question } from './kept-connection.js';
import { Load, perSecond } from './load.js';

/** Each has three plans that share no group: as many operations at a time, each with a lock of its own. */
const SITES = 150;
const PLANS = ['move-books', 'move-mail', 'move-shop'];
const CLIENTS = 32;
const PLAIN = fileURLToPath(new URL('./plain-server.js', import.meta.url));
const AGAINST_ROUTE = 'operations/s, against the plain route';
const WITHOUT_JOURNAL = 'without a journal, against the plain route';
const AGAINST_ADD = 'operations/s, against Queue.add';

/**
 * B2: what it costs to promise. Accepted are failovers of sites whose upstream is in the process itself, so that only our
 * own work is measured: key, pre-flight, locks, record, event and indexes in one script, the journal on the disk, the bell.
 */
export const accepts: Bench = {
  id: 'B2',
  title: 'accept operations, workers stopped, Redis with an append-only file, journal on the disk',
  opponent: 'a plain Nest (Fastify) route that only adds a BullMQ job; raw Queue.add; the same Redis',
  targets: { [AGAINST_ROUTE]: { atLeast: 0.5 } },
  async open({ say, quick }) {
    const sites = sitesFile();
    const journal = await Product.open({ sites, apis: 0, workers: 0, appendOnly: true });
    const opened: { close(): Promise<unknown> }[] = [journal];
    const close = async (): Promise<void> => {
      for (const each of opened.reverse()) await each.close();
    };
    try {
      await journal.startApi({ JOURNAL_DIR: join(journal.directory, 'journal') });
      const bare = await Product.open({ sites, workers: 0, appendOnly: true });
      opened.push(bare);
      const load = await Load.open();
      opened.push(load);
      const port = await freePort();
      await journal.startOther('plain', PLAIN, { PORT: String(port), REDIS_URL: journal.redis.url });
      const queue = new Queue('raw', { connection: { url: journal.redis.url } });
      opened.push(queue);
      const passes = quick ? 1 : 6;
      const accepted = (product: Product) => acceptances(product, load, passes);
      const routed = async (): Promise<number[]> => {
        const rates: number[] = [];
        for (let pass = 0; pass < passes; pass += 1)
          rates.push(perSecond(await load.run({ turns: failovers(port), hands: CLIENTS })));
        return rates;
      };
      say('warming up');
      await accepted(journal);
      await accepted(bare);
      await routed();
      let oursFirst = false;
      const round = async (): Promise<Round> => {
        oursFirst = !oursFirst;
        const results = { journal: 0, bare: 0, route: 0, add: 0 };
        const steps: [keyof typeof results, () => Promise<number[]>][] = [
          ['journal', () => accepted(journal)],
          ['bare', () => accepted(bare)],
          ['route', routed],
          ['add', () => added(queue, passes)],
        ];
        for (const [name, step] of oursFirst ? steps : steps.reverse())
          results[name] = percentile(await step(), 0.5) ?? NaN;
        const unit = '1/s';
        return {
          measured: [
            { figure: AGAINST_ROUTE, unit, ours: results.journal, opponent: results.route },
            { figure: WITHOUT_JOURNAL, unit, ours: results.bare, opponent: results.route },
            { figure: AGAINST_ADD, unit, ours: results.journal, opponent: results.add },
          ],
        };
      };
      return { round, close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

function failovers(port: number): Question[][] {
  return Array.from({ length: SITES }, (_, site) => site).flatMap((site) =>
    PLANS.map((plan) => [
      {
        port,
        method: 'POST',
        path: `/v1/recovery-plans/${siteId(site)}.${plan}/actions/failover`,
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: '{"direction":"TO_RECOVERY","reason":"the river"}',
      },
    ]),
  );
}

/** Of each pass; between two of them everything is taken back, so that every plan is free again. */
async function acceptances({ api, client }: Product, load: Load, passes: number): Promise<number[]> {
  const port = Number(new URL(api.url).port);
  const rates: number[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    rates.push(perSecond(await load.run({ turns: failovers(port), hands: CLIENTS })));
    const open = await client.all<{ id: string }>('/v1/operations?state=PENDING&pageSize=200');
    if (open.length !== SITES * PLANS.length) throw new Error(`${open.length} operations are open`);
    await load.run({ turns: open.map(({ id }) => [cancel(port, id)]), hands: CLIENTS });
  }
  return rates;
}

function cancel(port: number, id: string): Question {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  return { port, method: 'POST', path: `/v1/operations/${id}/cancel`, headers, body: '{}' };
}

/** As many at a time as there are clients of the others. */
async function added(queue: Queue, passes: number): Promise<number[]> {
  const rates: number[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    const jobs = Array.from({ length: SITES * PLANS.length }, () => randomUUID());
    const begunAt = performance.now();
    await eachOf(jobs, CLIENTS, (id) => queue.add('ring', { id }, { jobId: `ring-${id}` }));
    rates.push((jobs.length / (performance.now() - begunAt)) * 1_000);
  }
  return rates;
}

const siteId = (i: number): string => `site-${i}`;

function sitesFile(): string {
  const entries = Array.from(
    { length: SITES },
    (_, i) => `  - { id: ${siteId(i)}, name: Site ${i}, provider: memory }`,
  );
  return `sites:\n${entries.join('\n')}\n`;
}
