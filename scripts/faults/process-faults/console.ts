import { setTimeout as sleep } from 'node:timers/promises';
import type { Piece, Result, Scenario } from '../scenario.js';
import { Chance } from '../world/chance.js';
import { FaultWorld, KINDS, timesOf } from '../world/fault-world.js';
import { judge, tally } from '../world/judge.js';
import type { PlanLife } from '../world/plan-life.js';
import { Traffic } from '../world/traffic.js';
import { ACTION_PATH } from './lost-answers.js';

const IN_FLIGHT = 12;

/** What somebody may begin at the vendor's console, whatever the state: the site refuses what cannot be. */
const AT_THE_CONSOLE = {
  sdrs: ['failover', 'reverse', 'reprotect'],
  srm: ['recovery', 'test', 'cleanup', 'reprotect'],
} as const;

/** Somebody works at the vendor's console at the same time, on the same plans, while answers and requests are lost. */
export const atTheConsole: Scenario = {
  name: 'console',
  fault:
    'somebody acts at the vendor’s console on plans that the gateway is acting upon, one request in five is lost or loses its answer',
  runs: { long: 300, short: 6 },
  piece: 100,
  lane: 'BUSY',
  run: (piece) => actBeside(piece),
};

async function actBeside({ runs, short, seed, say }: Piece): Promise<Result> {
  const chance = new Chance(seed);
  const world = await FaultWorld.open({ standsBack: true, plans: 30, env: timesOf(short) });
  try {
    await Promise.all([world.startWorker(), world.startWorker()]);
    const traffic = await Traffic.over(world, chance);
    for (const kind of KINDS)
      await world.sites[kind].control('POST', '/faults', {
        kind: 'reset',
        method: 'POST',
        path: ACTION_PATH,
        share: 0.2,
        times: -1,
        oneOf: [
          { kind: 'reset', when: 'before' },
          { kind: 'reset', when: 'after' },
        ],
      });
    traffic.keep(IN_FLIGHT);
    let begun = 0;
    let refused = 0;
    while (begun < runs && refused < 40 * runs) {
      await sleep(chance.between(50, 400));
      const inFlight = traffic.inFlight();
      const plan =
        chance.next() < 0.6 && inFlight.length > 0 ? chance.one(inFlight).plan : chance.one(traffic.plans());
      if (await beginAtConsole(world, plan, chance)) {
        begun += 1;
        if (!plan.taken) {
          plan.taken = true;
          traffic.doubtful(plan);
        }
      } else refused += 1;
    }
    say(`${begun} actions at the console, ${refused} that the site refused`);
    await traffic.rest();
    const judged = await judge(world, traffic.asked);
    return { ...tally(judged), runs: begun, counts: { 'refused at the console': refused } };
  } finally {
    await world.close();
  }
}

async function beginAtConsole(world: FaultWorld, plan: PlanLife, chance: Chance): Promise<boolean> {
  const { kind, subject } = plan;
  const action = chance.one(AT_THE_CONSOLE[kind]);
  const order =
    kind === 'srm'
      ? { planId: subject, action }
      : {
          group: subject,
          action,
          ...(action === 'reverse' ? { priorityStation: chance.one(['source', 'target']) } : {}),
        };
  try {
    await world.sites[kind].control('POST', '/console', order);
    return true;
  } catch {
    return false;
  }
}
