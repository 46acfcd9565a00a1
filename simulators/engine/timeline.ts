/** Something that will happen at an instant; data, so that a world with work in flight can be saved. */
export interface TimelineEvent {
  at: number;
  order: number;
  kind: string;
  payload: Record<string, unknown>;
}

/** What is still to come, soonest first; of two at one instant the one that was planned first. */
export class Timeline {
  private order = 0;
  private events: TimelineEvent[] = [];

  plan(at: number, kind: string, payload: Record<string, unknown>): void {
    const event = { at, order: ++this.order, kind, payload };
    this.events.splice(this.placeOf(at), 0, event);
  }

  list(): readonly TimelineEvent[] {
    return this.events;
  }

  /** Takes the next event that is due at this instant, if any. */
  takeDue(now: number): TimelineEvent | null {
    const [next] = this.events;
    if (!next || next.at > now) return null;
    this.events.shift();
    return next;
  }

  drop(matches: (event: TimelineEvent) => boolean): void {
    this.events = this.events.filter((event) => !matches(event));
  }

  restore(events: readonly TimelineEvent[]): void {
    this.events = [...events].sort((a, b) => a.at - b.at || a.order - b.order);
    this.order = Math.max(0, ...events.map(({ order }) => order));
  }

  /** Behind every event that comes before this instant or at it. */
  private placeOf(at: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
