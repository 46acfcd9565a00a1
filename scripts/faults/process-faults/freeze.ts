import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Step } from '../preload/steps.js';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import type { Part } from '../world/part.js';
import { Traffic } from '../world/traffic.js';
import { firstMoves, type FirstMoves } from './first-moves.js';
import { inSlots, struckAt } from './slots.js';

const IN_FLIGHT = 14;
const STEP_WITHIN_MS = 8_000;

/** Where a frozen process is most dangerous, each as often as it stands here. */
const WHERE: readonly Step[] = [
  'before write',
  'before write',
  'before write',
  'after write',
  'after write',
  'after confirm',
  'before confirm',
  'after intent',
  'before intent',
  'after look',
  'after answer',
  'before write-down',
  'before observe',
  'after observe',
  'before verdict',
];

interface Freezing {
  places: number;
  act: Order['act'];
  /** How long a worker stands still, milliseconds. */
  from: number;
  to: number;
}

const BEFORE_AND_AFTER: Freezing = { places: 10, act: 'STOP', from: 1_000, to: 40_000 };
const BLOCKED: Freezing = { places: 5, act: 'BLOCK', from: 11_000, to: 25_000 };

/** SIGSTOP before and after the request, 1 to 40 s, then SIGCONT: a zombie that wakes and goes on where it was. */
export const freeze: Scenario = {
  name: 'freeze',
  fault: 'SIGSTOP of a worker for 1–40 s, before and after the request, then SIGCONT',
  resume: 'from the freeze until the next event of any operation that was in flight, at each of the sites',
  runs: { long: 500, short: 6 },
  piece: 125,
  lane: 'WAITING',
  run: (piece) =>
    standStill(piece, piece.short ? { ...BEFORE_AND_AFTER, places: 4, to: 9_000 } : BEFORE_AND_AFTER),
};

/** The event loop hangs longer than the queue's lock lasts: another worker takes the job, and the first goes on. */
export const blockedLoop: Scenario = {
  name: 'blocked-loop',
  fault: 'event loop of a worker blocked for 11–25 s, longer than the lock of its job',
  resume: 'from the block until the next event of any operation that was in flight, at each of the sites',
  runs: { long: 60, short: 2 },
  piece: 30,
  lane: 'WAITING',
  run: (piece) => standStill(piece, piece.short ? { ...BLOCKED, places: 3, to: 13_000 } : BLOCKED),
};

async function standStill({ runs, short, seed, say }: Piece, how: Freezing): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({ plans: 60, env: timesOf(short) });
  try {
    let traffic: Promise<Traffic> | null = null;
    let moves: FirstMoves | null = null;
    let begun = 0;
    const counts: Record<string, number> = {};
    await inSlots(world, how.places, async (worker) => {
      traffic ??= Traffic.over(world, chance).then((over) => {
        over.keep(IN_FLIGHT);
        return over;
      });
      moves ??= firstMoves(world);
      const { inFlight } = await traffic.then((over) => ({ inFlight: () => over.inFlight() }));
      if (begun >= runs) return 'ENOUGH';
      begun += 1;
      const step = chance.one(WHERE);
      // Short ones are as likely as long ones of ten times their length.
      const ms = Math.round(how.from * (how.to / how.from) ** chance.next());
      const struck = await struckAt(worker, { step, nth: 1, act: how.act, ms }, STEP_WITHIN_MS);
      if (!struck) {
        begun -= 1;
        return 'ON';
      }
      moves.begin(inFlight());
      await sleep(ms);
      if (how.act === 'STOP') worker.thaw();
      counts[`still ${step}`] = (counts[`still ${step}`] ?? 0) + 1;
      await stillWorks(worker);
      return 'ON';
    });
    if (!traffic || !moves) throw new Error('nothing was begun');
    const over = await (traffic as Promise<Traffic>);
    await over.rest();
    say(`${begun} times; refusals ${JSON.stringify([...over.refusals])}`);
    const judged = await judge(world, over.asked, 120_000);
    return { ...tally(judged), runs: begun, counts, resumeMs: (moves as FirstMoves).resumeMs };
  } finally {
    await world.close();
  }
}

/** A worker that ends because it stood still is replaced; one that goes on has a moment for it. */
async function stillWorks(worker: Part): Promise<void> {
  await Promise.race([worker.end, sleep(300)]);
}
