import { randomUUID } from 'node:crypto';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import type { Journal } from '../journal/journal.js';
import type { BoardState, BoardView, GuardBoard, Member, Stage } from './guard-board.js';
import { decide, type Decision } from './guard-decision.js';
import { KnownJournals } from './known-journals.js';
import type { Gap, JournalComparison } from './journal-comparison.js';
import {
  StoreGuard,
  StoreGuardedError,
  type GuardDifference,
  type GuardPass,
  type GuardReport,
} from './store-guard.js';

/** Steps that one check takes at the most: from a store that nobody knows to an open one it is six. */
const MOST_STEPS = 12;
/** Who waits for a look at a site comes back after so long. */
const SITE_RETRY_MS = 1_000;
/** So old may a note be of which we reckon how old the data is that came back. */
const NOTED_EVERY_MS = 5_000;
/** When nobody can know who else has a journal: longer than it takes anybody to find the store again. */
const ANNOUNCED_WITHIN_MS = 5_000;

const LEFT_AS_THEY_ARE =
  'operations of the journal may be in a part of the archive that cannot be read: they are left as they are';

export interface GuardSettings {
  /** Nothing that was sent before is still on its way after so long: then a journal is not waited for any more. */
  patienceMs: number;
  /**
   * How many replicas have to have every intent before it counts: then no failover loses one. Absent where a server that
   * is back before anybody misses it keeps its place, and its replicas follow it to whatever it has.
   */
  waitReplicas?: number;
}

/** What lets others through, as long as nothing was lost. */
interface Opening {
  token: string;
  lossMs: number | null;
}

/**
 * Keeps the guard in one process. Whoever calls `check` decides when: as soon as the store is back, and now and then. It
 * is closed from the moment in which the connection to the store breaks until a check has found that the store is the one
 * it was, or has compared the journal with it.
 */
export class GuardKeeper extends StoreGuard {
  readonly me: Member;
  /** One more each time that it is closed: passes of another closing are void. */
  private closings = 0;
  private opening: Opening | null = null;
  private knownToken: string | null | undefined;
  private hasHistory = false;
  private joined: { token: string; stage: Stage } | null = null;
  private held: Gap[] = [];
  /** What differed, and is not on the board yet: the token may have had its day while it was written back. */
  private readonly untold: GuardDifference[] = [];
  private readonly known: KnownJournals;
  private lastNotedMs: number | null = null;
  private tokenSeen: { token: string; atMs: number } | null = null;
  private lossNoticed: { lossMs: number; atMs: number } | null = null;
  private lastBoard: BoardState | null = null;
  private waitingFor: string[] = ['The store has not been looked at yet.'];
  private readonly sitesSeen = new Map<string, number>();
  private readonly sitesWanted = new Set<string>();
  private checking: Promise<void> | null = null;
  private checkAgain = false;
  private askAgain: () => void = () => undefined;
  private askForLooks: () => void = () => undefined;

  constructor(
    private readonly board: GuardBoard,
    private readonly journal: Journal,
    private readonly comparison: JournalComparison,
    private readonly clock: Clock,
    private readonly settings: GuardSettings,
    private readonly log: Log,
  ) {
    super();
    this.me = { processId: randomUUID(), journalId: journal.id };
    this.known = new KnownJournals(journal, board, clock);
  }

  get isOpen(): boolean {
    return this.opening !== null;
  }

  pass(siteId?: string): GuardPass {
    const { opening } = this;
    if (!opening) throw new StoreGuardedError(this.sentence());
    if (siteId !== undefined && !this.isSiteSeen(siteId, opening)) {
      this.sitesWanted.add(siteId);
      this.askAgain();
      throw new StoreGuardedError(notLookedAt(siteId), SITE_RETRY_MS);
    }
    const given = this.closings;
    return {
      token: opening.token,
      check: () => {
        if (this.closings !== given) throw new StoreGuardedError(this.sentence());
      },
    };
  }

  override refused(): void {
    this.askAgain();
  }

  /** Whom to tell that a check should be made soon. */
  whenInDoubt(ask: () => void): void {
    this.askAgain = ask;
  }

  /** Whom to tell that every site should be looked at: the store had lost something. */
  whenLost(ask: () => void): void {
    this.askForLooks = ask;
  }

  /** An older look at a site is no ground to act upon; null = the store has lost nothing. */
  get looksWantedSinceMs(): number | null {
    return this.opening?.lossMs ?? null;
  }

  /** The store is out of sight: whatever was let through is let through no more. */
  close(why: string): void {
    this.closings += 1;
    this.opening = null;
    this.tokenSeen = null;
    this.waitingFor = [why];
  }

