import { LARGEST_PAGE, type PageQueryDto } from '../dto/queries.dto.js';
import { makePageToken, readPageToken } from '../http/page-token.js';

export interface Page<T> {
  items: T[];
  nextPageToken?: string;
}

/** One page of what is all at hand, in the order of the ids. The token is bound to `filters`. */
export function presentPage<T extends { id: string }>(
  all: readonly T[],
  { pageSize, pageToken }: PageQueryDto,
  filters: object,
): Page<T> {
  const after = pageToken === undefined ? '' : readPageToken(pageToken, filters, isPlace).after;
  const rest = [...all].sort((a, b) => (a.id < b.id ? -1 : 1)).filter((item) => item.id > after);
  const items = rest.slice(0, Math.min(pageSize, LARGEST_PAGE));
  const last = items.at(-1);
  const more = last !== undefined && rest.length > items.length;
  return { items, ...(more ? { nextPageToken: makePageToken({ after: last.id }, filters) } : {}) };
}

/** One page of what is all at hand, in the order it has. The token is bound to `filters`. */
export function presentOrdered<T>(
  all: readonly T[],
  { pageSize, pageToken }: PageQueryDto,
  filters: object,
): Page<T> {
  const { from } = pageToken === undefined ? { from: 0 } : readPageToken(pageToken, filters, isStart);
  const until = from + Math.min(pageSize, LARGEST_PAGE);
  const items = all.slice(from, until);
  return { items, ...(until < all.length ? { nextPageToken: makePageToken({ from: until }, filters) } : {}) };
}

function isStart(place: unknown): place is { from: number } {
  const from = (place as { from?: unknown } | null | undefined)?.from;
  return Number.isSafeInteger(from) && (from as number) >= 0;
}

function isPlace(place: unknown): place is { after: string } {
  return typeof (place as { after?: unknown } | null | undefined)?.after === 'string';
}
