import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp, cutTail, putBack, sizeOfAppendOnlyFile } from '../../../scripts/faults/store/redis-files.js';
import { RedisNode } from '../../../scripts/faults/store/redis-node.js';
import { RedisPair, Sentinels } from '../../../scripts/faults/store/redis-pair.js';

const TEST_MS = 60_000;
const ALWAYS = { appendfsync: 'always' };

/** What the measurements stand on: servers that really lose what they are said to lose. */
describe('the real Redis servers that the faults are shown with', () => {
  const opened: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(thing: T): T => {
    opened.push(thing);
    return thing;
  };
  afterEach(async () => {
    for (const thing of opened.splice(0).reverse()) await thing.stop();
  });

  it('several that belong together are ended again when one of them does not come up', async () => {
    const started = RedisNode.start();
    const never = Promise.reject<RedisNode>(new Error('its port is taken'));
    await expect(RedisNode.together([started, never])).rejects.toThrow('its port is taken');
    const node = await started;
    await expect(node.use((redis) => redis.ping())).rejects.toThrow();
  });

  it(
    'one that is killed comes back at its port with what it had synced',
    async () => {
      const node = keep(await RedisNode.start({ settings: ALWAYS }));
      await node.use((redis) => redis.set('promised', 'yes'));
      await node.kill();
      await expect(node.use((redis) => redis.ping())).rejects.toThrow();
      await node.begin();
      expect(await node.use((redis) => redis.get('promised'))).toBe('yes');
    },
    TEST_MS,
  );

  it(
    'one whose append-only file was cut starts without its last writes, and with a backup put back as it was then',
    async () => {
      const node = keep(await RedisNode.start({ settings: ALWAYS }));
      await node.use((redis) => redis.set('first', 'yes'));
      const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-backup-'));
      keep({ stop: async () => rmSync(directory, { recursive: true }) });
      await node.shutDown();
      backUp(node, directory);
      await node.begin();
      await node.use((redis) => redis.set('second', 'yes'));
      await node.shutDown();
      const size = sizeOfAppendOnlyFile(node);
      expect(cutTail(node, 10)).toBe(10);
      expect(sizeOfAppendOnlyFile(node)).toBe(size - 10);
      await node.begin();
      expect(await node.use((redis) => redis.mget('first', 'second'))).toEqual(['yes', null]);
      await node.use((redis) => redis.set('third', 'yes'));
      await node.shutDown();
      putBack(node, directory);
      await node.begin();
      expect(await node.use((redis) => redis.mget('first', 'second', 'third'))).toEqual(['yes', null, null]);
    },
    TEST_MS,
  );

  it(
    'a server whose link to the replica is cut goes on by itself, WAIT says so, and what it wrote is lost when the replica is promoted',
    async () => {
      const pair = keep(await RedisPair.start());
      await pair.primary.use((redis) => redis.set('before', 'yes'));
      await pair.inStep();
      pair.link.silence();
      const confirmed = await pair.primary.use(async (redis) => {
        await redis.set('after', 'yes');
        return redis.wait(1, 200);
      });
      expect(confirmed).toBe(0);
      await pair.primary.kill();
      await pair.promote();
      expect(await pair.replica.use((redis) => redis.mget('before', 'after'))).toEqual(['yes', null]);
      expect((await pair.replica.info('replication')).get('role')).toBe('master');
    },
    TEST_MS,
  );

  it(
    'a cut link that is mended lets the replica catch up',
    async () => {
      const pair = keep(await RedisPair.start());
      pair.link.silence();
      await pair.primary.use((redis) => redis.set('meanwhile', 'yes'));
      pair.link.mend();
      await pair.inStep();
      expect(await pair.replica.use((redis) => redis.get('meanwhile'))).toBe('yes');
    },
    TEST_MS,
  );

  it(
    'Sentinels promote the replica of a server that is killed while the link was cut',
    async () => {
      const pair = keep(await RedisPair.start());
      const sentinels = keep(await Sentinels.start(pair));
      expect(await sentinels.primaryPort()).toBe(pair.primary.port);
      const before = (await pair.primary.info('replication')).get('master_replid');
      pair.link.silence();
      await pair.primary.use((redis) => redis.set('after', 'yes'));
      await pair.primary.kill();
      await sentinels.promoted(pair.replica);
      expect(await pair.replica.use((redis) => redis.get('after'))).toBeNull();
      expect((await pair.replica.info('replication')).get('master_replid')).not.toBe(before);
    },
    TEST_MS,
  );
});
