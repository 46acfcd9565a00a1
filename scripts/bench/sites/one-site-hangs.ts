import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenPlan } from '../../measure/gateway-client.js';
import { eachOf, until } from '../../measure/pace.js';
import { percentile } from '../../measure/statistics.js';
import type { Bench, BenchContext, OpenBench } from '../bench.js';
import { Fleet } from './fleet.js';

const SITES = 10;
/** It shares its shard with two others: more than any other of these names does. */
const TENTH = 2;
const LOOKERS = 10;
const APART_MS = 60;
const SETTLING_MS = 3_000;
const STARTED_WITHIN_MS = 90_000;
const ENDED_WITHIN_MS = 240_000;
const ROUNDS_FORESEEN = 6;
const ASKED_AT_A_TIME = 16;

interface Sizes {
  /** Delays that are measured at each of the nine sites. */
  ofEach: number;
  waitingAtTheTenth: number;
}

interface Started {
  siteId: string;
  done: boolean;
  createdTime: string;
  startedTime: string | null;
}

interface Delays {
  ms: number[];
  unstarted: number;
  refused: number;
}

/** B11: a site that hangs does not slow the others. */
export const oneSiteHangs: Bench = {
  id: 'B11',
  title: 'from acceptance to the upstream’s acceptance at nine sites while the tenth hangs',
  opponent: 'the same while the tenth answers, and has its own work done',
  targets: { p99: { atMost: 1.2 } },
  async open({ quick, say }: BenchContext): Promise<OpenBench> {
    const sizes: Sizes = quick ? { ofEach: 4, waitingAtTheTenth: 20 } : { ofEach: 40, waitingAtTheTenth: 60 };
    const phases = 2 * (quick ? 1 : ROUNDS_FORESEEN);
    const groups = Array.from({ length: SITES }, (_, i) =>
      Math.ceil(phases * (i === TENTH ? sizes.waitingAtTheTenth : sizes.ofEach) * 1.1),
    );
    const fleet = await Fleet.open(groups);
    let number = 0;
    return {
      async round() {
        number += 1;
        const hangsFirst = number % 2 === 0;
        const first = await delaysOf(fleet, sizes, hangsFirst, say);
        const second = await delaysOf(fleet, sizes, !hangsFirst, say);
        const [well, ill] = hangsFirst ? [second, first] : [first, second];
        const ratioAt = (figure: string, share: number) => ({
          figure,
          unit: 'ms',
          ours: percentile(ill.ms, share) ?? NaN,
          opponent: percentile(well.ms, share) ?? NaN,
        });
        return {
          measured: [ratioAt('p50', 0.5), ratioAt('p90', 0.9), ratioAt('p99', 0.99)],
          notes: [
            `${ill.ms.length} delays with one that hangs and ${well.ms.length} with none; not started in time: ${ill.unstarted} and ${well.unstarted}, refused: ${ill.refused} and ${well.refused}.`,
          ],
        };
      },
      close: () => fleet.close(),
    };
  },
};

/** The tenth has work that waits to be sent and people who look at it all the time, in both cases. */
async function delaysOf(
  fleet: Fleet,
  { ofEach, waitingAtTheTenth }: Sizes,
  hangs: boolean,
  say: (text: string) => void,
): Promise<Delays> {
  const { product } = fleet;
  const plans = await fleet.plans();
  // Nobody sends while the tenth is given its work: what is lost then is only the time of its first look.
  await product.stopWorkers();
  const ofTenth = plans[TENTH]?.slice(0, waitingAtTheTenth) ?? [];
  const waiting = await eachOf(ofTenth, 4, (plan) => fleet.failOver(plan));
  if (hangs) await fleet.sites[TENTH]?.control('POST', '/faults', { kind: 'hang', path: '^/v', times: -1 });
  await product.startWorker();
  const leaving = new AbortController();
  const lookers = looking(fleet, ofTenth[0]?.id ?? '', leaving.signal);
  try {
    await sleep(SETTLING_MS);
    const others = plans.filter((_, i) => i !== TENTH);
    const answers = await Promise.all(
      Array.from({ length: ofEach }, (_, i) => others.map((some) => some[i]))
        .flat()
        .map((plan, i) => oneOf(fleet, plan, i * APART_MS)),
    );
    const ids = answers.flatMap((answer) => ('id' in answer ? [answer.id] : []));
    const started = await settled(fleet, ids, ({ startedTime }) => startedTime !== null, STARTED_WITHIN_MS);
    const ms = started.flatMap(({ createdTime, startedTime }) =>
      startedTime === null ? [] : [Date.parse(startedTime) - Date.parse(createdTime)],
    );
    const refused = answers.length - ids.length;
    const unstarted = started.length - ms.length;
    // Who was not started waited as long as anybody was waited for.
    const never = Array.from({ length: unstarted + refused }, () => STARTED_WITHIN_MS);
    return { ms: [...ms, ...never], unstarted, refused };
  } finally {
    leaving.abort();
    await Promise.race([lookers, sleep(1_000)]);
    await fleet.sites[TENTH]?.calm();
    say('until all of it has ended');
    const ids = waiting.flatMap((answer) => ('id' in answer ? [answer.id] : []));
    await settled(fleet, ids, ({ done }) => done, ENDED_WITHIN_MS);
  }
}

/** At its time, whether or not those before it were answered. */
async function oneOf(
  fleet: Fleet,
  plan: SeenPlan | undefined,
  afterMs: number,
): Promise<{ id: string } | { refused: string }> {
  await sleep(afterMs);
  return plan ? fleet.failOver(plan) : { refused: 'no plan is left' };
}

async function looking({ client }: Fleet, planId: string, signal: AbortSignal): Promise<void> {
  const look = async (): Promise<void> => {
    while (!signal.aborted) {
      await client.timed(`/v1/recovery-plans/${planId}/actions`).catch(() => undefined);
      await sleep(500, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: LOOKERS }, look));
}

/** All of them as they are once it is true of each, or the time is over. */
async function settled(
  { client }: Fleet,
  ids: readonly string[],
  isSo: (operation: Started) => boolean,
  withinMs: number,
): Promise<Started[]> {
  const seen = new Map<string, Started>();
  const look = async (): Promise<true | null> => {
    const open = ids.filter((id) => !seen.has(id) || !isSo(seen.get(id) as Started));
    await eachOf(open, ASKED_AT_A_TIME, async (id) =>
      seen.set(id, await client.read(`/v1/operations/${id}`)),
    );
    return [...seen.values()].every(isSo) ? true : null;
  };
  await until('they are where they are awaited', look, withinMs).catch(() => null);
  return [...seen.values()];
}
