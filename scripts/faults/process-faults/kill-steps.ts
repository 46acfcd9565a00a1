import { percentile } from '../../measure/statistics.js';
import { STEPS, type Step } from '../preload/steps.js';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, FOR_KILLS, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import { Traffic } from '../world/traffic.js';
import { loseSomeAnswers } from './lost-answers.js';
import { inSlots, struckAt, type Struck } from './slots.js';

const WORKERS = 6;
const IN_FLIGHT = 12;
const STEP_WITHIN_MS = 6_000;
const MOVED_WITHIN_MS = 60_000;

/** Until the sender's time is over nobody may conclude anything from its silence. */
const SENDING: ReadonlySet<Step> = new Set(
  STEPS.slice(STEPS.indexOf('after intent'), STEPS.indexOf('before write-down') + 1),
);

/** SIGKILL at each boundary between two steps of a submission in turn. */
export const killSteps: Scenario = {
  name: 'kill-steps',
  fault: `SIGKILL of a worker at each of ${STEPS.length} step boundaries`,
  resume:
    'from the kill until the next event of the very operation that was being worked on; those killed between intent and write-down are left out: they wait until their sender’s time is over (2 × 5 s + SUBMIT_TIMEOUT_MS, here 12 s)',
  runs: { long: 616, short: 6 },
  piece: 154,
  lane: 'BUSY',
  run: (piece) => killAtSteps(piece),
};

async function killAtSteps({ runs, short, seed, say }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({
    standsBack: true,
    plans: 40,
    env: { ...FOR_KILLS, ...timesOf(short) },
  });
  try {
    const struck: Struck[] = [];
    const missed = new Map<Step, number>();
    let begun = 0;
    let turn = 0;
    let traffic: Promise<Traffic> | null = null;
    await inSlots(world, WORKERS, async (worker) => {
      // The gateway knows the plans once a worker has looked.
      await (traffic ??= begin(world, chance));
      if (begun >= runs) return 'ENOUGH';
      const step = STEPS[turn++ % STEPS.length] ?? 'before claim';
      begun += 1;
      const done = await struckAt(worker, { step, nth: 1, act: 'KILL' }, STEP_WITHIN_MS);
      if (done) {
        struck.push(done);
        await worker.end;
      } else {
        missed.set(step, (missed.get(step) ?? 0) + 1);
        begun -= 1;
        if ([...missed.values()].reduce((sum, each) => sum + each, 0) > 3 * runs) return 'ENOUGH';
      }
      return 'ON';
    });
    if (!traffic) throw new Error('nothing was begun');
    const over = await (traffic as Promise<Traffic>);
    await over.rest();
    const judged = await judge(world, over.asked);
    const moved = (await Promise.all(struck.map((each) => movedAfter(world, each, struck)))).flat();
    const sending = moved.filter(({ step }) => SENDING.has(step)).map(({ ms }) => ms);
    say(`steps that nobody passed in time: ${JSON.stringify([...missed])}`);
    say(
      `killed while sending: went on after ${percentile(sending, 0.5)} ms (p50), ${percentile(sending, 0.99)} ms (p99)`,
    );
    const counts: Record<string, number> = {};
    for (const { step } of struck) counts[`killed ${step}`] = (counts[`killed ${step}`] ?? 0) + 1;
    return {
      ...tally(judged),
      runs: struck.length,
      counts,
      resumeMs: moved.filter(({ step }) => !SENDING.has(step)).map(({ ms }) => ms),
    };
  } finally {
    await world.close();
  }
}

async function begin(world: FaultWorld, chance: Chance): Promise<Traffic> {
  const traffic = await Traffic.over(world, chance);
  await loseSomeAnswers(world, 0.1);
  traffic.keep(IN_FLIGHT);
  return traffic;
}

/** How long after the kill something happened to the operation again; whoever had its verdict, or was struck anew, is left out. */
async function movedAfter(
  world: FaultWorld,
  { step, about, at }: Struck,
  struck: readonly Struck[],
): Promise<{ step: Step; ms: number }[]> {
  if (about === null || about.endsWith('.') || step === 'after verdict') return [];
  const next = await world.events.first(about, ({ heardAt }) => heardAt > at + 20, MOVED_WITHIN_MS);
  if (!next || struck.some((each) => each.about === about && each.at > at && each.at < next.heardAt))
    return [];
  return [{ step, ms: Math.round(next.heardAt - at) }];
}
