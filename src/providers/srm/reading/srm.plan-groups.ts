import type { Clock } from '../../../platform/clock.js';

/** What was read is told so long; whoever keeps it knows that it may be older. */
const TOLD_MS = 60_000;
/** Not read again sooner. */
const AGAIN_MS = 300_000;
const NEVER = Number.MIN_SAFE_INTEGER;

/**
 * Which groups a plan holds: a list of plans does not tell, and asking for each at once would cost the budget. Whoever
 * has read it notes it; what nobody reads is read a few at a time.
 */
export class PlanGroups {
  private readonly byPlan = new Map<string, { groupIds: readonly string[]; readAt: number }>();
  private readonly askedAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  note(planId: string, groupIds: readonly string[]): void {
    const readAt = this.clock.monotonic();
    this.byPlan.set(planId, { groupIds: [...groupIds].sort(), readAt });
    this.askedAt.set(planId, readAt);
  }

  /** They may be about to change: what was read is worth nothing, and it is read soon. */
  forget(planId: string): void {
    this.byPlan.delete(planId);
    this.askedAt.delete(planId);
  }

  /** null = not known, or not lately enough. */
  of(planId: string): readonly string[] | null {
    const known = this.byPlan.get(planId);
    return known !== undefined && this.clock.monotonic() - known.readAt < TOLD_MS ? known.groupIds : null;
  }

  /**
   * Asks for the groups of at most so many plans: those never asked for, then those asked for longest ago, whatever
   * came of it.
   * @param planIds all that there are
   * @param read null = it cannot be told at present
   */
  async learn(
    planIds: readonly string[],
    most: number,
    read: (planId: string) => Promise<readonly string[] | null>,
  ): Promise<void> {
    this.keepOnly(new Set(planIds));
    const now = this.clock.monotonic();
    const asked = (planId: string): number => this.askedAt.get(planId) ?? NEVER;
    const due = planIds
      .filter((planId) => now - asked(planId) >= AGAIN_MS)
      .sort((one, other) => asked(one) - asked(other))
      .slice(0, most);
    for (const planId of due) this.askedAt.set(planId, now);
    await Promise.all(
      due.map(async (planId) => {
        const groupIds = await read(planId);
        if (groupIds !== null) this.note(planId, groupIds);
      }),
    );
  }

  private keepOnly(planIds: ReadonlySet<string>): void {
    for (const planId of this.askedAt.keys()) if (!planIds.has(planId)) this.forget(planId);
  }
}
