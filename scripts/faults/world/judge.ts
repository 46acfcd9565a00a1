import { setTimeout as sleep } from 'node:timers/promises';
import { NOTHING, type Result } from '../scenario.js';
import type { FaultWorld } from './fault-world.js';
import type { SeenOperation } from './gateway.js';
import { ledgerOf, type Deed } from './ledger.js';
import type { Asked } from './traffic.js';

/** What became of one operation, held against the ledger. */
export interface Judged {
  asked: Asked;
  operation: SeenOperation | null;
  deeds: Deed[];
  ambiguous: boolean;
  verdict: 'RIGHT' | 'LOST' | 'REPEATED' | 'FALSE' | 'UNKNOWN';
  why: string;
}

const SETTLED = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED', 'UNKNOWN']);

/**
 * Waits until every operation has its verdict or is UNKNOWN, and holds each against what the sites really did. A deed is
 * an operation's if it was done to its target while that was the last operation asked of it.
 * @param withinMs after which an operation without an end is lost
 */
export async function judge(
  world: FaultWorld,
  asked: readonly Asked[],
  withinMs = 90_000,
): Promise<Judged[]> {
  const operations = await settledOperations(world, asked, withinMs);
  const deeds = await ledgerOf(world);
  const bySubject = new Map<string, SeenOperation[]>();
  for (const { id, plan } of asked) {
    const operation = operations.get(id);
    if (!operation) continue;
    const all = bySubject.get(plan.subject) ?? [];
    bySubject.set(plan.subject, all);
    all.push(operation);
  }
  const owned = new Map<string, Deed[]>();
  for (const deed of deeds.filter(({ byConsole }) => !byConsole)) {
    const owner = ownerOf(deed, bySubject.get(deed.subject) ?? []);
    if (owner) owned.set(owner.id, [...(owned.get(owner.id) ?? []), deed]);
  }
  return asked.map((each) => {
    const operation = operations.get(each.id) ?? null;
    const own = owned.get(each.id) ?? [];
    const ambiguous = world.events.wasAmbiguous(each.id);
    return { asked: each, operation, deeds: own, ambiguous, ...verdictOn(operation, own) };
  });
}

/** @param judged of which the figures are taken; the rest of the result is the scenario's */
export function tally(judged: readonly Judged[]): Result {
  const count = (verdict: Judged['verdict']): number =>
    judged.filter((each) => each.verdict === verdict).length;
  const bad = judged.filter(({ verdict }) => verdict !== 'RIGHT' && verdict !== 'UNKNOWN');
  return {
    ...NOTHING,
    operations: judged.length,
    lost: count('LOST'),
    repeated: count('REPEATED'),
    falseVerdicts: count('FALSE'),
    ambiguous: judged.filter(({ ambiguous }) => ambiguous).length,
    unknown: count('UNKNOWN'),
    unknownUnsent: judged.filter(({ verdict, deeds }) => verdict === 'UNKNOWN' && deeds.length === 0).length,
    notes: bad.map(
      ({ asked, verdict, why }) =>
        `${verdict} ${asked.id} (${asked.wish.action} of ${asked.plan.name}): ${why}`,
    ),
  };
}

async function settledOperations(
  world: FaultWorld,
  asked: readonly Asked[],
  withinMs: number,
): Promise<Map<string, SeenOperation>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const all = await world.gateway.operations().catch(() => []);
    const known = new Map(all.map((operation) => [operation.id, operation]));
    const open = asked.filter(({ id }) => !SETTLED.has(known.get(id)?.state ?? ''));
    if (open.length === 0 || performance.now() > deadline) return known;
    await sleep(500);
  }
}

/** The last one that was asked before it was done. */
function ownerOf(deed: Deed, operations: readonly SeenOperation[]): SeenOperation | null {
  const before = operations.filter(({ createdTime }) => Date.parse(createdTime) <= deed.at);
  return before.at(-1) ?? null;
}

function verdictOn(operation: SeenOperation | null, deeds: readonly Deed[]): Pick<Judged, 'verdict' | 'why'> {
  if (!operation) return { verdict: 'LOST', why: 'it was accepted, and nobody knows it' };
  const { state, endedTime } = operation;
  const list = deeds.map(({ action, at, jobId }) => `${action} ${new Date(at).toISOString()} ${jobId ?? ''}`);
  const told = `${state} from ${operation.createdTime} to ${endedTime ?? 'now'}, begun upstream: ${list.join(', ') || 'never'}`;
  if (deeds.length > 1) return { verdict: 'REPEATED', why: told };
  if (!SETTLED.has(state))
    return { verdict: 'LOST', why: `still ${state}: ${operation.evidence ?? 'no evidence'}` };
  if (state === 'UNKNOWN') return { verdict: 'UNKNOWN', why: told };
  const [deed] = deeds;
  const late = deed && endedTime !== null && deed.at > Date.parse(endedTime);
  if (late) return { verdict: 'FALSE', why: `${told}, after its verdict` };
  const isTrue =
    state === 'SUCCEEDED' ? deed?.succeeded === true : state === 'FAILED' ? deed?.succeeded === false : !deed;
  if (isTrue || (state === 'CANCELLED' && deed?.succeeded === false)) return { verdict: 'RIGHT', why: told };
  return {
    verdict: 'FALSE',
    why: `${told}${deed ? `, where it ${deed.succeeded === null ? 'goes on' : deed.succeeded ? 'succeeded' : 'failed'}` : ''}; error ${operation.error?.code ?? 'none'}`,
  };
}
