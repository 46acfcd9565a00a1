import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../measure/pace.js';
import { percentile } from '../../measure/statistics.js';
import type { Bench, BenchContext, OpenBench } from '../bench.js';
import { API_KEY } from '../product.js';
import { Fleet } from './fleet.js';
import type { Asked, Heard, Orders } from './open-loop.js';

const OPEN_LOOP = fileURLToPath(new URL('./open-loop.js', import.meta.url));
const HELD_BACK = fileURLToPath(new URL('./held-back.js', import.meta.url));
const SITES = 4;
const GROUPS_OF_EACH = 250;
/** Of a core, for the API process: ten times what it can do must come from the same machine. */
const SHARE = 0.2;
const TIMES = 10;
const AT_CAPACITY = 24;
const UNDER_WAY = '/v1/operations?state=PENDING,SUBMITTING,RUNNING,RECONCILING&pageSize=1';
const MOST_CONNECTIONS = 2_000;
const EMERGENCIES_PER_SECOND = 1;
/** Of what is asked beside the emergencies. */
const KINDS: Record<string, string> = {
  list: 'lists',
  history: 'pages of the history',
  change: 'changes',
};
const PARTS = { list: 0.6, history: 0.2, change: 0.2 };

/** B10: too much is asked. */
export const overload: Bench = {
  id: 'B10',
  title:
    'answers 2xx within a second per second of an API process with a fifth of a core, asked ten times what it can answer',
  opponent: 'what can be answered: as many as two dozen clients get one after the other',
  targets: { 'of all': { atLeast: 0.9 } },
  async open({ quick, say }: BenchContext): Promise<OpenBench> {
    const fleet = await Fleet.open(
      Array.from({ length: SITES }, () => GROUPS_OF_EACH),
      { env: { POLL_INTERVAL_MS: '1000' } },
    );
    const seconds = quick ? 4 : 15;
    let from = 0;
    try {
      const { product } = fleet;
      const plans = (await fleet.plans()).flatMap((some) => some.map(({ id }) => id));
      await product.startOther('held-back', HELD_BACK, {
        PIDS: String(product.api.part.pid),
        SHARE: String(SHARE),
      });
      const client = fork(OPEN_LOOP, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      await once(client, 'message');
      const ask = async (perSecond: number, closed?: number): Promise<Record<string, Heard>> => {
        const orders: Orders = {
          ...{ port: Number(new URL(product.api.url).port), apiKey: API_KEY, seconds, from },
          mostConnections: MOST_CONNECTIONS,
          asked: asked(plans, perSecond),
          ...(closed === undefined ? {} : { closed }),
        };
        from += seconds * EMERGENCIES_PER_SECOND + 1;
        const heard = await heardOf(client, orders);
        // What is still under way is not to be in the way of what comes next.
        await until('all have ended', async () => ((await underWay(fleet)) === 0 ? true : null), 60_000);
        return heard;
      };
      await ask(1_000, AT_CAPACITY);
      return {
        async round() {
          const atCapacity = await ask(1_000, AT_CAPACITY);
          const capacity = goodOf(atCapacity) / seconds;
          say(`${capacity.toFixed(0)} a second; now ten times as many`);
          const overloaded = await ask(capacity * TIMES);
          return {
            measured: [
              { figure: 'of all', unit: '1/s', ours: goodOf(overloaded) / seconds, opponent: capacity },
              ...Object.keys(PARTS).map((kind) => ({
                figure: KINDS[kind] ?? kind,
                unit: '1/s',
                ours: (overloaded[kind]?.good ?? NaN) / seconds,
                opponent: (atCapacity[kind]?.good ?? NaN) / seconds,
              })),
            ],
            notes: [`at capacity: ${told(atCapacity)}`, `asked ten times as much: ${told(overloaded)}`],
          };
        },
        async close() {
          client.kill();
          await fleet.close();
        },
      };
    } catch (error) {
      await fleet.close();
      throw error;
    }
  },
};

/** The emergencies are as many as ever: a plan each, from the far end of those that are renamed. */
function asked(plans: readonly string[], perSecond: number): Asked[] {
  const renamed = plans.map((id) => `/v1/protection-groups/${id}`);
  return [
    {
      name: 'list',
      method: 'GET',
      paths: ['/v1/protection-groups?pageSize=200'],
      perSecond: perSecond * PARTS.list,
    },
    {
      name: 'history',
      method: 'GET',
      paths: ['/v1/operations?pageSize=50'],
      perSecond: perSecond * PARTS.history,
    },
    {
      name: 'change',
      method: 'PATCH',
      paths: renamed,
      body: '{"name":"renamed-{n}"}',
      perSecond: perSecond * PARTS.change,
    },
    {
      name: 'emergency',
      method: 'POST',
      paths: [...plans].reverse().map((id) => `/v1/recovery-plans/${id}/actions/failover`),
      body: '{"direction":"TO_RECOVERY"}',
      perSecond: EMERGENCIES_PER_SECOND,
    },
  ];
}

async function underWay({ client }: Fleet): Promise<number> {
  const { items } = await client.read<{ items: unknown[] }>(UNDER_WAY);
  return items.length;
}

async function heardOf(client: ChildProcess, orders: Orders): Promise<Record<string, Heard>> {
  const answer = once(client, 'message');
  client.send(orders);
  const [heard] = (await answer) as [Record<string, Heard>];
  return heard;
}

function goodOf(heard: Record<string, Heard>): number {
  return Object.values(heard).reduce((sum, { good }) => sum + good, 0);
}

function told(heard: Record<string, Heard>): string {
  return Object.entries(heard)
    .map(([name, { offered, good, late, shed, others, unanswered, latenciesMs }]) => {
      const [p50, p99] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
      const strange = Object.entries(others).map(([status, count]) => `, ${count} × ${status}`);
      return `${name} ${offered} asked, ${good} answered within 1 s (p50 ${ms(p50)}, p99 ${ms(p99)}), ${late} later, ${shed} turned away with Retry-After${strange.join('')}, ${unanswered} not answered`;
    })
    .join('; ');
}

const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(0)} ms`);
