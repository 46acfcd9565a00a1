import { PROCESS_SCENARIOS } from '../../../scripts/faults/process-faults/index.js';
import { endAllParts } from '../../../scripts/faults/world/part.js';

/** The whole of it is `npm run faults`; here a few runs of what can be had in seconds. */
const SHORT = ['kill-steps', 'freeze', 'answers', 'races', 'console'] as const;

describe('real processes under faults, judged by the ledgers of the sites', () => {
  afterAll(endAllParts);

  it.each(SHORT)(
    '%s: no operation is lost, none is begun twice, no verdict is false',
    async (name) => {
      const scenario = PROCESS_SCENARIOS.find((each) => each.name === name);
      const runs = scenario?.runs.short ?? 0;
      const result = await scenario?.run({ runs, short: true, seed: 7, say: () => undefined });
      expect(result).toMatchObject({ lost: 0, repeated: 0, falseVerdicts: 0, notes: [] });
      expect(result?.runs).toBeGreaterThanOrEqual(runs);
      expect(result?.operations).toBeGreaterThan(0);
    },
    180_000,
  );
});
