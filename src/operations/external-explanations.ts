import { Scope } from '../domain/access/scope.js';
import { publicId } from '../domain/ids.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { destinationOf, type DrAction } from '../domain/dr-action.js';
import type { Operation } from '../domain/operation.js';
import { ProblemError } from '../domain/problem.js';
import type { PastChange } from './external-changes.js';
import { isCreation, type SeenResource } from './external-resources.js';
import type { Holding, OperationStore } from './operation-store.js';

/** For so long after an operation has ended, its upstream may still show, or show again, what it was doing. */
export const LAG_MS = 15_000;
/** The same, of a group that goes along with work on something else: of that, its own state does not tell the end. */
export const AFTERMATH_MS = 60_000;

/** Of what had to do with one thing, so many are read: of those on one group, nearly all came one after the other. */
const NEAR = 10;
/** Of a whole site, so many. */
const LATEST = 50;
/** So far an upstream's clock may be from ours. */
const CLOCKS_APART_MS = 600_000;

/** What operations have had to do with groups, as far as it may explain what their upstream shows. */
export interface Past {
  holdings: ReadonlyMap<string, Holding>;
  /** One that holds any of them; null = they are free. */
  heldBy: string | null;
  /** Those that held them last, or had to do with the same thing, and may have begun something there. */
  lately: Operation[];
}

/** Reads the store, never an upstream. @param groupIds everything that an operation of ours would hold */
export async function pastOf(
  store: OperationStore,
  siteId: string,
  seen: SeenResource,
  groupIds: readonly string[],
): Promise<Past> {
  const holdings = await store.holdings(siteId, groupIds);
  const all = [...holdings.values()];
  const heldBy = all.find((holding) => holding.heldBy !== null)?.heldBy ?? null;
  if (heldBy !== null) return { holdings, heldBy, lately: [] };
  const lastIds = new Set(all.flatMap(({ lastHeldBy }) => lastHeldBy ?? []));
  const last = await Promise.all([...lastIds].map((id) => store.find(id).catch(unlessArchived)));
  const ids = [...new Set([seen.id, seen.holderId])];
  const near = await Promise.all(
    ids.map((targetId) => store.list({ siteId, targetId, seen: Scope.ALL, newestFirst: true }, null, NEAR)),
  );
  const found = [...last.filter((operation) => operation !== null), ...near.flatMap(({ items }) => items)];
  if (!found.every(mayHaveBegunSomething)) found.push(...(await latelyOn(store, siteId, groupIds)));
  const lately = [...new Map(found.map((operation) => [operation.id, operation])).values()];
  return { holdings, heldBy: null, lately: lately.filter(mayHaveBegunSomething) };
}

/** What may be in a part of the archive that cannot be read ended too long ago to explain anything. */
function unlessArchived(error: unknown): null {
  if (error instanceof ProblemError) return null;
  throw error;
}

/** Only the last holder of a group is noted: where that one began nothing, it hides who was there before it. */
async function latelyOn(
  store: OperationStore,
  siteId: string,
  groupIds: readonly string[],
): Promise<Operation[]> {
  const { items } = await store.list({ siteId, seen: Scope.ALL, newestFirst: true }, null, LATEST);
  return items.filter(({ lockedGroupIds }) => lockedGroupIds.some((id) => groupIds.includes(id)));
}

/** The name that a creation of ours holds until what it makes has an id. */
export function lockOfNewcomer(siteId: string, { name }: SeenResource): string {
  return publicId(siteId, `new:${name}`);
}

/** Whether what came into being may be the work of an operation that does not know yet what it made. */
export async function mayBeBeingMade(
  store: OperationStore,
  siteId: string,
  action: DrAction,
): Promise<boolean> {
  const { targetType } = ACTION_FACTS[action];
  const open = await store.listOpen(siteId);
  return open.some(
    ({ target, composite }) => target.id === null && (target.type === targetType || Boolean(composite)),
  );
}

/** When it was last seen to be about it; an unfinished one is. */
export function endMs({ endedTime }: Operation): number {
  return endedTime === null ? Infinity : Date.parse(endedTime);
}

/**
 * Whether an operation left its target as it was before a change: then it is not what changed it, however lately it
 * ended. What a person settled may still have come about later.
 */
export function leftItSo(
  { state, target, upstream, direction, resolution }: Operation,
  before: SeenResource | null,
  after: SeenResource | null,
): boolean {
  if (!before || target.id !== before.id || resolution || upstream.state !== before.word) return false;
  if (before.word !== after?.word) return true;
  // The word tells nothing where only the site turns.
  return state === 'SUCCEEDED' && direction !== null && destinationOf(direction) === before.activeSite;
}

/**
 * Whether an operation made or removed this very thing, however long ago: a look may have missed, or kept, what others
 * showed at the time. What it was asked of while it is said not to have been there yet is no newcomer, either.
 */
export function tellsOf(operation: Operation, change: PastChange, sinceMs: number): boolean {
  const { action, siteId, target, command, result, outcome, state, createdTime } = operation;
  const { before, after } = change;
  const subject = after ?? before;
  if (!subject || state === 'REJECTED' || outcome === 'NONE') return false;
  const isIts = target.id === subject.id;
  const made = subject.kind === 'DRILL' ? result?.drillId === subject.id : isCreation(action) && isIts;
  if (before && after) return made && subject.kind === 'DRILL' && change.action === 'START_DRILL';
  if (after) return made || (isIts && Date.parse(createdTime) < sinceMs);
  if (subject.kind !== 'DRILL') return action.startsWith('DELETE_') && isIts;
  const part = command.partNativeId;
  return action === 'CLEAN_UP_DRILL' && part !== null && publicId(siteId, part) === subject.id;
}

/** It says itself that it is older than the look that did not show it. */
export function wasThere({ before, after }: PastChange, sinceMs: number): boolean {
  return before === null && after !== null && (after.createdMs ?? Infinity) < sinceMs - CLOCKS_APART_MS;
}

/** What was refused, or cancelled before it was sent, cannot be what is seen. */
function mayHaveBegunSomething({ origin, composite, calls }: Operation): boolean {
  if (origin === 'EXTERNAL' || composite) return true;
  return calls.some(({ state }) => state === 'SENDING' || state === 'ACCEPTED' || state === 'AMBIGUOUS');
}
