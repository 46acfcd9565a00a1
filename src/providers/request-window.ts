/** A window is counted in so many slots, whatever its length. */
export const SLOTS = 60;
/**
 * Beyond a window's own: the slot that has only begun, and one for the time that requests are under way. The window
 * slides, for nobody can see from here when the upstream's own begins.
 */
export const KEPT_SLOTS = SLOTS + 2;

/** How many requests were made of late: of constant size, however many they are. Times in milliseconds of any one clock. */
export class RequestWindow {
  private readonly counts = new Map<number, number>();
  private readonly slotMs: number;

  constructor(windowMs: number) {
    this.slotMs = windowMs / SLOTS;
  }

  used(now: number): number {
    this.forget(now);
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How long until so many more make `most` at the most; 0 = now. */
  waitMs(most: number, now: number, places = 1): number {
    let over = this.used(now) + places - most;
    if (over <= 0) return 0;
    for (const slot of [...this.counts.keys()].sort((a, b) => a - b)) {
      over -= this.counts.get(slot) ?? 0;
      if (over <= 0) return Math.max(1, Math.ceil((slot + KEPT_SLOTS) * this.slotMs - now));
    }
    return Math.ceil(KEPT_SLOTS * this.slotMs);
  }

  add(now: number, places = 1): void {
    const slot = this.slotAt(now);
    this.counts.set(slot, (this.counts.get(slot) ?? 0) + places);
  }

  /** So many of the places that were taken then are given back. */
  giveBack(takenAt: number, places = 1): void {
    const slot = this.slotAt(takenAt);
    const count = this.counts.get(slot) ?? 0;
    if (count > places) this.counts.set(slot, count - places);
    else this.counts.delete(slot);
  }

  private forget(now: number): void {
    const oldest = this.slotAt(now) - KEPT_SLOTS + 1;
    for (const slot of this.counts.keys()) if (slot < oldest) this.counts.delete(slot);
  }

  private slotAt(ms: number): number {
    return Math.floor(ms / this.slotMs);
  }
}
