import type { Concern } from '../../../domain/site-finding.js';
import type { Clock } from '../../../platform/clock.js';
import { ProviderError } from '../../provider-error.js';
import { Turns } from '../watching/srm.turns.js';

/** What was seen longer ago is not told any more, should its turn not come. */
const STANDS_MS = 12 * 3_600_000;

export interface TurnWish {
  /** Whose turn comes before that of the others. */
  first: ReadonlySet<string>;
  /** How many may be looked at. */
  places: number;
}

/** Concerns of single groups or plans of which only a few can be looked at at a time; the others stand as they were. */
export class PartsInTurn {
  private readonly turns = new Turns();
  private readonly seen = new Map<string, { concerns: Concern[]; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** Who is no candidate any more is forgotten. Throws when nobody could be looked at, and nobody was before. */
  async look<T extends { id: string }>(
    candidates: readonly T[],
    { first, places }: TurnWish,
    read: (candidate: T) => Promise<Concern[]>,
  ): Promise<Concern[]> {
    const now = this.clock.monotonic();
    const known = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    for (const [id, { at }] of this.seen) if (!known.has(id) || now - at > STANDS_MS) this.seen.delete(id);
    const urgent = [...known.keys()].filter((id) => first.has(id)).slice(0, places);
    const rest = [...known.keys()].filter((id) => !urgent.includes(id));
    const turn = [...urgent, ...this.turns.take(rest, places - urgent.length)];
    let trouble: ProviderError | null = null;
    for (const id of turn) {
      const candidate = known.get(id);
      if (candidate === undefined) continue;
      try {
        this.seen.set(id, { concerns: await read(candidate), at: now });
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // It is no more; the list was a moment old.
        if (error.kind === 'NOT_FOUND') this.seen.delete(id);
        else trouble = error;
      }
    }
    if (trouble !== null && this.seen.size === 0) throw trouble;
    return [...this.seen.values()].flatMap(({ concerns }) => concerns);
  }
}
