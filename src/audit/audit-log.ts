import type { DecisionKind } from '../domain/access/decision.js';
import type { Scope } from '../domain/access/scope.js';
import { problem, ProblemError } from '../domain/problem.js';
import { isRecorded, type Link, type Recorded } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { ChainSpans } from './chain-spans.js';
import { isBefore, newestFirst, type Place } from './newest-first.js';

/** One request looks at so many entries; then the page is short, and has a next one. */
const LOOKED_AT = 20_000;

export interface AuditFilter {
  principalId?: string | undefined;
  kind?: readonly DecisionKind[] | undefined;
  siteId?: string | undefined;
  subjectId?: string | undefined;
  /** Inclusive. */
  fromMs?: number | undefined;
  /** Exclusive. */
  toMs?: number | undefined;
}

/** An entry by its MAC: numbers of chains would tell how many lie in between. */
export type ListedDecision = Recorded & { id: string; time: string };

export interface AuditPage {
  items: readonly ListedDecision[];
  /** Where the next page begins, which may be at an entry that is not seen; null = this was the last. */
  next: Place | null;
  /** Lines that were looked at and are not what was written; only counted for whoever sees all. */
  damaged: number;
}

/** What was decided, the newest first. */
export class AuditLog {
  private readonly spans: ChainSpans | null;

  /** @param folder null = nothing is recorded */
  constructor(
    folder: string | null,
    private readonly keys: AuditKeys,
  ) {
    this.spans = folder === null ? null : new ChainSpans(folder);
  }

  /**
   * @param scope only entries of its sites; those without a site for whoever sees all
   * @param after from the page before; null = from the newest on
   */
  async list(filter: AuditFilter, scope: Scope, after: Place | null, count: number): Promise<AuditPage> {
    if (!this.spans)
      throw new ProblemError(problem('not-found', 'AUDIT_DIR is none: nothing is recorded here.'));
    const untilMs = Math.min((filter.toMs ?? Infinity) - 1, after?.timeMs ?? Infinity);
    const items: ListedDecision[] = [];
    let damaged = 0;
    let looked = 0;
    let last: Place | null = null;
    for await (const { place: at, entry, mac } of newestFirst(await this.spans.all(), this.keys, untilMs)) {
      if (at.timeMs < (filter.fromMs ?? -Infinity)) break;
      if (after && !isBefore(at, after)) continue;
      if (last && (items.length >= count || looked >= LOOKED_AT)) return { items, next: last, damaged };
      looked += 1;
      last = at;
      if (!entry) damaged += scope.isAll ? 1 : 0;
      else if (isRecorded(entry) && isSeen(entry, scope) && matches(entry, filter))
        items.push(listed(entry, mac));
    }
    return { items, next: null, damaged };
  }
}

function isSeen({ siteId, subjectId }: Recorded, scope: Scope): boolean {
  if (scope.isAll) return true;
  return siteId !== null && scope.covers({ siteId, targetIds: subjectId === null ? [] : [subjectId] });
}

function matches(entry: Recorded, { principalId, kind, siteId, subjectId }: AuditFilter): boolean {
  return (
    (principalId === undefined || entry.principalId === principalId) &&
    (kind === undefined || kind.includes(entry.kind)) &&
    (siteId === undefined || entry.siteId === siteId) &&
    (subjectId === undefined || entry.subjectId === subjectId)
  );
}

function listed(entry: Link & Recorded, mac: string): ListedDecision {
  const { writer: _writer, sequence: _sequence, durable: _durable, previous: _previous, ...decision } = entry;
  return { id: mac, ...decision };
}
