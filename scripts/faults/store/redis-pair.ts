import { setTimeout as sleep } from 'node:timers/promises';
import { Link } from './link.js';
import { RedisNode, type RedisSettings } from './redis-node.js';

const DEADLINE_MS = 20_000;

/** A server and its replica, with a link between them that can be cut. */
export class RedisPair {
  private constructor(
    readonly primary: RedisNode,
    readonly replica: RedisNode,
    readonly link: Link,
  ) {}

  /** Resolves when the replica has everything. */
  static async start(settings: RedisSettings = {}): Promise<RedisPair> {
    const primary = await RedisNode.start({ settings });
    const link = await Link.open(primary.port);
    const { password } = primary;
    // A second way in: who asks the primary for its replicas is told this one's own port.
    const replica = await RedisNode.start({
      password,
      settings: { ...settings, replicaof: `127.0.0.1 ${link.port}`, 'replica-announce-ip': '127.0.0.1' },
    });
    const pair = new RedisPair(primary, replica, link);
    await pair.inStep();
    return pair;
  }

  /** Until the replica has all that the primary wrote so far. */
  async inStep(): Promise<void> {
    await until('the replica follows', async () => {
      const of = await this.replica.info('replication');
      if (of.get('master_link_status') !== 'up') return false;
      return this.primary.use(async (redis) => (await redis.wait(1, 500)) === 1);
    });
  }

  /** The replica becomes a server of its own, with what it has. */
  async promote(): Promise<void> {
    await this.replica.use((redis) => redis.replicaof('NO', 'ONE'));
  }

  async stop(): Promise<void> {
    await this.link.close();
    await Promise.all([this.primary.stop(), this.replica.stop()]);
  }
}

export interface SentinelTimes {
  downAfterMs: number;
}

/** Three Sentinels that watch a pair and promote its replica. */
export class Sentinels {
  static readonly NAME = 'mymaster';

  private constructor(readonly nodes: readonly RedisNode[]) {}

  static async start(
    { primary }: RedisPair,
    { downAfterMs }: SentinelTimes = { downAfterMs: 1_000 },
  ): Promise<Sentinels> {
    const lines = [
      `sentinel monitor ${Sentinels.NAME} 127.0.0.1 ${primary.port} 2`,
      `sentinel auth-pass ${Sentinels.NAME} ${primary.password}`,
      `sentinel down-after-milliseconds ${Sentinels.NAME} ${downAfterMs}`,
      // Also how long a replica may follow through another address (our link) before it is put right.
      `sentinel failover-timeout ${Sentinels.NAME} 60000`,
    ];
    const sentinels = new Sentinels(
      await RedisNode.together([1, 2, 3].map(() => RedisNode.startSentinel(lines))),
    );
    await until('the Sentinels know one another and the replica', () => sentinels.knowAll());
    return sentinels;
  }

  /** As REDIS_URL wants it. */
  url(password: string): string {
    const hosts = this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `redis+sentinel://:${password}@${hosts}/${Sentinels.NAME}`;
  }

  /** The port of the server that they name. */
  async primaryPort(): Promise<number> {
    for (const node of this.nodes) {
      try {
        const answer = await node.use((redis) =>
          redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', Sentinels.NAME),
        );
        return Number((answer as [string, string])[1]);
      } catch {
        // the next one may be up
      }
    }
    throw new Error('no Sentinel answers');
  }

  /** Resolves when they name this server. */
  async promoted({ port }: RedisNode): Promise<void> {
    await until('the Sentinels have promoted the replica', async () => (await this.primaryPort()) === port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  private async knowAll(): Promise<boolean> {
    const counts = await Promise.all(this.nodes.map((node) => node.info('sentinel')));
    return counts.every((info) => /status=ok.*,slaves=1,sentinels=3/.test(info.get('master0') ?? ''));
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Not within ${DEADLINE_MS} ms: ${what}`);
    await sleep(50);
  }
}
