import type { GuardBoard } from './guard-board.js';
import type { GuardKeeper } from './guard-keeper.js';

/** How often the store is looked at: an emptied one does not break a connection. */
const OPEN_MS = 2_000;
/** As long as something is waited for. */
const HOLDING_MS = 250;

/** Has the guard of this process checked when the store is back, when a script refused it, and now and then. */
export class GuardRounds {
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;
  private lastBegunMs = -Infinity;

  constructor(
    private readonly keeper: GuardKeeper,
    private readonly board: GuardBoard,
  ) {}

  /** @returns when the first check is done, or at once while the store is away */
  async start(): Promise<void> {
    this.keeper.whenInDoubt(() => this.soon());
    const isThere = this.board.follow({
      lost: () => this.keeper.close('The store cannot be reached.'),
      back: () => void this.check(),
    });
    if (isThere) await this.check();
    else this.next(OPEN_MS);
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async check(): Promise<void> {
    this.lastBegunMs = performance.now();
    if (this.timer) clearTimeout(this.timer);
    await this.keeper.check();
    this.next(this.keeper.isOpen ? OPEN_MS : HOLDING_MS);
  }

  /** However many ask. */
  private soon(): void {
    this.next(Math.max(0, HOLDING_MS - (performance.now() - this.lastBegunMs)));
  }

  private next(inMs: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.check(), inMs).unref();
  }
}
