import { fileURLToPath } from 'node:url';
import { GatewayClient, type SeenPlan } from '../../measure/gateway-client.js';
import { eachOf, until } from '../../measure/pace.js';
import { processFigures } from '../../measure/process-figures.js';
import type { Bench, BenchContext, OpenBench } from '../bench.js';
import { API_KEY } from '../product.js';
import { Fleet } from './fleet.js';

const SITES = 8;
const CLIENTS = 24;
/** Of one core, for each process of the gateway: two of each leave room for everything else that runs here. */
const SHARE = 0.2;
const HELD_BACK = fileURLToPath(new URL('./held-back.js', import.meta.url));
const LIST = '/v1/protection-groups?pageSize=200';
const UNDER_WAY = '/v1/operations?state=PENDING,SUBMITTING,RUNNING,RECONCILING,UNKNOWN&pageSize=1';
const ENDED_WITHIN_MS = 180_000;

interface Sizes {
  operations: number;
  listsMs: number;
}

interface Rates {
  accepted: number;
  finished: number;
  lists: number;
  /** What was refused, and what of the machine was used. */
  note: string;
}

/** B9: more processes do more. */
export const twoOfEach: Bench = {
  id: 'B9',
  title: 'what two API and two worker processes do, each of a fifth of a core, in turns',
  opponent: 'one of each',
  targets: {
    'operations accepted': { atLeast: 1.7 },
    'operations accepted and ended': { atLeast: 1.7 },
    'lists of 200 groups': { atLeast: 1.7 },
  },
  open({ quick, say }: BenchContext): Promise<OpenBench> {
    const sizes: Sizes = quick ? { operations: 40, listsMs: 2_000 } : { operations: 320, listsMs: 10_000 };
    let number = 0;
    return Promise.resolve({
      async round() {
        number += 1;
        const order = number % 2 === 0 ? [2, 1] : [1, 2];
        const rates = new Map<number, Rates>();
        for (const processes of order) {
          say(`${processes} of each`);
          rates.set(processes, await ratesOf(processes, sizes));
        }
        const compared = (figure: string, rate: (of: Rates) => number) => {
          const [two, one] = [rates.get(2), rates.get(1)];
          return { figure, unit: '1/s', ours: two ? rate(two) : NaN, opponent: one ? rate(one) : NaN };
        };
        return {
          measured: [
            compared('operations accepted', ({ accepted }) => accepted),
            compared('operations accepted and ended', ({ finished }) => finished),
            compared('lists of 200 groups', ({ lists }) => lists),
          ],
          notes: order.map((processes) => `${processes} of each: ${rates.get(processes)?.note ?? ''}`),
        };
      },
      close: () => Promise.resolve(),
    });
  },
};

async function ratesOf(processes: number, { operations, listsMs }: Sizes): Promise<Rates> {
  const groups = Array.from({ length: SITES }, () => Math.ceil(operations / SITES) + 5);
  const fleet = await Fleet.open(groups, {
    apis: processes,
    workers: processes,
    env: { POLL_INTERVAL_MS: '1000' },
  });
  try {
    const { product } = fleet;
    const plans = inTurn(await fleet.plans()).slice(0, operations);
    const pids = [...product.apis.map(({ part }) => part.pid), ...product.workers.map(({ pid }) => pid)];
    const holding = await product.startOther('held-back', HELD_BACK, {
      PIDS: pids.join(','),
      SHARE: String(SHARE),
    });
    try {
      const used = cpuMeter(pids);
      const { accepted, finished, refused } = await operationsOf(fleet, plans);
      const lists = await listsOf(fleet, listsMs);
      return {
        ...{ accepted, finished, lists },
        note: `${refused} refused; the processes used ${used()} of a core together; ${SITES} sites, ${plans.length} operations.`,
      };
    } finally {
      await holding.stop();
    }
  } finally {
    await fleet.close();
  }
}

/** Per second, from the first request to the last 202 and to the last verdict. */
async function operationsOf(
  { product }: Fleet,
  plans: readonly SeenPlan[],
): Promise<{ accepted: number; finished: number; refused: number }> {
  const clients = product.apis.map(({ url }) => new GatewayClient(url, API_KEY));
  const startedAt = performance.now();
  const answers = await eachOf([...plans.entries()], CLIENTS, ([i, { id }]) =>
    clientOf(clients, i).failOver(id),
  );
  const acceptedS = (performance.now() - startedAt) / 1000;
  const ids = answers.flatMap((answer) => ('id' in answer ? [answer.id] : []));
  await until(
    'all have ended',
    async () => {
      const { items } = await product.client.read<{ items: unknown[] }>(UNDER_WAY);
      return items.length === 0 ? true : null;
    },
    ENDED_WITHIN_MS,
  );
  const finishedS = (performance.now() - startedAt) / 1000;
  return {
    accepted: ids.length / acceptedS,
    finished: ids.length / finishedS,
    refused: answers.length - ids.length,
  };
}

async function listsOf({ product }: Fleet, forMs: number): Promise<number> {
  const clients = product.apis.map(({ url }) => new GatewayClient(url, API_KEY));
  const end = performance.now() + forMs;
  let answered = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, i) => {
      while (performance.now() < end) {
        const { status } = await clientOf(clients, i).timed(LIST);
        if (status === 200) answered += 1;
      }
    }),
  );
  return (answered * 1000) / forMs;
}

function clientOf(clients: readonly GatewayClient[], index: number): GatewayClient {
  const client = clients[index % clients.length];
  if (!client) throw new Error('there is no API process');
  return client;
}

/** One of each site after the other. */
function inTurn(bySite: readonly (readonly SeenPlan[])[]): SeenPlan[] {
  const most = Math.max(...bySite.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => bySite.flatMap((some) => some[i] ?? [])).flat();
}

function cpuMeter(pids: readonly number[]): () => string {
  const spent = (): number => pids.reduce((sum, pid) => sum + processFigures(pid).cpuMs, 0);
  const [before, startedAt] = [spent(), performance.now()];
  return () => ((spent() - before) / (performance.now() - startedAt)).toFixed(2);
}
