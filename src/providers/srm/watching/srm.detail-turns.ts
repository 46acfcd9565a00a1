import { Turns } from '../../turns.js';
import type { DetailKind, DetailReads } from './srm.detail-reads.js';

/** Single reads of one kind, of those that wait for it in turn. */
export class DetailTurns {
  private readonly turns = new Turns();

  /** @param perRound how many are read in one round at most; the others wait for the next */
  constructor(
    private readonly details: DetailReads,
    private readonly kind: DetailKind,
    private readonly perRound: number,
  ) {}

  /**
   * Who is to be read now, one after the other; each takes a place. Whether there is time and a place for the next is
   * decided when that one is asked for: reads may be slow.
   */
  *among(names: readonly string[], signal: AbortSignal): Generator<string> {
    const served = new Set<string>();
    const most = Math.min(this.perRound, new Set(names).size);
    while (served.size < most && !signal.aborted && this.details.places(this.kind) > 0) {
      const [name] = this.turns.take(names, 1);
      if (name === undefined || served.has(name)) return;
      served.add(name);
      this.details.note(this.kind);
      yield name;
    }
  }
}
