import type { Clock } from '../../platform/clock.js';
import type { Journal } from '../journal/journal.js';
import type { BoardView, GuardBoard, RollEntry } from './guard-board.js';

const HOUR_MS = 3_600_000;

/**
 * Who else has a journal (and whether somebody keeps none), for the store may forget it: in memory, and beside the journal for
 * a process that is started on an emptied store.
 */
export class KnownJournals {
  private roll: RollEntry[] = [];
  private remembered = '';

  constructor(
    private readonly journal: Journal,
    private readonly board: GuardBoard,
    private readonly clock: Clock,
  ) {}

  get all(): RollEntry[] {
    return this.roll;
  }

  /** They count as seen as long ago as it was when this machine was last there. */
  async learn(): Promise<void> {
    const remembered = await this.journal.knownJournals();
    const newestMs = Math.max(0, ...remembered.map(({ seenMs }) => seenMs));
    const now = this.clock.now();
    this.roll = remembered.map(({ id, seenMs }) => ({
      kind: id === '-' ? 'NONE' : 'JOURNAL',
      id,
      seenMs: now - (newestMs - seenMs),
      token: null,
      stage: 0,
    }));
  }

  /** While the guard holds, the others are told of those that the store has forgotten. */
  async added(view: BoardView): Promise<BoardView> {
    if (!view.board || view.board.phase === 'OPEN') return view;
    const there = new Set(view.roll.map(nameOf));
    const missing = this.roll.filter((entry) => !there.has(nameOf(entry)));
    if (missing.length === 0) return view;
    await this.board.announce(missing);
    const entries = missing.map((entry): RollEntry => ({ ...entry, token: null, stage: 0 }));
    return { ...view, roll: [...view.roll, ...entries] };
  }

  /** Of a store that the journal was compared with. */
  async remember(roll: readonly RollEntry[]): Promise<void> {
    this.roll = roll.filter(({ kind }) => kind !== 'PROCESS');
    const hour = Math.floor(this.clock.now() / HOUR_MS);
    const names = `${hour} ${this.roll.map(nameOf).sort().join(' ')}`;
    if (names === this.remembered) return;
    this.remembered = names;
    const journals = this.roll.map(({ id, seenMs }) => ({ id, seenMs }));
    // It only makes the next start wait for whom it should.
    await this.journal.rememberJournals(journals).catch(() => undefined);
  }
}

function nameOf({ kind, id }: RollEntry): string {
  return `${kind} ${id}`;
}
