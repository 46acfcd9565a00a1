import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenPlan } from '../../measure/gateway-client.js';
import { eachOf, until } from '../../measure/pace.js';
import { processFigures } from '../../measure/process-figures.js';
import type { RedisNode } from '../../faults/store/redis-node.js';
import { API_KEY, type Product } from '../product.js';

/** What a piece of work took of the gateway's processes and of its Redis. */
export interface Cost {
  /** Of all API and worker processes. */
  cpuMs: number;
  /** That all servers of the store were given, those of scripts among them. */
  commands: number;
  /** Of all servers of the store. */
  storeCpuMs: number;
}

const AT_A_TIME = 20;
const ENDED_WITHIN_MS = 120_000;
const PAUSE_MS = 200;
/** What an end brings about goes on for a while: it is counted, folded, looked for at its site. */
const TAIL_MS = 5_000;
const IDLE_WINDOWS = 3;

/** A gateway on some servers, and what it takes from accepting an operation to its verdict. */
export class WorkedProduct {
  private direction: 'TO_RECOVERY' | 'TO_PRODUCTION' = 'TO_RECOVERY';

  constructor(
    readonly product: Product,
    private readonly nodes: readonly RedisNode[],
    private readonly planIds: readonly string[],
  ) {}

  /** Waits until all that the site holds is shown. */
  static async of(product: Product, nodes: readonly RedisNode[], operations: number): Promise<WorkedProduct> {
    await product.simulated.sdrs.reset(operations, { durationFactor: 0.01 });
    const plans = await until(
      'the gateway shows what the site holds',
      async () => {
        const shown = await product.client.all<SeenPlan>('/v1/recovery-plans?siteId=eu-cloud&pageSize=200');
        const ours = shown.filter(({ name }) => /-\d{4}$/.test(name));
        return ours.length >= operations ? ours : null;
      },
      ENDED_WITHIN_MS,
    );
    return new WorkedProduct(
      product,
      nodes,
      plans.slice(0, operations).map(({ id }) => id),
    );
  }

  get operations(): number {
    return this.planIds.length;
  }

  /** What goes on when nobody asks for anything, in a second: of some windows the quietest, for upkeep comes in waves. */
  async idle(forMs: number): Promise<Cost> {
    await sleep(TAIL_MS);
    const windows: Cost[] = [];
    for (let i = 0; i < IDLE_WINDOWS; i += 1) {
      const cost = await this.costOf(() => sleep(forMs / IDLE_WINDOWS));
      windows.push(of(cost, forMs / IDLE_WINDOWS / 1_000));
    }
    return windows.reduce((quietest, each) => (each.commands < quietest.commands ? each : quietest));
  }

  /** Each plan is failed over as planned, and back the next time: by the operation, without what goes on anyhow. */
  async work(idle: Cost): Promise<Cost> {
    const begunAt = performance.now();
    const cost = await this.costOf(async () => {
      const ids = await eachOf(this.planIds, AT_A_TIME, (planId) => this.accept(planId));
      await this.allSucceeded(ids);
      await sleep(TAIL_MS);
    });
    this.direction = this.direction === 'TO_RECOVERY' ? 'TO_PRODUCTION' : 'TO_RECOVERY';
    return of(without(cost, idle, performance.now() - begunAt), this.operations);
  }

  /** The same list again and again: by the request. */
  async list(times: number, idle: Cost): Promise<Cost> {
    const begunAt = performance.now();
    const path = '/v1/protection-groups?siteId=eu-cloud&pageSize=50';
    const cost = await this.costOf(async () => {
      await eachOf(Array.from({ length: times }), 4, () => this.product.client.read(path));
    });
    return of(without(cost, idle, performance.now() - begunAt), times);
  }

  private async accept(planId: string): Promise<string> {
    const response = await fetch(
      `${this.product.api.url}/v1/recovery-plans/${planId}/actions/planned-failover`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({ direction: this.direction }),
      },
    );
    const text = await response.text();
    if (response.status !== 202) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
    return (JSON.parse(text) as { id: string }).id;
  }

  /** Asked for in lists, so that asking costs next to nothing. */
  private async allSucceeded(ids: readonly string[]): Promise<void> {
    const deadline = performance.now() + ENDED_WITHIN_MS;
    for (;;) {
      const { items } = await this.product.client.read<{ items: { id: string; state: string }[] }>(
        `/v1/operations?siteId=eu-cloud&pageSize=${ids.length}`,
      );
      const ended = new Map(items.map(({ id, state }) => [id, state]));
      if (ids.every((id) => ended.get(id) === 'SUCCEEDED')) return;
      if (performance.now() > deadline)
        throw new Error(`not done: ${JSON.stringify([...new Set(ended.values())])}`);
      await sleep(PAUSE_MS);
    }
  }

  private async costOf(work: () => Promise<void>): Promise<Cost> {
    const before = await this.soFar();
    await work();
    const after = await this.soFar();
    return {
      cpuMs: after.cpuMs - before.cpuMs,
      commands: after.commands - before.commands,
      storeCpuMs: after.storeCpuMs - before.storeCpuMs,
    };
  }

  private async soFar(): Promise<Cost> {
    const { apis, workers } = this.product;
    const pids = [...apis.map(({ part }) => part.pid), ...workers.map(({ pid }) => pid)];
    const servers = await Promise.all(this.nodes.map(serverSoFar));
    const sum = (of: (server: { commands: number; cpuMs: number }) => number): number =>
      servers.reduce((total, server) => total + of(server), 0);
    return {
      cpuMs: pids.reduce((total, pid) => total + processFigures(pid).cpuMs, 0),
      commands: sum(({ commands }) => commands),
      storeCpuMs: sum(({ cpuMs }) => cpuMs),
    };
  }
}

async function serverSoFar(node: RedisNode): Promise<{ commands: number; cpuMs: number }> {
  const [stats, cpu] = [await node.info('commandstats'), await node.info('cpu')];
  const calls = [...stats.values()].map((text) => Number(/calls=(\d+)/.exec(text)?.[1] ?? 0));
  const seconds = Number(cpu.get('used_cpu_user')) + Number(cpu.get('used_cpu_sys'));
  return { commands: calls.reduce((sum, count) => sum + count, 0), cpuMs: seconds * 1_000 };
}

function without(cost: Cost, idle: Cost, forMs: number): Cost {
  const seconds = forMs / 1_000;
  return {
    cpuMs: cost.cpuMs - idle.cpuMs * seconds,
    commands: cost.commands - idle.commands * seconds,
    storeCpuMs: cost.storeCpuMs - idle.storeCpuMs * seconds,
  };
}

function of({ cpuMs, commands, storeCpuMs }: Cost, count: number): Cost {
  return { cpuMs: cpuMs / count, commands: commands / count, storeCpuMs: storeCpuMs / count };
}
