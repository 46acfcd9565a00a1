import { publicId } from '../../../domain/ids.js';
import type { Concern } from '../../../domain/site-finding.js';
import type { Clock } from '../../../platform/clock.js';
import { ProviderError } from '../../provider-error.js';

export interface TurnWish {
  /** On which something changed: their turn comes before that of the others. */
  first?: ReadonlySet<string>;
  /** How many may be looked at. */
  places: number;
  /** What was told of them the last time, by whichever process. */
  before: readonly Concern[];
}

interface Asked {
  atMs: number;
  /** Of several at the same time. */
  order: number;
}

const NEVER: Asked = { atMs: -Infinity, order: 0 };

/**
 * Concerns of single groups or plans of which only a few can be looked at at a time; the others stand as they were. Those
 * on which something changed are looked at first; of what is left, half is for those of which something was told, to see
 * whether it still holds, and half for the others. Of each, whoever was looked at longest ago comes first.
 */
export class PartsInTurn {
  private readonly asked = new Map<string, Asked>();
  private count = 0;
  private isOddToldOf = true;

  constructor(
    private readonly siteId: string,
    private readonly clock: Clock,
  ) {}

  /** Who is no candidate any more is forgotten. Throws when all that were asked after could not be looked at. */
  async look<T extends { id: string }>(
    candidates: readonly T[],
    wish: TurnWish,
    read: (candidate: T) => Promise<Concern[]>,
  ): Promise<Concern[]> {
    const known = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    for (const id of this.asked.keys()) if (!known.has(id)) this.asked.delete(id);
    const seen = new Map<string, Concern[]>();
    const troubles: ProviderError[] = [];
    for (const id of this.turnOf([...known.keys()], wish)) {
      const candidate = known.get(id);
      if (candidate === undefined) continue;
      this.asked.set(id, { atMs: this.clock.now(), order: (this.count += 1) });
      try {
        seen.set(id, await read(candidate));
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // The list was a moment old.
        if (error.kind === 'NOT_FOUND') seen.set(id, []);
        else troubles.push(error);
      }
    }
    if (troubles[0] !== undefined && seen.size === 0) throw troubles[0];
    const standing = new Set(
      [...known.keys()].filter((id) => !seen.has(id)).map((id) => publicId(this.siteId, id)),
    );
    return [
      ...wish.before.filter((concern) => standing.has(holderOf(concern))),
      ...[...seen.values()].flat(),
    ];
  }

  private turnOf(ids: readonly string[], { first, places, before }: TurnWish): string[] {
    const told = toldTimes(before);
    const toldMs = (id: string): number | undefined => told.get(publicId(this.siteId, id));
    const line = ids
      .map((id) => ({ id, toldMs: toldMs(id), asked: this.lastAsked(id, toldMs(id)) }))
      .sort((one, other) => compare(one.asked, other.asked));
    const changed = line.filter(({ id }) => first?.has(id) === true);
    const toldOf = line.filter((one) => one.toldMs !== undefined && !changed.includes(one));
    const rest = line.filter((one) => one.toldMs === undefined && !changed.includes(one));
    // However many changed, one place is for the others.
    const hasOthers = toldOf.length + rest.length > 0;
    const now = changed.slice(0, Math.max(1, hasOthers ? places - 1 : places));
    const left = Math.max(0, places - now.length);
    const half = Math.floor(left / 2) + (left % 2 === 1 && this.isOddToldOf ? 1 : 0);
    if (left % 2 === 1 && toldOf.length > 0 && rest.length > 0) this.isOddToldOf = !this.isOddToldOf;
    const again = toldOf.slice(0, Math.max(half, left - rest.length));
    return [...now, ...again, ...rest.slice(0, left - again.length)].slice(0, places).map(({ id }) => id);
  }

  /** By this process, or by whoever told of it. */
  private lastAsked(id: string, toldMs: number | undefined): Asked {
    const asked = this.asked.get(id) ?? NEVER;
    return toldMs !== undefined && toldMs > asked.atMs ? { atMs: toldMs, order: 0 } : asked;
  }
}

/** The group or plan that a concern is about, by its public id. */
function holderOf({ target }: Concern): string {
  return target.within?.id ?? target.id ?? '';
}

/** When each of those that something was told of was seen last. */
function toldTimes(before: readonly Concern[]): Map<string, number> {
  const told = new Map<string, number>();
  for (const concern of before) {
    const seenMs = concern.seenTime === undefined ? NaN : Date.parse(concern.seenTime);
    const holder = holderOf(concern);
    told.set(holder, Math.max(told.get(holder) ?? -Infinity, Number.isNaN(seenMs) ? -Infinity : seenMs));
  }
  return told;
}

function compare(one: Asked, other: Asked): number {
  // Not by subtraction: two that were never asked are both infinitely long ago.
  return one.atMs === other.atMs ? one.order - other.order : one.atMs < other.atMs ? -1 : 1;
}
