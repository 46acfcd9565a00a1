import { knowsMore } from '../../domain/operation-restoration.js';
import { isNewer } from '../../domain/operation-schema.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import type { ClockSkew } from '../../platform/clock-skew.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import { SHARDS } from '../../platform/redis/keys.js';
import type { Journal } from '../journal/journal.js';
import { NEVER_YOUNGER_MS } from '../operation-archive.js';
import type { IdempotencyClaim } from '../operation-store.js';
import { journaledRecords, type JournaledRecord } from '../journal/journaled-record.js';
import type { RestorableStore, Restoration } from './restorable-store.js';
import type { GuardDifference } from './store-guard.js';

/** Operations that are read at a time. */
const AT_ONCE = 64;

/** What a journal knows and the store does not. */
export interface Gap {
  journaled: JournaledRecord;
  /** The store had it once. Otherwise it was merely not told yet what the upstream answered. */
  isLoss: boolean;
}

export interface Comparison {
  gaps: Gap[];
  /** Those with a key of which the store knows as much: another journal may have written them back without it. */
  keyed: JournaledRecord[];
  /** Operations that were not sent, as far as this journal goes. */
  unsent: string[];
  /** How many were left as they are: what the archive may have, in a part that cannot be read, would come back to life. */
  unreadable: number;
}

/** Of the clock that says how old something is. */
export interface ComparedClock extends Pick<ClockSkew, 'skewMs' | 'fault'> {
  /** Never throws. */
  measure(): Promise<void>;
}

/** Holds a journal against the store, and writes back what the store has lost. */
export class JournalComparison {
  constructor(
    private readonly journal: Journal,
    private readonly store: RestorableStore,
    private readonly clock: Clock,
    private readonly skew?: ComparedClock,
  ) {}

  async hasHistory(): Promise<boolean> {
    for await (const entry of this.journal.entries()) if (entry) return true;
    return false;
  }

  /** Reads only. Errors of the journal and of the store are thrown as they are. */
  async compare(): Promise<Comparison> {
    if (this.skew?.skewMs() === null) await this.skew.measure();
    const all = [...(await journaledRecords(this.journal.entries())).values()];
    const gaps: Gap[] = [];
    const keyed: JournaledRecord[] = [];
    let unreadable = 0;
    for (let i = 0; i < all.length; i += AT_ONCE) {
      const some = all.slice(i, i + AT_ONCE);
      const stored = await Promise.all(some.map(({ record }) => this.store.find(record.id)));
      some.forEach((journaled, n) => {
        const now = stored[n] ?? null;
        // What a newer version wrote is left to it.
        if (isNewer(journaled.record)) return;
        if (now === 'UNREADABLE') {
          unreadable += 1;
          return;
        }
        if (now === null && this.isOutlived(journaled.record)) return;
        if (!knowsMore(journaled.record, now)) {
          if (journaled.claim) keyed.push(journaled);
          return;
        }
        gaps.push({ journaled, isLoss: knowsMore(journaled.stored, now) });
      });
    }
    const unsent = all.flatMap(({ record }) => (isUnsent(record) ? record.id : []));
    return { gaps: inOrder(gaps), keyed, unsent, unreadable };
  }

  /**
   * It is old enough to have been deleted, for its age or because there was too much: that the store has it not is no loss.
   * By a clock that runs ahead everything is, and nothing would be written back: one that is in doubt says nothing.
   */
  private isOutlived({ endedTime }: Operation): boolean {
    const { skew } = this;
    if (endedTime === null || (skew && (skew.skewMs() === null || skew.fault() !== null))) return false;
    return Date.parse(endedTime) < this.clock.now() - NEVER_YOUNGER_MS;
  }

  /** Of all that are in the store. */
  async giveBackKeys(keyed: readonly JournaledRecord[]): Promise<void> {
    for (let i = 0; i < keyed.length; i += AT_ONCE) {
      const some = keyed.slice(i, i + AT_ONCE);
      await Promise.all(
        some.map(async ({ record, claim }) => {
          if (claim) await this.noteAll(await this.store.giveBackKey(record.id, claim));
        }),
      );
    }
  }

