/** It was given up, or not begun: what it would have asked does not answer. */
export class HangsError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('it does not answer');
    this.name = 'HangsError';
  }
}

/**
 * For work that may hang for ever and cannot be stopped, a read of a file server among it: each piece that hangs keeps a
 * thread of the process. So few are out at a time, one that takes longer than its limit is given up, and as long as it has
 * not ended after all, everything else is refused at once.
 */
export class TimedPlaces {
  private out = 0;
  private hanging = 0;
  private waiting: { begin: () => void; refuse: (error: Error) => void }[] = [];

  constructor(
    private readonly places: number,
    private readonly limitMs: number,
  ) {}

  /**
   * In the order of asking. Throws `HangsError`, or what the work throws.
   * @param limitMs of this piece of work alone, from when it begins
   */
  run<T>(work: () => Promise<T>, limitMs = this.limitMs): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.hanging > 0) {
        reject(new HangsError());
        return;
      }
      this.waiting.push({ begin: () => void this.one(work, limitMs).then(resolve, reject), refuse: reject });
      this.next();
    });
  }

  private next(): void {
    while (this.out < this.places && this.hanging === 0) {
      const first = this.waiting.shift();
      if (!first) return;
      this.out += 1;
      first.begin();
    }
  }

  private one<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        this.hanging += 1;
        reject(new HangsError());
        for (const { refuse } of this.waiting.splice(0)) refuse(new HangsError());
      }, limitMs);
      timer.unref();
      void work()
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          this.out -= 1;
          if (isLate) this.hanging -= 1;
          this.next();
        });
    });
  }
}
