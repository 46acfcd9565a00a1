import { clockSkew } from '../../../scripts/faults/store/clock-skew.js';
import { evictionPolicy } from '../../../scripts/faults/store/eviction-policy.js';
import { RedisPair, Sentinels } from '../../../scripts/faults/store/redis-pair.js';
import { WITH_SENTINELS } from '../../../scripts/faults/store/sentinel.js';
import { StoreWorld } from '../../../scripts/faults/store/store-world.js';

const TEST_MS = 240_000;
const SEED = 11;
const SCENARIOS = [...WITH_SENTINELS, clockSkew, evictionPolicy];

describe('a store that fails over, another clock, another eviction policy', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s: nothing promised is lost, nothing is begun twice, no verdict is false',
    async (_name, scenario) => {
      const said: string[] = [];
      const piece = {
        runs: scenario.runs.short,
        short: true,
        seed: SEED,
        say: (text: string) => void said.push(text),
      };
      const { runs, lost, repeated, falseVerdicts, notes } = await scenario.run(piece);
      expect({ runs, lost, repeated, falseVerdicts, notes }).toEqual({
        runs: scenario.runs.short,
        lost: 0,
        repeated: 0,
        falseVerdicts: 0,
        notes: [],
      });
    },
    TEST_MS,
  );

  it(
    'without WAIT and without a journal, what was promised while the link was cut is gone after the failover',
    async () => {
      const pair = await RedisPair.start();
      const sentinels = await Sentinels.start(pair);
      const redisUrl = sentinels.url(pair.primary.password);
      const world = await StoreWorld.open({ redisUrl, targets: 1, env: { JOURNAL_DIR: 'none' } });
      try {
        pair.link.silence();
        const targets = world.targets.take(1);
        const asked = await Promise.all(targets.map(({ planId }) => world.caller.failOver(planId, 20_000)));
        expect(asked.map(({ ids }) => ids.length)).toEqual([1, 1]);
        await pair.primary.kill();
        await sentinels.promoted(pair.replica);
        for (const { ids } of asked) expect(await world.caller.operation(ids[0] ?? '')).toBeNull();
      } finally {
        await world.close();
        await sentinels.stop();
        await pair.stop();
      }
    },
    TEST_MS,
  );
});
