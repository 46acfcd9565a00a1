import { RedisCluster } from '../../faults/store/redis-cluster.js';
import { RedisNode } from '../../faults/store/redis-node.js';
import { BEFORE_SCHEMAS, builtRevision } from '../../faults/store/older-revision.js';
import type { Bench, Measured, Round } from '../bench.js';
import { Product } from '../product.js';
import { WorkedProduct, type Cost } from './work-of-an-operation.js';

const NOTHING: Cost = { cpuMs: 0, commands: 0, storeCpuMs: 0 };

interface Costs {
  idle: Cost;
  operation: Cost;
  list: Cost;
}

/**
 * B13: what it costs to be able to stand upon a Cluster. The same work on three masters, on one server, and on one server by
 * what shipped before there was a choice (and before statistics and the archive, which do work of their own when an
 * operation ends). What goes on without any work is measured apart, and taken off.
 */
export const stores: Bench = {
  id: 'B13',
  title:
    'an operation from accepting to its verdict, and a list, on a Cluster of three masters, and on one server',
  opponent: `the same on one server; the same on one server by ${BEFORE_SCHEMAS}, which knew no Cluster`,
  targets: {},
  async open({ say, quick }) {
    const operations = quick ? 10 : 60;
    const lists = quick ? 50 : 200;
    const closing: (() => Promise<unknown>)[] = [];
    const close = async (): Promise<void> => {
      for (const each of closing.splice(0).reverse()) await each().catch(() => undefined);
    };
    const product = async (
      url: string,
      nodes: readonly RedisNode[],
      dist?: string,
    ): Promise<WorkedProduct> => {
      const opened = await Product.open({ dist, env: { REDIS_URL: url, POLL_INTERVAL_MS: '500' } });
      closing.push(() => opened.close());
      return WorkedProduct.of(opened, nodes, operations);
    };
    const oneServer = async (dist?: string): Promise<WorkedProduct> => {
      const node = await RedisNode.start();
      closing.push(() => node.stop());
      return product(node.url, [node], dist);
    };
    try {
      say(`building ${BEFORE_SCHEMAS}, unless it is there`);
      const before = await oneServer(await builtRevision(BEFORE_SCHEMAS));
      const one = await oneServer();
      const cluster = await RedisCluster.start();
      closing.push(() => cluster.stop());
      const three = await product(cluster.url, cluster.masters);
      const idleMs = quick ? 5_000 : 15_000;
      const measured = async (each: WorkedProduct): Promise<Costs> => {
        const idle = await each.idle(idleMs);
        return { idle, operation: await each.work(idle), list: await each.list(lists, idle) };
      };
      say('warming up');
      for (const each of [before, one, three]) {
        await each.work(NOTHING);
        await each.list(lists, NOTHING);
      }
      let isForward = false;
      const round = async (): Promise<Round> => {
        isForward = !isForward;
        const costs = new Map<WorkedProduct, Costs>();
        const order = [before, one, three];
        for (const each of isForward ? order : order.reverse()) costs.set(each, await measured(each));
        const of = (each: WorkedProduct): Costs => costs.get(each) as Costs;
        return {
          measured: [
            ...compared('three masters against one server', of(three), of(one)),
            ...compared('one server, against before Clusters', of(one), of(before)),
          ],
          notes: [before, one, three].map((each, i) => `${NAMES[i] ?? ''}, idle: ${told(of(each).idle)}`),
        };
      };
      return { round, close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

const NAMES = ['before Clusters', 'one server', 'three masters'];

function compared(which: string, ours: Costs, opponent: Costs): Measured[] {
  const figure = (what: string, unit: string, of: (costs: Costs) => number): Measured => ({
    figure: `${what}, ${which}`,
    unit,
    ours: of(ours),
    opponent: of(opponent),
  });
  return [
    figure('CPU of API and worker per operation', 'ms', ({ operation }) => operation.cpuMs),
    figure('Redis commands per operation', 'commands', ({ operation }) => operation.commands),
    figure('CPU of Redis per operation', 'ms', ({ operation }) => operation.storeCpuMs),
    figure('CPU of API and worker per list', 'ms', ({ list }) => list.cpuMs),
    figure('Redis commands per second, idle', '1/s', ({ idle }) => idle.commands),
  ];
}

function told({ cpuMs, commands, storeCpuMs }: Cost): string {
  return `${cpuMs.toFixed(1)} ms of CPU a second, ${commands.toFixed(0)} commands a second, ${storeCpuMs.toFixed(1)} ms of CPU of Redis a second`;
}
