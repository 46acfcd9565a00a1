interface Readings<T> {
  /** Has begun: what comes of it may be older than who asks now. */
  begun: Promise<unknown> | null;
  /** Has not begun yet; whoever asks now shares it. */
  next: Promise<T> | null;
}

/**
 * One reading at a time for each key, however many ask for it: who asks while one is under way shares the next with
 * everybody else who does. So nobody is told what was read before they asked.
 */
export class Joined<K, T> {
  private readonly readings = new Map<K, Readings<T>>();

  /** Fails as the reading that it shared. */
  ask(key: K, read: () => Promise<T>): Promise<T> {
    const readings = this.readings.get(key) ?? { begun: null, next: null };
    this.readings.set(key, readings);
    readings.next ??= this.begin(key, readings, read);
    return readings.next;
  }

  private async begin(key: K, readings: Readings<T>, read: () => Promise<T>): Promise<T> {
    if (readings.begun) await readings.begun;
    // Whoever is answered in the same turn of the event loop asks together.
    else await new Promise(setImmediate);
    readings.next = null;
    const reading = read();
    const over = reading.then(
      () => undefined,
      () => undefined,
    );
    readings.begun = over;
    void over.then(() => {
      if (readings.begun !== over) return;
      readings.begun = null;
      if (readings.next === null) this.readings.delete(key);
    });
    return reading;
  }
}
