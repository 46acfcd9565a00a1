import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from '../world/chance.js';
import { FaultWorld, FOR_KILLS, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import { Traffic } from '../world/traffic.js';
import type { Part } from '../world/part.js';
import type { Piece, Result, Scenario } from '../scenario.js';

/** So many that some of them always live long enough to get on with the work. */
const WORKERS = 8;
/** At the most, after it was ready. */
const LIVES_FOR_MS = 5_000;
const IN_FLIGHT = 16;

/** SIGKILL of a worker at any moment, another one begun at once, over and over, with operations in flight at both sites. */
export const killRandom: Scenario = {
  name: 'kill-random',
  fault: 'SIGKILL of a worker at any moment, several operations in flight',
  runs: { long: 2400, short: 6 },
  piece: 300,
  lane: 'BUSY',
  run: (piece) => killAtRandom(piece),
};

async function killAtRandom({ runs, short, seed, say }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({
    standsBack: true,
    plans: 60,
    env: { ...FOR_KILLS, ...timesOf(short) },
  });
  try {
    const workers: Part[] = await Promise.all(Array.from({ length: WORKERS }, () => world.startWorker()));
    const traffic = await Traffic.over(world, chance);
    traffic.keep(IN_FLIGHT);
    const begunAt = performance.now();
    let kills = 0;
    let carried = 0;
    const notes: string[] = [];
    const slot = async (index: number): Promise<void> => {
      while (kills < runs) {
        const worker = workers[index];
        await sleep(chance.between(0, LIVES_FOR_MS));
        if (!worker || kills >= runs) return;
        const inFlight = traffic.inFlight();
        if (inFlight.length === 0) continue;
        kills += 1;
        carried += inFlight.length;
        await worker.kill();
        workers[index] = await startedAgain(world, notes);
      }
    };
    await Promise.all(workers.map((_worker, index) => slot(index)));
    const seconds = (performance.now() - begunAt) / 1000;
    say(
      `${kills} kills in ${seconds.toFixed(0)} s, ${(carried / kills).toFixed(1)} operations in flight at each; refusals ${JSON.stringify([...traffic.refusals])}`,
    );
    await traffic.rest();
    const judged = await judge(world, traffic.asked);
    const result = tally(judged);
    return {
      ...result,
      runs: kills,
      counts: { 'operations in flight, summed over the kills': carried },
      notes: [...result.notes, ...notes],
    };
  } finally {
    await world.close();
  }
}

/** One that does not come up is told, and tried once more. */
async function startedAgain(world: FaultWorld, notes: string[]): Promise<Part> {
  try {
    return await world.startWorker();
  } catch (error) {
    notes.push(`a worker did not start: ${String(error)}`);
    return world.startWorker();
  }
}
