import { ON_A_CLUSTER } from '../../../scripts/faults/store/cluster.js';

const TEST_MS = 240_000;
const SEED = 5;

describe('a Cluster that loses a master while failovers are asked for on both sites', () => {
  it.each(ON_A_CLUSTER.map((scenario) => [scenario.name, scenario] as const))(
    '%s: nothing promised is lost, nothing is begun twice, no verdict is false',
    async (_name, scenario) => {
      const said: string[] = [];
      const { runs, lost, repeated, falseVerdicts, notes } = await scenario.run({
        runs: scenario.runs.short,
        short: true,
        seed: SEED,
        say: (text) => void said.push(text),
      });
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
