import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedSite } from '../../measure/simulated-site.js';
import type { Promise202, SeenOperation } from './caller.js';
import type { StoreWorld } from './store-world.js';
import type { Target } from './targets.js';

export interface Asking extends Promise202 {
  target: Target;
}

/** What one run came to. The ledger of the simulated sites is the judge, not the gateway. */
export interface Verdicts {
  promised: number;
  /** Promised, and gone, or without an end in time; or its key is not known any more. */
  lost: string[];
  /** Begun more than once upstream. */
  repeated: string[];
  /** A verdict that the ledger contradicts. */
  false: string[];
  /** Sends of which it was not known at first whether they had arrived. */
  ambiguous: number;
  unknown: number;
  /** Of those, the ones that the site never began. */
  unknownUnsent: number;
}

interface Begun {
  targetId: string;
  at: string;
}

const ENDED_WITHIN_MS = 120_000;
const PAUSE_MS = 200;

/** When the work on each subject was begun, by the site's own account. */
export async function ledgerOf(site: SimulatedSite): Promise<Map<string, number[]>> {
  const { executions } = await site.control<{ executions: Begun[] }>('GET', '/journal?after=999999999');
  const ledger = new Map<string, number[]>();
  for (const { targetId, at } of executions)
    ledger.set(targetId, [...(ledger.get(targetId) ?? []), Date.parse(at)]);
  return ledger;
}

/** Waits for the end of everything that was promised, then compares it with what the sites did. */
export async function judged(world: StoreWorld, askings: readonly Asking[]): Promise<Verdicts> {
  const verdicts: Verdicts = {
    promised: 0,
    lost: [],
    repeated: [],
    false: [],
    ambiguous: 0,
    unknown: 0,
    unknownUnsent: 0,
  };
  const deadline = performance.now() + ENDED_WITHIN_MS;
  const ended = new Map<Asking, SeenOperation | null>();
  for (const asking of askings.filter(({ ids }) => ids.length > 0)) {
    ended.set(asking, await settled(world, asking.ids.at(-1) ?? '', deadline));
  }
  const ledgers = new Map(
    await Promise.all(world.sites.map(async (site) => [site, await ledgerOf(site)] as const)),
  );
  for (const asking of askings) {
    const { target, ids } = asking;
    const times = ledgers.get(target.site)?.get(target.subject)?.length ?? 0;
    if (times > 1) verdicts.repeated.push(`${target.name}: begun ${times} times`);
    if (ids.length === 0) continue;
    verdicts.promised += 1;
    const operation = ended.get(asking) ?? null;
    if (operation !== null && (await wasAmbiguous(world, operation))) verdicts.ambiguous += 1;
    if (operation === null) verdicts.lost.push(`${target.name}: ${ids.at(-1)} is gone`);
    else if (operation.state === 'UNKNOWN') {
      verdicts.unknown += 1;
      if (times === 0) verdicts.unknownUnsent += 1;
    } else if (!operation.done) verdicts.lost.push(`${target.name}: ${operation.state} without an end`);
    else if (isFalse(operation, times))
      verdicts.false.push(
        `${target.name}: ${operation.state} (${operation.error?.code ?? ''}), begun ${times} times`,
      );
    if (operation !== null && !(await keyIsKnown(world, asking)))
      verdicts.lost.push(`${target.name}: its key is forgotten`);
  }
  return verdicts;
}

/** The simulated sites do what they have begun, unless they are told otherwise, and nothing stands in its way. */
function isFalse({ state, error }: SeenOperation, times: number): boolean {
  if (state === 'REJECTED') return times > 0 || error?.code !== 'not-durable';
  return times !== 1 || state !== 'SUCCEEDED';
}

/** The events of what has not ended would go on and on. */
async function wasAmbiguous({ caller }: StoreWorld, { id, state, done }: SeenOperation): Promise<boolean> {
  return state === 'UNKNOWN' || (done && (await caller.events(id)).includes('RECONCILING'));
}

async function keyIsKnown({ caller }: StoreWorld, { target, key, ids }: Asking): Promise<boolean> {
  const again = await caller.failOver(target.planId, 20_000, key);
  return again.ids.length === 1 && again.ids[0] === ids.at(-1);
}

async function settled({ caller }: StoreWorld, id: string, deadline: number): Promise<SeenOperation | null> {
  for (;;) {
    const operation = await caller.operation(id);
    if (operation === null || operation.done || operation.state === 'UNKNOWN') return operation;
    if (performance.now() > deadline) return operation;
    await sleep(PAUSE_MS);
  }
}
