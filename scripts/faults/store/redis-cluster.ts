import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../sandbox/ports.js';
import { RedisNode, tlsSettings, type RedisSettings } from './redis-node.js';

const SLOTS = 16_384;
const MASTERS = 3;
const DEADLINE_MS = 30_000;
const PASSWORD = 'cluster-of-a-test';

export interface RedisClusterOptions {
  /** Of each master; by default none. */
  replicas?: 0 | 1;
  /** After so long without an answer a master is taken for dead; by default 1,000. */
  nodeTimeoutMs?: number;
  settings?: RedisSettings;
  /** Files of a certificate that vouches for itself: then the servers speak TLS, too, and among themselves only TLS. */
  tls?: { cert: string; key: string };
}

/** Three masters that share the slots, each with its replica where that is wanted; real servers on loopback. */
export class RedisCluster {
  private constructor(
    readonly masters: readonly RedisNode[],
    /** The one at the same place follows the master there. */
    readonly replicas: readonly RedisNode[],
  ) {}

  /** Resolves when every server says that all is well. */
  static async start(options: RedisClusterOptions = {}): Promise<RedisCluster> {
    const count = options.replicas ? 2 * MASTERS : MASTERS;
    const nodes = await RedisNode.together(Array.from({ length: count }, () => server(options)));
    const cluster = new RedisCluster(nodes.slice(0, MASTERS), nodes.slice(MASTERS));
    try {
      await cluster.join();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** As REDIS_URL wants it. */
  get url(): string {
    const hosts = this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `redis+cluster://:${PASSWORD}@${hosts}`;
  }

  /** The same, for servers that speak TLS. */
  get tlsUrl(): string {
    const hosts = this.masters.map((node) => `127.0.0.1:${tlsPorts.get(node) ?? 0}`).join(',');
    return `rediss+cluster://:${PASSWORD}@${hosts}`;
  }

  get nodes(): readonly RedisNode[] {
    return [...this.masters, ...this.replicas];
  }

  /** The master that has a key. */
  async masterOf(key: string): Promise<RedisNode> {
    const slot = await this.asked((node) =>
      node.use(async (redis) => Number(await redis.call('CLUSTER', 'KEYSLOT', key))),
    );
    const ranges = await this.asked((node) =>
      node.use(
        async (redis) => (await redis.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][],
      ),
    );
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
    const found = this.nodes.find((node) => node.port === port);
    if (!found) throw new Error(`nobody has the slot ${slot}`);
    return found;
  }

  /** The one that was begun as the replica of a master. */
  followerOf(master: RedisNode): RedisNode {
    const replica = this.replicas[this.masters.indexOf(master)];
    if (!replica) throw new Error('it has no replica');
    return replica;
  }

  /** The server that follows a master now. */
  async replicaOf(master: RedisNode): Promise<RedisNode> {
    const id = await master.use((redis) => redis.call('CLUSTER', 'MYID'));
    const lines = await master.use(
      async (redis) => (await redis.call('CLUSTER', 'REPLICAS', String(id))) as string[],
    );
    const found = this.nodes.find(({ port }) => lines.some((line) => line.includes(`127.0.0.1:${port}@`)));
    if (!found) throw new Error('nobody follows it');
    return found;
  }

  /** Gives the slot of a key to another master, key by key. @param halfway is run while the slot is on its way */
  async move(key: string, from: RedisNode, to: RedisNode, halfway: () => Promise<void>): Promise<void> {
    const ids = await Promise.all(
      [from, to].map((node) => node.use(async (redis) => String(await redis.call('CLUSTER', 'MYID')))),
    );
    const [fromId = '', toId = ''] = ids;
    const slot = await from.use(async (redis) => Number(await redis.call('CLUSTER', 'KEYSLOT', key)));
    await to.use((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId));
    await from.use((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId));
    const moveAll = (): Promise<void> =>
      from.use(async (redis) => {
        for (;;) {
          const keys = (await redis.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
          if (keys.length === 0) return;
          const auth = ['AUTH', PASSWORD, 'KEYS', ...keys];
          await redis.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, ...auth);
        }
      });
    await moveAll();
    await halfway();
    await moveAll();
    for (const node of [to, from])
      await node.use((redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId));
    await this.isWell();
  }

  /** Resolves when this replica has taken the place of its master, and everybody who lives knows. */
  async promoted(replica: RedisNode): Promise<void> {
    await until(
      'the replica was promoted',
      async () => (await replica.info('replication')).get('role') === 'master',
    );
    await this.isWell();
  }

  /** Resolves when every server that answers says that all slots are served. */
  async isWell(): Promise<void> {
    await until('the Cluster is well', async () => {
      const states = await Promise.all(this.nodes.map((node) => stateOf(node).catch(() => null)));
      const told = states.filter((state) => state !== null);
      return told.length > 1 && told.every((state) => state === 'ok');
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  private async join(): Promise<void> {
    const [first, ...others] = this.nodes;
    if (!first) return;
    const share = Math.ceil(SLOTS / this.masters.length);
    await Promise.all(
      this.masters.map((node, i) =>
        node.use((redis) =>
          redis.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1),
        ),
      ),
    );
    for (const node of others) {
      const bus = busPorts.get(node) ?? 0;
      await first.use((redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', node.port, bus));
    }
    await until('all know each other', async () => {
      const counts = await Promise.all(
        this.nodes.map((node) =>
          node.use(async (redis) => ((await redis.call('CLUSTER', 'NODES')) as string).trim().split('\n')),
        ),
      );
      return counts.every(
        (lines) => lines.length === this.nodes.length && !lines.join().includes('handshake'),
      );
    });
    for (const [i, replica] of this.replicas.entries()) {
      const id = await this.masters[i]?.use((redis) => redis.call('CLUSTER', 'MYID'));
      await replica.use((redis) => redis.call('CLUSTER', 'REPLICATE', String(id)));
    }
    await this.isWell();
    for (const replica of this.replicas)
      await until('the replicas follow', async () => {
        const told = await replica.info('replication');
        return told.get('role') === 'slave' && told.get('master_link_status') === 'up';
      });
  }

  private async asked<T>(ask: (node: RedisNode) => Promise<T>): Promise<T> {
    let last: unknown;
    for (const node of this.nodes) {
      try {
        return await ask(node);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }
}

/** Where the servers talk to each other. */
const busPorts = new WeakMap<RedisNode, number>();
const tlsPorts = new WeakMap<RedisNode, number>();

async function server({
  nodeTimeoutMs = 1_000,
  settings = {},
  tls,
}: RedisClusterOptions): Promise<RedisNode> {
  const [bus, tlsPort] = [await freePort(), await freePort()];
  const node = await RedisNode.start({
    password: PASSWORD,
    settings: {
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-node-timeout': String(nodeTimeoutMs),
      'cluster-port': String(bus),
      // A replica of an idle master is never too old for its place.
      'cluster-replica-validity-factor': '0',
      ...(tls ? { ...tlsSettings(tlsPort, tls), 'tls-cluster': 'yes' } : {}),
      ...settings,
    },
  });
  busPorts.set(node, bus);
  tlsPorts.set(node, tlsPort);
  return node;
}

async function stateOf(node: RedisNode): Promise<string | null> {
  const told = await node.use(async (redis) => (await redis.call('CLUSTER', 'INFO')) as string);
  return /^cluster_state:(\w+)/m.exec(told)?.[1] ?? null;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Not within ${DEADLINE_MS} ms: ${what}`);
    await sleep(50);
  }
}
