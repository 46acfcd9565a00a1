import { isDeepStrictEqual } from 'node:util';
import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { ProviderError } from '../../provider-error.js';
import { badAnswer } from './srm.errors.js';
import { gapFieldsOf, gapsOf, textOf, type WireMeta } from './srm.wire.js';

/** 100 is the default; the largest is not stated, and clients use 200 and 1000: a smaller cap only costs pages (3.1). */
export const PAGE_SIZE = 1000;
/** What is capped without being told so ends at a round number (the documented default among them). */
const ROUND = 100;

export interface WireList<T> {
  items: T[];
  /**
   * Sentences about what could not be filled (`_meta.errors`). Not empty = partial: what is absent from
   * such a list may exist all the same.
   */
  gaps: string[];
  /** The fields of items that the gaps are about; null = whole items may be missing. */
  gapFields: (string | null)[];
  /** The appliance's clock, from the `Date` header. */
  upstreamMs: number | null;
}

export interface WirePage<T> extends WireList<T> {
  received: number;
  total: number | null;
  /** null = not told. */
  limit: number | null;
  hasNext: boolean | null;
}

/** The field that tells the items of a list apart; null = there is none. */
export type IdField = string | null;

/** The page in a list answer. Survives a bare array, and 204 where a kind has no such list. */
export function pageOf<T extends object>(response: UpstreamResponse, idField: IdField): WirePage<T> {
  const upstreamMs = dateOf(response);
  if (response.status === 204) {
    const nothing = { items: [], gaps: [], gapFields: [], received: 0, total: 0 };
    return { ...nothing, upstreamMs, limit: null, hasNext: false };
  }
  const body = response.json as { list?: unknown; _meta?: WireMeta | null } | null | undefined;
  const list: unknown = Array.isArray(body) ? body : body?.list;
  if (!Array.isArray(list)) throw badAnswer(response, 'a list that is none');
  const meta = Array.isArray(body) ? null : body?._meta;
  const items = list.filter(
    (item): item is T =>
      typeof item === 'object' &&
      item !== null &&
      (idField === null || isId((item as Record<string, unknown>)[idField])),
  );
  if (idField !== null) refuseContradictions(response, items, idField);
  const nameless = list.length - items.length;
  const next = meta?.links?.next;
  return {
    items,
    gaps: [
      ...gapsOf(meta),
      ...(nameless > 0 ? [`${nameless} entries came without ${idField === null ? 'content' : 'an id'}`] : []),
    ],
    gapFields: [...gapFieldsOf(meta), ...(nameless > 0 ? [null] : [])],
    upstreamMs,
    received: list.length,
    total: typeof meta?.total === 'number' ? meta.total : null,
    limit: typeof meta?.limit === 'number' && meta.limit > 0 ? meta.limit : null,
    hasNext: next === undefined || meta?.links === undefined ? null : next !== null,
  };
}

/** What is said twice in one answer, and differently, is not known at all. */
function refuseContradictions(response: UpstreamResponse, items: readonly object[], idField: string): void {
  const seen = new Map<unknown, object>();
  for (const item of items) {
    const id = (item as Record<string, unknown>)[idField];
    const other = seen.get(id);
    if (other !== undefined && !isDeepStrictEqual(item, other))
      throw badAnswer(response, 'the same thing twice, and the two contradict each other');
    seen.set(id, item);
  }
}

/** Most ids are texts; a step's is a number (3.10). */
function isId(id: unknown): boolean {
  return textOf(id) !== null || Number.isInteger(id);
}

/** Whether every item is there with these fields, whatever else could not be filled. */
export function tellsAll({ gapFields }: WireList<unknown>, ...fields: string[]): boolean {
  return gapFields.every((field) => field !== null && field !== 'id' && !fields.includes(field));
}

/** The items of a list that may not be acted upon unless it is whole. @param what it is to tell, for a sentence */
export function whole<T>(list: WireList<T>, what: string): T[] {
  if (list.gaps.length === 0) return list.items;
  throw partialList(list, what);
}

export function partialList(list: WireList<unknown>, what: string): ProviderError {
  return new ProviderError('UNAVAILABLE', `SRM cannot tell at present ${what}: ${list.gaps.join('; ')}.`, {
    retry: 'TEMPORARY',
  });
}

/** An answer of 200 with parts that could not be filled (3.1). */
export function hasGaps(response: UpstreamResponse): boolean {
  const body = response.json as { _meta?: WireMeta | null } | null | undefined;
  return gapsOf(body?._meta).length > 0;
}

/** Where the next page begins; null = this was the last. The appliance may cap the limit that was asked. */
export function nextOffset(page: WirePage<unknown>, offset: number): number | null {
  const after = offset + page.received;
  if (page.received === 0) return null;
  if (page.total !== null) return after < page.total ? after : null;
  if (page.hasNext !== null) return page.hasNext ? after : null;
  if (page.limit !== null) return page.received < page.limit ? null : after;
  return page.received >= PAGE_SIZE || page.received % ROUND === 0 ? after : null;
}

function dateOf(response: UpstreamResponse): number | null {
  const ms = Date.parse(response.headers.date ?? '');
  return Number.isNaN(ms) ? null : ms;
}
