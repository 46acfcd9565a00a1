import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { badAnswer } from './sdrs.errors.js';

/** One list, gathered page by page: an answer that cannot be true as a whole is a bad answer. */
export class GatheredList<T> {
  /** As read, by name. */
  private readonly found = new Map<string, { item: T; text: string }>();
  /** The most that any page said there is, of those that spoke of more than they showed. */
  private counted = 0;
  private previous = '';

  constructor(
    private readonly field: string,
    private readonly key: (item: T) => string | null,
  ) {}

  get items(): T[] {
    return [...this.found.values()].map(({ item }) => item);
  }

  /**
   * @param count of the page here, of all there (section 3): what is above the page's length is of all
   * @returns whether it is the page before once more: the server ignores the offset
   */
  take(items: readonly T[], count: number | null, response: UpstreamResponse): boolean {
    if (count !== null && count < items.length)
      throw badAnswer(response, `"${this.field}" counts ${count} and shows ${items.length}`);
    if (count !== null && count > items.length) this.counted = Math.max(this.counted, count);
    const page = JSON.stringify(items.map((item) => this.keep(item, response)));
    const again = items.length > 0 && page === this.previous;
    this.previous = page;
    return again;
  }

  /** Half a list looks like a whole one, but for its count. */
  mustBeWhole(response: UpstreamResponse): void {
    if (this.counted > this.found.size)
      throw badAnswer(response, `"${this.field}" counts ${this.counted} and shows ${this.found.size}`);
  }

  /** What comes twice must be the same: of two tales nobody knows the true one. */
  private keep(item: T, response: UpstreamResponse): string {
    const name = this.key(item);
    if (name === null) throw badAnswer(response, `an entry of "${this.field}" has no id`);
    const text = JSON.stringify(item);
    const known = this.found.get(name);
    if (known && known.text !== text)
      throw badAnswer(response, `"${this.field}" tells of ${name} in two ways`);
    this.found.set(name, { item, text });
    return name;
  }
}
