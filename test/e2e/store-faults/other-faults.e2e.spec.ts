import { clockSkew } from '../../../scripts/faults/store/clock-skew.js';
import { evictionPolicy } from '../../../scripts/faults/store/eviction-policy.js';
import { WITH_SENTINELS } from '../../../scripts/faults/store/sentinel.js';

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
});
