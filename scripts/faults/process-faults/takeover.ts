import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../preload/steps.js';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, FOR_KILLS, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import { Traffic } from '../world/traffic.js';
import { struckAt, type Struck } from './slots.js';

const IN_FLIGHT = 8;
const STEP_WITHIN_MS = 10_000;
const MOVED_WITHIN_MS = 60_000;

/** The worker holds the job of an operation or of a whole site, and nothing has been sent. */
const WHERE: readonly Step[] = [
  'before claim',
  'before observe',
  'after look',
  'after observe',
  'before intent',
];

/** One of two workers dies with a job in its hands, and only then the next fault comes: how long until the other goes on. */
export const takeover: Scenario = {
  name: 'takeover',
  fault: 'SIGKILL of one of two workers that holds the job of an operation or of a site, one at a time',
  resume: 'from the kill until the next event of that operation, or of any that was in flight at that site',
  runs: { long: 45, short: 2 },
  piece: 15,
  lane: 'WAITING',
  run: (piece) => takeOver(piece),
};

async function takeOver({ runs, short, seed }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  // Work that goes on for some seconds: a site that is watched has something to tell.
  const world = await FaultWorld.open({
    plans: 20,
    durationFactor: 0.03,
    env: { ...FOR_KILLS, ...timesOf(short) },
  });
  try {
    await Promise.all([world.startWorker(), world.startWorker()]);
    const traffic = await Traffic.over(world, chance);
    traffic.keep(IN_FLIGHT);
    const resumeMs: number[] = [];
    const notes: string[] = [];
    let kills = 0;
    for (let tries = 0; kills < runs && tries < 3 * runs; tries += 1) {
      await sleep(chance.between(500, 2_000));
      const worker = chance.one(world.workers);
      const step = WHERE[tries % WHERE.length] ?? 'before claim';
      const struck = await struckAt(worker, { step, nth: 1, act: 'KILL' }, STEP_WITHIN_MS);
      if (!struck) continue;
      kills += 1;
      const ms = await untilMoved(world, struck);
      if (ms === null) notes.push(`nothing moved within ${MOVED_WITHIN_MS / 1000} s after a kill ${step}`);
      else resumeMs.push(ms);
      await world.startWorker();
    }
    await traffic.rest();
    const result = tally(await judge(world, traffic.asked));
    return { ...result, runs: kills, resumeMs, notes: [...result.notes, ...notes] };
  } finally {
    await world.close();
  }
}

/** null = nothing moved in time. */
async function untilMoved(world: FaultWorld, { about, at }: Struck): Promise<number | null> {
  return new Promise((resolve) => {
    const done = (ms: number | null): void => {
      clearTimeout(timer);
      off();
      resolve(ms);
    };
    const off = world.events.on(({ operationId, type, heardAt }) => {
      // That somebody asked for another one is nobody's work.
      if (type === 'operation.accepted' || (about !== null && !operationId.startsWith(about))) return;
      if (heardAt > at + 20) done(Math.round(heardAt - at));
    });
    const timer = setTimeout(() => done(null), MOVED_WITHIN_MS);
  });
}
