import { freePort } from '../../../sandbox/ports.js';
import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import { RedisNode, tlsSettings } from '../../../scripts/faults/store/redis-node.js';
import { Sentinels } from '../../../scripts/faults/store/redis-pair.js';
import { connectRedis, connectWithin } from '../../../src/platform/redis/connection.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';
import { recordingLog } from '../../unit/support/recording-log.js';
import { selfSigned } from '../../unit/support/self-signed.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';

const TEST_MS = 180_000;
const PLANS = ['erp-dr', 'erp-plan'] as const;
const file = temporaryFolder();

interface Store {
  url: string;
  stop(): Promise<void>;
}

/** One server and one Sentinel; what is asked of either is asked with TLS. */
async function behindASentinel(tls: { cert: string; key: string }): Promise<Store> {
  const [ofServer, ofSentinel] = [await freePort(), await freePort()];
  const server = await RedisNode.start({ settings: tlsSettings(ofServer, tls) });
  const lines = Object.entries(tlsSettings(ofSentinel, tls)).map(([name, value]) => `${name} ${value}`);
  const sentinel = await RedisNode.startSentinel([
    ...lines,
    `sentinel monitor ${Sentinels.NAME} 127.0.0.1 ${ofServer} 1`,
    `sentinel auth-pass ${Sentinels.NAME} ${server.password}`,
  ]);
  return {
    url: `rediss+sentinel://:${server.password}@127.0.0.1:${ofSentinel}/${Sentinels.NAME}`,
    stop: async () => void (await Promise.all([server.stop(), sentinel.stop()])),
  };
}

async function onACluster(tls: { cert: string; key: string }): Promise<Store> {
  const cluster = await RedisCluster.start({ tls });
  return { url: cluster.tlsUrl, stop: () => cluster.stop() };
}

describe.each([
  ['behind a Sentinel', behindASentinel],
  ['on a Cluster of three masters', onACluster],
])('a gateway whose store speaks TLS, %s', (_which, open) => {
  const certificate = selfSigned('store of a test');
  let store: Store;
  let world: World;

  beforeAll(async () => {
    const tls = { cert: file('store.crt', certificate.cert), key: file('store.key', certificate.key) };
    store = await open(tls);
    world = await startWorld({ env: { REDIS_URL: store.url, NODE_EXTRA_CA_CERTS: tls.cert } });
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await store?.stop();
  }, STARTING_TAKES_MS);

  it(
    'takes operations on both sites to their verdicts',
    async () => {
      await eventuallyTrue('it is open', () => world.api.isOpen());
      for (const name of PLANS) {
        const { id } = await eventually(`${name} is known`, () => world.api.planNamed(name));
        const operation = await world.api.run(id, 'failover', { direction: 'TO_RECOVERY' });
        await world.api.succeeded(operation, 60_000);
      }
    },
    TEST_MS,
  );

  it('is not spoken to by whoever trusts its certificate as little as that of a stranger', async () => {
    const { log } = recordingLog();
    const redis = connectRedis(store.url, 'commands', log);
    try {
      // Of Sentinels and of a Cluster the client says no more than that nobody answered.
      await expect(connectWithin(redis, 3_000)).rejects.toThrow(/certificate|did not answer/);
    } finally {
      redis.disconnect();
    }
  });
});