  /**
   * @param settle also what other operations hold by now, and what may have gone on otherwise; without it that is left,
   * for it may be in a journal that was not compared yet. WHOLE: every journal was; PARTIAL: one is missing
   * @param tell what the store had lost, as soon as it is there again
   * @returns what was left
   */
  async writeBack(
    gaps: readonly Gap[],
    settle: 'NOT_YET' | 'PARTIAL' | 'WHOLE',
    tell: (difference: GuardDifference) => void,
  ): Promise<Gap[]> {
    const held: Gap[] = [];
    const one = async (gap: Gap): Promise<void> => {
      if (isUnconfirmed(gap.journaled) && settle === 'NOT_YET') {
        held.push(gap);
        return;
      }
      const { record, stored, claim } = gap.journaled;
      // An end that the store may not have taken counts only if nothing else is known, and everybody was asked.
      const isSure = !isUnconfirmed(gap.journaled);
      const known = isSure || settle === 'WHOLE' ? record : stored;
      const restoration = await this.store.restore(
        known,
        claim,
        settle !== 'NOT_YET',
        isSure ? undefined : stored,
      );
      if (restoration.kind === 'HELD') held.push(gap);
      if (restoration.kind === 'RESTORED' || restoration.kind === 'CONFLICT') {
        if (gap.isLoss) tell(this.difference(known, restoration));
        await this.note(restoration.operation, known, claim);
      }
      if (restoration.kind !== 'HELD') await this.giveBackKeys([gap.journaled]);
    };
    // What has ended stands in nobody's way; of the others one may hold what the next one wants.
    const ended = gaps.filter(({ journaled }) => journaled.record.endedTime !== null);
    for (let i = 0; i < ended.length; i += AT_ONCE) await Promise.all(ended.slice(i, i + AT_ONCE).map(one));
    for (const gap of gaps) if (gap.journaled.record.endedTime === null) await one(gap);
    return held;
  }

  /** Two operations of one request were met: another journal may tell more of them. */
  get hasRivals(): boolean {
    return this.store.hasRivals;
  }

  /** Of each two operations that one request began, what is not to be sent: once every journal was compared. */
  async endSeconds(): Promise<void> {
    await this.noteAll(await this.store.endSeconds());
  }

  private async noteAll(ended: readonly Operation[]): Promise<void> {
    for (const one of ended) await this.note(one, null);
  }

  /** What no journal says as the store has it now; if that fails, the next comparison comes to the same again. */
  private async note(
    record: Operation,
    known: Operation | null,
    claim: IdempotencyClaim | null = null,
  ): Promise<void> {
    if (known && known.version === record.version && known.state === record.state) return;
    const time = isoTime(this.clock.now());
    await this.journal.append({ kind: 'RECORD', time, record, claim }).catch(() => undefined);
  }

  /** What the store has as not sent, though nobody who could know says so. Reads only. */
  async doubtful(vouched: ReadonlySet<string>, sinceMs: number): Promise<Operation[]> {
    const open = (await Promise.all(SHARDS.map((shard) => this.store.openIn(shard)))).flat();
    return open.filter(
      (operation) =>
        !operation.composite &&
        isUnsent(operation) &&
        !vouched.has(operation.id) &&
        // It was put off until later than that.
        !(operation.calls.length === 0 && Date.parse(operation.notBefore ?? '') > sinceMs),
    );
  }

  /** A person decides. */
  async doubt(operations: readonly Operation[], tell: (difference: GuardDifference) => void): Promise<void> {
    const text =
      'The store has lost something, and no journal tells whether the request was sent before that.';
    for (const operation of operations) {
      const now = await this.store.doubt(operation.id, text);
      if (!now) continue;
      tell({ ...this.seen(operation), journal: null, store: sight(operation), done: 'DOUBTED', text });
      await this.note(now, null);
    }
  }

  private difference(
    record: Operation,
    restoration: Extract<Restoration, { kind: 'RESTORED' | 'CONFLICT' }>,
  ): GuardDifference {
    const { kind, before, operation } = restoration;
    const lost = before ? `had it as ${before.state} only` : 'had lost it';
    return {
      ...this.seen(record),
      journal: sight(record),
      store: before && sight(before),
      done: kind,
      text:
        kind === 'RESTORED'
          ? `The store ${lost}; it was written back as ${record.state}.`
          : (operation.evidence ?? 'Another operation holds its groups.'),
    };
  }

  private seen({ id, siteId }: Operation): Pick<GuardDifference, 'operationId' | 'siteId' | 'seenTime'> {
    return { operationId: id, siteId, seenTime: isoTime(this.clock.now()) };
  }
}

/**
 * It was to end before it was sent, and nobody knows whether the store took that: it may have been sent instead, and
 * only another journal may tell.
 */
function isUnconfirmed({ record, stored }: JournaledRecord): boolean {
  return isVerdict(record.state) && stored.state === 'PENDING';
}

/**
 * Ends first, for they give back what others hold, in the order in which they happened; then what was asked for last, for
 * of two that hold the same group only that one can be unfinished in truth.
 */
function inOrder(gaps: Gap[]): Gap[] {
  const place = ({ journaled: { record } }: Gap): string =>
    `${record.endedTime ?? record.createdTime} ${record.id}`;
  const isOver = ({ journaled: { record } }: Gap): boolean => record.endedTime !== null;
  const byTime = gaps.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return [...byTime.filter(isOver), ...byTime.filter((gap) => !isOver(gap)).reverse()];
}

function isUnsent({ state }: Operation): boolean {
  return state === 'PENDING';
}

function sight({ version, state }: Operation): { version: number; state: string } {
  return { version, state };
}