  /** Looks at the store and does what is to be done, until there is nothing left to do now. Errors are logged and told. */
  check(): Promise<void> {
    if (this.checking) {
      this.checkAgain = true;
      return this.checking;
    }
    this.checking = this.steps().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  /** Conclusions were drawn from a look at the site that began then. */
  async siteSeen(siteId: string, takenMs: number): Promise<void> {
    const { opening, lastBoard } = this;
    const sinceMs = opening ? opening.lossMs : (lastBoard?.sinceMs ?? null);
    const seenMs = this.sitesSeen.get(siteId) ?? -Infinity;
    // Also for a loss that this process has not noticed yet.
    this.sitesSeen.set(siteId, Math.max(seenMs, takenMs));
    if (sinceMs === null || takenMs < sinceMs || seenMs >= sinceMs) return;
    await this.board.noteSite(siteId, takenMs);
    if (this.sitesWanted.delete(siteId)) this.log.info({ siteId }, 'looked at: its operations go on');
  }

  async report(): Promise<GuardReport> {
    const { lastBoard, opening } = this;
    const sinceMs = opening ? (lastBoard?.openedMs ?? lastBoard?.sinceMs) : lastBoard?.sinceMs;
    return {
      state: opening ? 'OPEN' : 'HOLDING',
      reason: lastBoard?.reason ?? null,
      sinceTime: sinceMs === undefined ? null : isoTime(sinceMs),
      waitingFor: opening ? this.unseenSites() : this.waitingFor,
      differences: await this.board.differences().catch((): GuardDifference[] => []),
    };
  }

  private unseenSites(): string[] {
    const more = this.isTooLongToWait() ? ' Only the target of each operation is looked at.' : '';
    return [...this.sitesWanted].map((siteId) => `${notLookedAt(siteId)}${more}`);
  }

  private async steps(): Promise<void> {
    do {
      this.checkAgain = false;
      try {
        for (let step = 0; step < MOST_STEPS; step += 1) if (!(await this.step())) break;
        await this.askForSites();
      } catch (error) {
        const reason = error instanceof Error ? error.message.slice(0, 300) : 'unknown';
        if (!this.opening) this.waitingFor = [`The store could not be compared with the journal: ${reason}`];
        this.log.debug({ reason }, 'the store could not be checked');
      }
    } while (this.checkAgain);
  }

  /** @returns whether there may be more to do */
  private async step(): Promise<boolean> {
    await this.learnFromJournal();
    const { closings } = this;
    const nowMs = this.clock.now();
    const seen = await this.board.look(this.me, nowMs);
    // What was read across a break of the connection may be of two servers.
    if (this.closings !== closings) return false;
    this.lastBoard = seen.board;
    const view = await this.known.added(seen);
    const decision = decide(view, {
      processId: this.me.processId,
      knownToken: this.knownToken ?? null,
      hasHistory: this.hasHistory,
      joined: this.joined,
      nowMs,
      lastNotedMs: this.lastNotedMs,
      heldMs: this.heldMs(view.board),
      patienceMs: this.settings.patienceMs,
    });
    if (decision.do !== 'PASS' && this.opening) this.close('The store may have lost something.');
    const stillAt = this.closings;
    const isDone = await this.carryOut(decision, view);
    if (view.board && view.board.token === this.joined?.token) {
      await this.known.remember(view.roll);
      if (isDone && this.isOpen && this.closings === stillAt) await this.leaveNote(view, nowMs);
    }
    return !isDone && this.closings === stillAt;
  }

  /** That the store was here, as it was looked at; what it does not take is tried again with the next look. */
  private async leaveNote({ notes }: BoardView, nowMs: number): Promise<void> {
    const { lastNotedMs } = this;
    if (lastNotedMs !== null && Math.abs(nowMs - lastNotedMs) < NOTED_EVERY_MS) return;
    const isNoted = await this.board.note(this.me, notes, nowMs).catch(() => false);
    if (isNoted) this.lastNotedMs = nowMs;
  }

  /** @returns whether nothing is left to do now */
  private async carryOut(decision: Decision, view: BoardView): Promise<boolean> {
    const token = view.board?.token ?? '';
    switch (decision.do) {
      case 'BEGIN':
        await this.begin(decision.reason, view);
        return false;
      case 'SPREAD':
        await this.board.spread(token);
        return false;
      case 'COMPARE':
        await this.compare(token, decision, view);
        return false;
      case 'OPEN':
        await this.openAll(token, decision.whole, view);
        return false;
      case 'WAIT':
        this.waitingFor = decision.waitingFor;
        return true;
      case 'PASS':
        await this.open(view);
        return true;
    }
  }

  private async begin(reason: BoardState['reason'], view: BoardView): Promise<void> {
    const token = randomUUID();
    const begun = await this.board.begin({
      insteadOf: view.board?.token ?? null,
      token,
      identity: view.identity,
      reason,
      nowMs: this.clock.now(),
      announceMs: this.announceMs(reason),
      journals: this.known.all,
    });
    if (!begun) return;
    if (reason === 'NEW_STORE') this.log.info('the store is new');
    else this.log.warn({ reason }, 'the store may have lost something: it is compared with the journals');
  }

  private async compare(
    token: string,
    { stage, late, whole }: Extract<Decision, { do: 'COMPARE' }>,
    view: BoardView,
  ): Promise<void> {
    const settle = stage === 2;
    const { gaps, keyed, unsent, unreadable } = settle
      ? { gaps: this.held, keyed: [], unsent: [], unreadable: 0 }
      : await this.comparison.compare();
    if (unreadable > 0) this.log.warn({ operations: unreadable }, LEFT_AS_THEY_ARE);
    if (late && !settle && gaps.some(({ isLoss }) => isLoss)) {
      // The others must hold, too, before anything is written back.
      await this.begin('OTHER_STORE', view);
      return;
    }
    const held = await this.comparison.writeBack(
      gaps,
      settle ? (whole ? 'WHOLE' : 'PARTIAL') : 'NOT_YET',
      (difference) => this.untold.push(difference),
    );
    await this.comparison.giveBackKeys(keyed);
    if (settle) await this.comparison.endSeconds();
    const reached = held.length === 0 && !this.comparison.hasRivals ? 2 : stage;
    if (!(await this.checkIn(token, reached, unsent))) return;
    this.held = held;
    this.joined = { token, stage: reached };
  }

  private async openAll(token: string, whole: boolean, { board }: BoardView): Promise<void> {
    const isSafe = board?.reason === 'OTHER_SERVER' && (this.settings.waitReplicas ?? 0) > 0;
    if (board && (board.differed || !(whole || isSafe))) {
      const vouched = whole ? await this.board.vouched() : new Set<string>();
      const doubtful = await this.comparison.doubtful(vouched, board.sinceMs);
      // What was accepted since another process opened is not of before the loss.
      const { board: now } = await this.board.look(this.me, this.clock.now());
      if (now?.token !== token || now.phase !== 'HOLDING') return;
      await this.comparison.doubt(doubtful, (difference) => this.untold.push(difference));
      if (this.untold.length > 0) await this.checkIn(token, 2, []);
    }
    await this.board.open(token, this.clock.now());
  }

  /** With what differed. @returns whether the token is still the store's */
  private async checkIn(token: string, stage: Stage, vouched: string[]): Promise<boolean> {
    const differences = [...this.untold];
    const nowMs = this.clock.now();
    if (!(await this.board.checkIn(this.me, { token, stage, nowMs, differences, vouched }))) return false;
    this.untold.splice(0, differences.length);
    for (const { operationId, siteId, done, text } of differences) {
      this.log.warn({ operationId, siteId, done }, text);
    }
    return true;
  }

  private async open({ board }: BoardView): Promise<void> {
    if (!board) return;
    const { closings } = this;
    const { token, lossMs } = board;
    this.joined = { token, stage: 2 };
    if (this.knownToken !== token) {
      await this.journal.rememberStore(token);
      this.knownToken = token;
    }
    if (this.opening?.token === token || this.closings !== closings) return;
    this.opening = { token, lossMs };
    if (lossMs !== null && this.lossNoticed?.lossMs !== lossMs) {
      this.lossNoticed = { lossMs, atMs: this.clock.monotonic() };
    }
    this.waitingFor = [];
    if (lossMs !== null) this.askForLooks();
    this.log.info(
      { reason: board.reason, lost: board.differed },
      'the store is the one that it was, or rebuilt',
    );
  }

  private async learnFromJournal(): Promise<void> {
    if (this.knownToken !== undefined) return;
    const knownToken = await this.journal.knownStore();
    this.hasHistory = knownToken === null && (await this.comparison.hasHistory());
    await this.known.learn();
    this.knownToken = knownToken;
  }

  private heldMs(board: BoardState | null): number {
    if (!board) return 0;
    const atMs = this.clock.monotonic();
    if (this.tokenSeen?.token !== board.token) this.tokenSeen = { token: board.token, atMs };
    return atMs - this.tokenSeen.atMs;
  }

  /** Who has just been started cannot know whether the server was, or its data, too. */
  private announceMs(reason: BoardState['reason']): number {
    if (reason === 'NEW_STORE') return 0;
    return reason === 'OTHER_STORE' || this.lastNotedMs === null ? ANNOUNCED_WITHIN_MS : 0;
  }

  /** Somebody waited for a look at these: another process may have had it. */
  private async askForSites(): Promise<void> {
    if (this.sitesWanted.size === 0) return;
    const seen = await this.board.sitesSeen([...this.sitesWanted]);
    for (const [siteId, takenMs] of seen) {
      if (!this.opening?.lossMs || takenMs < this.opening.lossMs) continue;
      this.sitesSeen.set(siteId, takenMs);
      this.sitesWanted.delete(siteId);
    }
  }

  private isSiteSeen(siteId: string, { lossMs }: Opening): boolean {
    if (lossMs === null || (this.sitesSeen.get(siteId) ?? -Infinity) >= lossMs) return true;
    return this.isTooLongToWait();
  }

  /** A site that cannot be looked at as a whole is acted upon by looks at its targets. */
  private isTooLongToWait(): boolean {
    const { lossNoticed } = this;
    return lossNoticed !== null && this.clock.monotonic() - lossNoticed.atMs >= this.settings.patienceMs;
  }

  private sentence(): string {
    return `The store is being compared with the journals. ${this.waitingFor[0] ?? ''}`.trim();
  }
}

function notLookedAt(siteId: string): string {
  return `${siteId} has not been looked at since the store lost something.`;
}
