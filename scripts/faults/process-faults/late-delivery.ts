import { setTimeout as sleep } from 'node:timers/promises';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, KINDS } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import { Traffic } from '../world/traffic.js';

const QUARANTINE_MS = 20_000;
const LATEST_MS = 60_000;

/** A request that is held on its way and arrives when its sender has long given up: within the quarantine, and after it. */
export const lateDelivery: Scenario = {
  name: 'late-delivery',
  fault: 'request delivered 0–60 s late, after its sender has given up (quarantine here: 20 s)',
  runs: { long: 120, short: 6 },
  piece: 60,
  lane: 'WAITING',
  run: (piece) => deliverLate(piece),
};

async function deliverLate({ runs, short, seed }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const env = {
    QUARANTINE_MS: String(short ? 5_000 : QUARANTINE_MS),
    SUBMIT_TIMEOUT_MS: short ? '1000' : '2000',
  };
  const latest = short ? 8_000 : LATEST_MS;
  const world = await FaultWorld.open({ plans: Math.ceil(runs / 2) + 2, proxied: true, env });
  try {
    await Promise.all([world.startWorker(), world.startWorker()]);
    const traffic = await Traffic.over(world, chance);
    const delays: number[] = [];
    await Promise.all(
      Array.from({ length: runs }, async (_, index) => {
        const kind = KINDS[index % 2] ?? 'sdrs';
        const plan = traffic.plans().find((one) => one.kind === kind && !one.taken);
        if (!plan) throw new Error('there are too few plans');
        plan.taken = true;
        const ms = Math.round(chance.between(2_500, latest));
        delays.push(ms);
        const subject = plan.subject.replaceAll(':', '(:|%3A)');
        world.proxies?.[kind].add({
          kind: 'LATE',
          ms,
          line: new RegExp(`^POST \\S*/${subject}/action(s/[a-z]+)? `),
        });
        await traffic.ask(plan);
      }),
    );
    // The last one has arrived and its work has come to an end; what is UNKNOWN by then is looked at once a minute.
    await sleep(Math.max(...delays) + 3_000);
    const judged = await judge(world, traffic.asked);
    const late = judged.filter(({ deeds, verdict }) => verdict === 'UNKNOWN' && deeds.length > 0);
    return {
      ...tally(judged),
      runs: judged.length,
      counts: { 'UNKNOWN although it was begun, after the quarantine': late.length },
    };
  } finally {
    await world.close();
  }
}
