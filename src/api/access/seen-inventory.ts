import type { Scope } from '../../domain/access/scope.js';
import type { Reading } from '../../inventory/inventory.service.js';

/** A group, or a plan with the groups that it touches, as far as they are known. */
interface Thing {
  id: string;
  siteId: string;
  protectionGroupIds?: string[] | null;
}

/** Of one model; each scope costs a list. */
const MOST_KEPT = 32;
/** By the whole list, then by the scope: what one scope shows is never what another is told. */
const SEEN = new WeakMap<readonly Thing[], Map<string, readonly Thing[]>>();

/** Asks only sites of which something is seen: no other may make anybody wait. */
export async function overSeen<R>(
  seen: Scope,
  siteId: string | undefined,
  read: (siteId: string | undefined) => Promise<R[]>,
): Promise<R[]> {
  const siteIds = seen.siteIds();
  if (siteIds === null) return read(siteId);
  const wanted = siteIds.filter((id) => siteId === undefined || id === siteId);
  return (await Promise.all(wanted.map((id) => read(id)))).flat();
}

/** What is seen of the sites of which anything is seen. The very same lists for who sees the whole of a site. */
export function seenReadings<T extends Thing>(
  readings: readonly Reading<T[]>[],
  seen: Scope,
): readonly Reading<T[]>[] {
  if (seen.isAll) return readings;
  return readings
    .filter(({ source }) => seen.touchesSite(source.siteId))
    .map((reading) => {
      const { value, source } = reading;
      return value === null || seen.coversSite(source.siteId)
        ? reading
        : { ...reading, value: partOf(value, seen) };
    });
}

export function isSeen({ id, siteId }: Thing, seen: Scope): boolean {
  return seen.covers({ siteId, targetIds: [id] });
}

/** Naming only those groups that are seen, too: a plan may have got one since its groups were looked up. */
export function asSeen<T extends Thing>(thing: T, seen: Scope): T {
  const { siteId, protectionGroupIds } = thing;
  if (seen.isAll || !protectionGroupIds) return thing;
  const named = protectionGroupIds.filter((id) => isSeen({ id, siteId }, seen));
  return named.length === protectionGroupIds.length ? thing : { ...thing, protectionGroupIds: named };
}

/** Of some things of one site. */
export function allSeen<T extends Thing>(things: readonly T[], seen: Scope): T[] {
  return things.filter((thing) => isSeen(thing, seen)).map((thing) => asSeen(thing, seen));
}

/** What page tokens are bound to beside the filters: one that was made for another scope names no place in this one. */
export function boundTo(seen: Scope): { seen?: string } {
  return seen.isAll ? {} : { seen: seen.key };
}

function partOf<T extends Thing>(whole: T[], seen: Scope): T[] {
  const kept = SEEN.get(whole) ?? new Map<string, readonly Thing[]>();
  SEEN.set(whole, kept);
  const known = kept.get(seen.key);
  if (known) return known as T[];
  const part = allSeen(whole, seen);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(seen.key, part);
  return part;
}
