import { publicId } from '../../../domain/ids.js';
import type { Concern } from '../../../domain/site-finding.js';
import { ProviderError } from '../../provider-error.js';
import { Turns } from '../../turns.js';

export interface TurnWish {
  /** Whose turn comes before that of the others. */
  first?: ReadonlySet<string>;
  /** How many may be looked at. */
  places: number;
  /** What was told of them the last time, by whichever process. */
  before: readonly Concern[];
}

/** Concerns of single groups or plans of which only a few can be looked at at a time; the others stand as they were. */
export class PartsInTurn {
  private readonly turns = new Turns();

  constructor(private readonly siteId: string) {}

  /** Who is no candidate any more is forgotten. Throws when all that were asked after could not be looked at. */
  async look<T extends { id: string }>(
    candidates: readonly T[],
    { first, places, before }: TurnWish,
    read: (candidate: T) => Promise<Concern[]>,
  ): Promise<Concern[]> {
    const known = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    const urgent = [...known.keys()].filter((id) => first?.has(id) === true).slice(0, places);
    const rest = [...known.keys()].filter((id) => !urgent.includes(id));
    const turn = [...urgent, ...this.turns.take(rest, places - urgent.length)];
    const seen = new Map<string, Concern[]>();
    const troubles: ProviderError[] = [];
    for (const id of turn) {
      const candidate = known.get(id);
      if (candidate === undefined) continue;
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
      ...before.filter(({ target }) => standing.has(target.within?.id ?? target.id ?? '')),
      ...[...seen.values()].flat(),
    ];
  }
}
