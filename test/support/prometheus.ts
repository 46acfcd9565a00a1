/** One value of a scrape. */
export interface Scraped {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What `/metrics` offers, as Prometheus reads it. */
export class Scrape {
  /** Name of the measure → its type. */
  readonly types = new Map<string, string>();
  readonly values: Scraped[] = [];

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (typed !== undefined && type !== undefined) this.types.set(typed, type);
      const [, name, , inner = '', value] = /^([a-zA-Z_:]\w*)({(.*)})? (\S+)$/.exec(line) ?? [];
      if (name !== undefined) this.values.push({ name, labels: labelsOf(inner), value: Number(value) });
    }
  }

  /** The sum of what has at least these labels; null = there is nothing of it. */
  sum(name: string, labels: Record<string, string> = {}): number | null {
    const found = this.values.filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    );
    return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
  }
}

function labelsOf(inner: string): Record<string, string> {
  const pairs = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}
