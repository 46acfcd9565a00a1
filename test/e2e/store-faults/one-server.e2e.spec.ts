import { ONE_NODE_FAULTS } from '../../../scripts/faults/store/one-node.js';
import { RedisNode } from '../../../scripts/faults/store/redis-node.js';
import { round, TARGETS_OF_A_ROUND } from '../../../scripts/faults/store/round.js';
import { seeded } from '../../../scripts/faults/store/seeded.js';
import { StoreWorld } from '../../../scripts/faults/store/store-world.js';
import { printWhenFailed } from '../../support/failure-log.js';

const TEST_MS = 240_000;
/** On a machine that is busy with other things as well; the figures are in the guarantees. */
const RESUMED_WITHIN_MS = 60_000;
const SEED = 7;

describe('a Redis server without a replica, while failovers are asked for on both sites', () => {
  let node: RedisNode | undefined;
  let world: StoreWorld | undefined;

  beforeAll(async () => {
    node = await RedisNode.start();
    const targets = ONE_NODE_FAULTS.length * TARGETS_OF_A_ROUND;
    world = await StoreWorld.open({ redisUrl: node.url, targets });
  }, TEST_MS);
  printWhenFailed(() => world?.logs.slice(-300).join('\n'));
  afterAll(async () => {
    await world?.close();
    await node?.stop();
  }, TEST_MS);

  it.each(ONE_NODE_FAULTS.map((each) => [each.name, each] as const))(
    '%s: nothing promised is lost, nothing is begun twice, no verdict is false, and work goes on',
    async (_name, { of }) => {
      if (!node || !world) throw new Error('the world did not start');
      const random = seeded(SEED);
      const {
        promised,
        lost,
        repeated,
        false: untrue,
        resumeMs,
      } = await round(world, of(node, random, true), random);
      expect({ lost, repeated, untrue }).toEqual({ lost: [], repeated: [], untrue: [] });
      expect(promised).toBe(world.sites.length * TARGETS_OF_A_ROUND);
      for (const ms of resumeMs) expect(ms ?? Infinity).toBeLessThan(RESUMED_WITHIN_MS);
    },
    TEST_MS,
  );
});
