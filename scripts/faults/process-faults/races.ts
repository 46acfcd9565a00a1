import { randomUUID } from 'node:crypto';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, timesOf } from '../world/fault-world.js';
import type { Answer, Gateway } from '../world/gateway.js';
import { judge, tally } from '../world/judge.js';
import type { PlanLife, Wish } from '../world/plan-life.js';
import { Traffic } from '../world/traffic.js';

const AT_A_TIME = 8;
const ASKED_WITHIN_MS = 60_000;

/** Several ask for the same group at the same instant, of two API processes: one of them wins. */
export const races: Scenario = {
  name: 'races',
  fault:
    'four requests for one group at once, at two API processes: one winner; each fourth round with one Idempotency-Key for all',
  runs: { long: 1000, short: 24 },
  piece: 250,
  lane: 'BUSY',
  run: (piece) => race(piece),
};

async function race({ runs, short, seed, say }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({
    standsBack: true,
    apis: 2,
    plans: 40,
    env: { POLL_INTERVAL_MS: '100', ...timesOf(short) },
  });
  try {
    await world.startWorker();
    const traffic = await Traffic.over(world, chance);
    const notes: string[] = [];
    const counts: Record<string, number> = {};
    let begun = 0;
    let losers = 0;
    const lane = async (): Promise<void> => {
      while (begun < runs) {
        const round = ++begun;
        const plan = await traffic.nextIdle(ASKED_WITHIN_MS);
        const wish = plan.nextWish(chance);
        const answers = await askAllAtOnce(world.gateways, plan, wish, round % 4 === 0);
        const ids = new Set(
          answers.flatMap(({ status, body }) => (status === 202 ? [(body as { id: string }).id] : [])),
        );
        for (const { status, body } of answers) {
          if (status === 202) continue;
          losers += 1;
          const word = `${status} ${(body as { code?: string } | null)?.code ?? ''}`;
          counts[`refused ${word}`] = (counts[`refused ${word}`] ?? 0) + 1;
        }
        if (ids.size !== 1)
          notes.push(`round ${round} of ${plan.name}: ${ids.size} winners: ${[...ids].join(', ')}`);
        for (const id of ids) traffic.joined({ id, plan, wish });
        if (ids.size === 0) traffic.doubtful(plan);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    const several = notes.length;
    const judged = await judge(world, traffic.asked);
    const result = tally(judged);
    say(`${begun} rounds, ${several} without exactly one winner, ${losers} losers`);
    return {
      ...result,
      runs: begun,
      counts: { ...counts, 'rounds with exactly one winner': begun - several },
      falseVerdicts: result.falseVerdicts + several,
      notes: [...result.notes, ...notes],
    };
  } finally {
    await world.close();
  }
}

function askAllAtOnce(
  gateways: readonly Gateway[],
  plan: PlanLife,
  wish: Wish,
  sameKey: boolean,
): Promise<Answer[]> {
  const shared = randomUUID();
  return Promise.all(
    Array.from({ length: 4 }, (_, index) => {
      const gateway = gateways[index % gateways.length];
      if (!gateway) throw new Error('there is no API process');
      return gateway.act(plan.id, wish.action, wish.body, sameKey ? shared : randomUUID());
    }),
  );
}
