import type { Clock } from '../../../platform/clock.js';

const MAX_AGE_MS = 300_000;

/** Which groups a plan holds: a list of plans does not tell, and asking for each would cost the budget. */
export class PlanGroups {
  private readonly byPlan = new Map<string, { groupIds: readonly string[]; readAt: number }>();

  constructor(private readonly clock: Clock) {}

  note(planId: string, groupIds: readonly string[]): void {
    this.byPlan.set(planId, { groupIds, readAt: this.clock.monotonic() });
  }

  /** null = not known, or not lately enough. */
  of(planId: string): readonly string[] | null {
    const known = this.byPlan.get(planId);
    return known !== undefined && this.clock.monotonic() - known.readAt < MAX_AGE_MS ? known.groupIds : null;
  }
}
