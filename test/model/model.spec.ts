import { runShares } from './shares.js';
import { complaints, isBroken, replayCommand } from './table.js';
import { VARIANTS } from './variants.js';

const SEEDS = Number(process.env.MODEL_SEEDS ?? 100_000);
/** Enough for each: most are seen to fail within the first thousand. */
const ABLATION_SEEDS = 20_000;
const STEP = 200;
const MINUTES = 60_000;

describe('the submission protocol, in a world in which anything may fail', () => {
  it(
    `breaks no promise in ${SEEDS} stories`,
    async () => {
      const sum = await runShares({ variant: 'protocol', from: 1, seeds: SEEDS, workers: 2 });
      expect(complaints(sum)).toEqual([]);
      expect(sum.seeds).toBe(SEEDS);
      // A world in which nothing went wrong would show nothing.
      expect(sum.ambiguous).toBeGreaterThan(SEEDS / 10);
      expect(sum.deaths).toBeGreaterThan(SEEDS / 2);
    },
    60 * MINUTES,
  );

  it.each(Object.entries(VARIANTS).filter(([, { breaks }]) => breaks.length > 0))(
    'is seen to need its rules: %s',
    async (variant) => {
      const sum = await runShares({
        variant,
        from: 1,
        seeds: ABLATION_SEEDS,
        workers: 2,
        share: STEP,
        progress: isBroken,
      });
      expect(complaints(sum)).toEqual([]);
    },
    30 * MINUTES,
  );

  it('tells the same story of a seed each time', async () => {
    const sums = await Promise.all(
      [1, 2].map(() => runShares({ variant: 'protocol', from: 40, seeds: 20, workers: 1 })),
    );
    const [one, other] = sums.map((sum) => ({ ...sum, cpuMs: 0 }));
    expect(one).toEqual(other);
    expect(replayCommand('protocol', 7)).toContain('protocol:7');
  });
});
