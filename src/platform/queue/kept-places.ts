/** More than a first place only for those who take at most one part in so many of what is free. */
const PARTS = 4;

/**
 * Places for few, who may keep them for long: the more are taken, the fewer anybody gets beyond the first, so that whoever
 * comes next finds one. Several sites that hang do not take them all.
 */
export class KeptPlaces {
  private readonly taken = new Map<string, number>();
  private free: number;

  /** @param ofOne places that one may take at a time, however many are free */
  constructor(
    places: number,
    private readonly ofOne: number,
  ) {
    this.free = places;
  }

  hasOneFor(who: string): boolean {
    const has = this.taken.get(who) ?? 0;
    if (has === 0) return this.free > 0;
    return has < this.ofOne && has * PARTS < this.free;
  }

  /** For whom there is a place (`hasOneFor`), asked in the same tick. */
  async within<T>(who: string, work: () => Promise<T>): Promise<T> {
    this.take(who, 1);
    try {
      return await work();
    } finally {
      this.take(who, -1);
    }
  }

  private take(who: string, places: 1 | -1): void {
    const has = (this.taken.get(who) ?? 0) + places;
    if (has === 0) this.taken.delete(who);
    else this.taken.set(who, has);
    this.free -= places;
  }
}
