import { setTimeout as sleep } from 'node:timers/promises';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import { Traffic, type Asked } from '../world/traffic.js';

const IN_FLIGHT = 12;
const STUCK_FOR_MS = 30_000;
const RUNNING_WITHIN_MS = 30_000;

/** Every token and session dies, again and again, while operations are sent and watched. */
export const tokenExpiry: Scenario = {
  name: 'token-expiry',
  fault: 'every token and session at both sites dies, in the middle of sending and watching',
  runs: { long: 120, short: 4 },
  piece: 60,
  lane: 'WAITING',
  run: async (piece) => {
    return inTraffic(piece, { durationFactor: 0.02 }, async (world, traffic, chance) => {
      let struck = 0;
      for (; struck < piece.runs; struck += 1) {
        await sleep(chance.between(300, 1_500));
        if (traffic.inFlight().length === 0) continue;
        await world.sites.sdrs.control('POST', '/expire-tokens');
        await world.sites.srm.control('DELETE', '/sessions');
      }
      return struck;
    });
  },
};

/** A job that does not end: nobody concludes anything from that. */
export const neverEnds: Scenario = {
  name: 'never-ends',
  fault: `jobs that do not end: no verdict for ${STUCK_FOR_MS / 1000} s, and the right one once they do`,
  runs: { long: 60, short: 4 },
  piece: 30,
  lane: 'WAITING',
  run: async (piece) => {
    const stuckFor = piece.short ? 3_000 : STUCK_FOR_MS;
    return inTraffic(piece, { durationFactor: 1_000 }, async (world, traffic) => {
      await enough(traffic, piece.runs);
      await traffic.rest();
      const running = await allRunning(world, traffic);
      await sleep(stuckFor);
      const early = traffic.asked.length - traffic.inFlight().length;
      for (const asked of traffic.inFlight()) await finish(world, asked);
      return early === 0 ? running : -1;
    });
  },
};

/** The site forgets a job while it works: what becomes of the target tells. */
export const jobForgotten: Scenario = {
  name: 'job-forgotten',
  fault: 'the site forgets the job or task in the middle of the work',
  runs: { long: 120, short: 4 },
  piece: 30,
  lane: 'WAITING',
  run: async (piece) => {
    return inTraffic(piece, { durationFactor: 0.1 }, async (world, traffic) => {
      let forgotten = 0;
      const seen = new Set<string>();
      const end = performance.now() + 120_000;
      while (forgotten < piece.runs && performance.now() < end) {
        await sleep(200);
        for (const asked of traffic.inFlight()) {
          if (seen.has(asked.id) || forgotten >= piece.runs) continue;
          if (world.events.lastOf(asked.id)?.state !== 'RUNNING') continue;
          seen.add(asked.id);
          if (await forget(world, asked)) forgotten += 1;
        }
      }
      return forgotten;
    });
  },
};

/** A world with traffic; `strike` answers how often the fault struck, -1 = a verdict came too early. */
async function inTraffic(
  { short, seed, runs }: Piece,
  { durationFactor }: { durationFactor: number },
  strike: (world: FaultWorld, traffic: Traffic, chance: Chance) => Promise<number>,
): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({ plans: 30, durationFactor, env: timesOf(short) });
  try {
    await Promise.all([world.startWorker(), world.startWorker()]);
    const traffic = await Traffic.over(world, chance);
    traffic.keep(Math.min(IN_FLIGHT, Math.max(4, runs)));
    const struck = await strike(world, traffic, chance);
    await traffic.rest();
    const result = tally(await judge(world, traffic.asked));
    const early = struck < 0 ? ['verdicts came while the work went on'] : [];
    const rejected = traffic.refusals.size;
    return {
      ...result,
      runs: struck < 0 ? result.operations : struck,
      falseVerdicts: result.falseVerdicts + early.length,
      notes: [...result.notes, ...early],
      counts:
        rejected > 0
          ? Object.fromEntries([...traffic.refusals].map(([word, n]) => [`refused ${word}`, n]))
          : {},
    };
  } finally {
    await world.close();
  }
}

async function enough(traffic: Traffic, wanted: number): Promise<void> {
  const end = performance.now() + RUNNING_WITHIN_MS;
  while (traffic.asked.length < Math.min(wanted, IN_FLIGHT) && performance.now() < end) await sleep(100);
}

async function allRunning(world: FaultWorld, traffic: Traffic): Promise<number> {
  const events = await Promise.all(
    traffic.asked.map(({ id }) =>
      world.events.first(id, ({ state }) => state === 'RUNNING', RUNNING_WITHIN_MS),
    ),
  );
  return events.filter((event) => event !== null).length;
}

async function jobOf(world: FaultWorld, { id }: Asked): Promise<string | null> {
  return (await world.gateway.operation(id)).upstream.jobs[0]?.id ?? null;
}

async function finish(world: FaultWorld, asked: Asked): Promise<void> {
  const { kind, name } = asked.plan;
  const jobId = await jobOf(world, asked);
  if (jobId !== null) await world.sites[kind].finish(name, jobId);
}

async function forget(world: FaultWorld, asked: Asked): Promise<boolean> {
  const jobId = await jobOf(world, asked).catch(() => null);
  if (jobId === null) return false;
  const path = asked.plan.kind === 'sdrs' ? `/jobs/${jobId}` : `/tasks/${encodeURIComponent(jobId)}`;
  return world.sites[asked.plan.kind].control('DELETE', path).then(
    () => true,
    () => false,
  );
}
