import {
  GuardBoard,
  type Beginning,
  type BoardState,
  type BoardView,
  type CheckIn,
  type Member,
  type RollEntry,
} from '../../src/operations/guard/guard-board.js';
import type { GuardDifference } from '../../src/operations/guard/store-guard.js';
import type { RedisServer } from './redis-server.js';
import type { SimProcess } from './sim-process.js';
import type { Line } from './sim-store.js';

/** `RedisGuardBoard` with its scripts, on what `SimRedis` keeps: it is lost and rolled back with the rest. */
export class SimBoard extends GuardBoard {
  constructor(
    private readonly server: RedisServer,
    private readonly line: Line,
    private readonly process: SimProcess,
  ) {
    super();
  }

  look(me: Member, nowMs: number): Promise<BoardView> {
    return this.line.ask('look', () => {
      for (const [kind, id] of membersOf(me)) this.enrol({ ...this.entry(kind, id), seenMs: nowMs });
      const board = this.board();
      return {
        identity: String(this.server.generation),
        board,
        isSpread: board !== null && this.kept.get('token') === board.token,
        roll: this.roll(),
        notes: [(this.kept.get(`note ${me.processId}`) as number | undefined) ?? null],
      };
    });
  }

  note({ processId }: Member, [seen = null]: BoardView['notes'], nowMs: number): Promise<boolean> {
    return this.line.ask('note', () => {
      const name = `note ${processId}`;
      const there = this.kept.get(name) ?? null;
      if (there === nowMs) return true;
      if (there !== seen) return false;
      this.set(name, nowMs);
      return true;
    });
  }

  begin({ insteadOf, token, identity, reason, nowMs, announceMs, journals }: Beginning): Promise<boolean> {
    return this.line.ask('begin', () => {
      const before = this.board();
      if (before?.token === token) return true;
      if ((before?.token ?? null) !== insteadOf) return false;
      const differed =
        reason === 'OTHER_STORE' || (before !== null && before.phase !== 'OPEN' && before.differed);
      this.set('board', {
        token,
        identity,
        phase: 'SPREADING',
        reason,
        sinceMs: nowMs,
        openedMs: null,
        differed,
        lossMs: before?.lossMs ?? null,
        announceMs,
      } satisfies BoardState);
      this.set('vouched', []);
      this.enrolKnown(journals);
      return true;
    });
  }

  override announce(known: readonly RollEntry[]): Promise<void> {
    return this.line.ask('announce', () => this.enrolKnown(known));
  }

  async spread(token: string): Promise<void> {
    await this.line.ask('spread', () => this.set('token', token));
    await this.line.ask('advance', () => this.advance(token, 'SPREADING', 'HOLDING', 0));
  }

  checkIn(me: Member, { token, stage, differences, vouched }: CheckIn): Promise<boolean> {
    return this.line.ask('checkIn', () => {
      const board = this.board();
      if (board?.token !== token) return false;
      for (const [kind, id] of membersOf(me)) this.enrol({ ...this.entry(kind, id), token, stage });
      if (differences.length > 0) {
        this.set('board', { ...board, differed: true });
        this.set('differences', [...differences, ...this.list<GuardDifference>('differences')].slice(0, 200));
      }
      this.set('vouched', [...new Set([...this.list<string>('vouched'), ...vouched])]);
      return true;
    });
  }

  vouched(): Promise<Set<string>> {
    return this.line.ask('vouched', () => new Set(this.list<string>('vouched')));
  }

  open(token: string, nowMs: number): Promise<void> {
    return this.line.ask('advance', () => this.advance(token, 'HOLDING', 'OPEN', nowMs));
  }

  noteSite(siteId: string, takenMs: number): Promise<void> {
    return this.line.ask('noteSite', () => this.set(`site ${siteId}`, takenMs));
  }

  sitesSeen(siteIds: readonly string[]): Promise<Map<string, number>> {
    return this.line.ask('sitesSeen', () => {
      const seen = siteIds.map((id) => [id, this.kept.get(`site ${id}`)] as const);
      return new Map(seen.flatMap(([id, at]) => (typeof at === 'number' ? [[id, at] as const] : [])));
    });
  }

  differences(): Promise<GuardDifference[]> {
    return this.line.ask('differences', () => this.list<GuardDifference>('differences'));
  }

  follow({ lost, back }: { lost: () => void; back: () => void }): boolean {
    const { server, process } = this;
    const { timeline, chance } = process.world;
    const stop = server.onChange(() => {
      const { isUp } = server;
      // A connection whose other end is gone is not always known to be.
      timeline.after(isUp ? 0 : chance.between(0, 300), () => process.goOn(isUp ? back : lost));
    });
    process.onDeath(stop);
    return server.isUp;
  }

  private advance(token: string, from: BoardState['phase'], to: BoardState['phase'], nowMs: number): void {
    const board = this.board();
    if (board?.token !== token || board.phase !== from) return;
    const lossMs = to === 'OPEN' && board.differed ? board.sinceMs : board.lossMs;
    this.set('board', { ...board, phase: to, openedMs: to === 'OPEN' ? nowMs : null, lossMs });
  }

  private get kept(): ReadonlyMap<string, unknown> {
    return this.server.redis.guard;
  }

  private set(name: string, value: unknown): void {
    this.server.redis.set(this.server.redis.guard, name, value);
  }

  private board(): BoardState | null {
    return (this.kept.get('board') as BoardState | undefined) ?? null;
  }

  private list<T>(name: string): T[] {
    return (this.kept.get(name) as T[] | undefined) ?? [];
  }

  private roll(): RollEntry[] {
    return [...this.kept].flatMap(([name, entry]) => (name.startsWith('roll ') ? [entry as RollEntry] : []));
  }

  private entry(kind: RollEntry['kind'], id: string): RollEntry {
    const known = this.kept.get(`roll ${kind} ${id}`) as RollEntry | undefined;
    return known ?? { kind, id, seenMs: 0, token: null, stage: 0 };
  }

  /** Who was seen later stays as it is. */
  private enrolKnown(known: readonly RollEntry[]): void {
    for (const { kind, id, seenMs } of known) {
      const entry = this.entry(kind, id);
      if (entry.seenMs < seenMs) this.enrol({ ...entry, seenMs });
    }
  }

  private enrol(entry: RollEntry): void {
    this.set(`roll ${entry.kind} ${entry.id}`, entry);
  }
}

function membersOf({ processId, journalId }: Member): [RollEntry['kind'], string][] {
  return [['PROCESS', processId], journalId === null ? ['NONE', '-'] : ['JOURNAL', journalId]];
}
