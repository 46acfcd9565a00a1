interface Due {
  at: number;
  seq: number;
  run: () => void;
}

/** Some instant; all times of a run count from it. */
export const BEGINNING = Date.UTC(2030, 0, 2, 3, 4, 5);

/**
 * Virtual time: what is due happens in order, and between two things that wake the product everything it goes on to do
 * without waiting for the outside is let happen. A day costs what happens in it.
 */
export class Timeline {
  now = BEGINNING;
  happened = 0;
  private stirred = false;
  private seq = 0;
  private readonly heap: Due[] = [];

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  at(time: number, run: () => void): void {
    this.seq += 1;
    this.push({ at: Math.max(time, this.now), seq: this.seq, run });
  }

  /** Said by whoever lets asynchronous code go on. */
  stir(): void {
    this.stirred = true;
  }

  /** Resolves when nothing is due any more, it is over, or the limit is reached. */
  run(isOver: () => boolean, until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        try {
          for (;;) {
            const due = this.heap[0];
            if (!due || due.at > until || isOver()) return resolve();
            this.pop();
            this.now = due.at;
            this.happened += 1;
            due.run();
            if (this.stirred) break;
          }
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)));
        }
        this.stirred = false;
        // Every microtask runs before an immediate does.
        setImmediate(go);
      };
      // What was begun before the first event.
      setImmediate(go);
    });
  }

  private push(due: Due): void {
    const { heap } = this;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (!above || isSooner(above, due)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = due;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const right = heap[child + 1];
      let below = heap[child];
      if (!below) break;
      if (right && isSooner(right, below)) {
        below = right;
        child += 1;
      }
      if (isSooner(last, below)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
  }
}

function isSooner(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.seq < other.seq);
}
