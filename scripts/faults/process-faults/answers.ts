import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, KINDS, timesOf } from '../world/fault-world.js';
import { judge, tally, type Judged } from '../world/judge.js';
import type { PlanLife } from '../world/plan-life.js';
import { Traffic } from '../world/traffic.js';
import { ANSWER_CASES, type AnswerCase } from './answer-cases.js';

/** Each way for an answer to go wrong, at both sites, each for a plan of its own and all at once. */
export const answers: Scenario = {
  name: 'answers',
  fault: `${ANSWER_CASES.length} ways for a request or its answer to go wrong, at both sites`,
  runs: { long: 12 * ANSWER_CASES.length, short: 12 },
  piece: 2 * ANSWER_CASES.length,
  lane: 'WAITING',
  run: (piece) => spoilAnswers(piece),
};

async function spoilAnswers({ runs, short, seed }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({ plans: 2 * ANSWER_CASES.length, proxied: true, env: timesOf(short) });
  try {
    await Promise.all([world.startWorker(), world.startWorker()]);
    const traffic = await Traffic.over(world, chance);
    const cases = casesFor(runs, chance);
    const struck = new Map<string, AnswerCase>();
    await Promise.all(
      cases.map(async (each, index) => {
        const kind = KINDS[index % 2] ?? 'sdrs';
        const plan = traffic.plans().find((one) => one.kind === kind && !one.taken);
        if (!plan) throw new Error('there are too few plans');
        plan.taken = true;
        await lay(world, each, plan);
        const asked = await traffic.ask(plan);
        if (asked) struck.set(asked.id, each);
      }),
    );
    const judged = await judge(world, traffic.asked);
    const wrongly = judged.filter(({ asked, deeds }) => struck.get(asked.id)?.begun !== deeds.length > 0);
    const counts: Record<string, number> = {};
    for (const each of judged) {
      const cell = cellOf(each, struck);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const result = tally(judged);
    return {
      ...result,
      runs: struck.size,
      counts,
      notes: [
        ...result.notes,
        // A request that was certainly not sent, or refused for now, may be sent again: then the work is begun all the same.
        ...wrongly
          .filter(({ deeds }) => deeds.length === 0)
          .map(
            ({ asked }) =>
              `the fault of ${asked.id} (${struck.get(asked.id)?.name}) did not strike as it was meant`,
          ),
      ],
    };
  } finally {
    await world.close();
  }
}

/** All of them in turn, half of them at each site; a few by chance if only a few are wanted. */
function casesFor(runs: number, chance: Chance): AnswerCase[] {
  const twice = ANSWER_CASES.flatMap((each) => [each, each]);
  if (runs >= twice.length) return twice;
  const pairs = Array.from({ length: Math.ceil(runs / 2) }, () => chance.one(ANSWER_CASES));
  return pairs.flatMap((each) => [each, each]).slice(0, runs);
}

/** Lays it for the one request that asks for an action of this plan. */
async function lay(world: FaultWorld, { site, link }: AnswerCase, plan: PlanLife): Promise<void> {
  const subject = plan.subject.replaceAll(':', '(:|%3A)');
  const path = `/${subject}/action(s/[a-z]+)?$`;
  if (site) await world.sites[plan.kind].control('POST', '/faults', { ...site, method: 'POST', path });
  if (link)
    world.proxies?.[plan.kind].add({ ...link, line: new RegExp(`^POST \\S*/${subject}/action(s/[a-z]+)? `) });
}

function cellOf({ asked, operation, deeds }: Judged, struck: ReadonlyMap<string, AnswerCase>): string {
  const name = struck.get(asked.id)?.name ?? 'nothing';
  return `${name} | ${deeds.length > 0 ? 'begun' : 'not begun'} | ${operation?.state ?? 'LOST'}`;
}
