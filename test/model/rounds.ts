import type { GuardBoard } from '../../src/operations/guard/guard-board.js';
import type { GuardKeeper } from '../../src/operations/guard/guard-keeper.js';
import type { RedisServer } from './redis-server.js';
import type { SimProcess } from './sim-process.js';

/** The product's, which would find an emptied store by looking every two seconds: here it is told within so long. */
const NOTICED_MS = 2_000;
const OPEN_MS = 30_000;
const HOLDING_MS = 250;

/** `GuardRounds` for a time in which nothing happens most of the time. */
export class Rounds {
  private asked = 0;

  constructor(
    private readonly keeper: GuardKeeper,
    private readonly board: GuardBoard,
    private readonly process: SimProcess,
    private readonly server: RedisServer,
  ) {}

  start(): void {
    const { timeline, chance } = this.process.world;
    this.keeper.whenInDoubt(() => this.next(HOLDING_MS));
    this.process.onDeath(
      this.server.onSilentLoss(() => {
        timeline.after(chance.between(0, NOTICED_MS), () => this.process.goOn(() => this.next(0)));
      }),
    );
    this.board.follow({
      lost: () => this.keeper.close('The store cannot be reached.'),
      back: () => this.next(0),
    });
    this.next(0);
  }

  private next(inMs: number): void {
    this.asked += 1;
    const { asked } = this;
    this.process.world.timeline.after(inMs, () => {
      if (asked === this.asked) this.process.goOn(() => void this.check());
    });
  }

  private async check(): Promise<void> {
    await this.keeper.check();
    this.next(this.keeper.isOpen ? OPEN_MS : HOLDING_MS);
  }
}
