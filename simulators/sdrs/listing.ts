import { Refusal } from './errors.js';
import { idOf } from './validation.js';
import type { Resource, Sdrs } from './world.js';

/** Query parameters as they come; unknown ones are ignored (quirk 4). */
export type Query = Record<string, string | undefined>;

const MOST_IDS = 30;

/** Orders, pages and counts one list (3, common rules). */
export function listOf<T extends Resource>(
  sim: Sdrs,
  key: string,
  query: Query,
  matching: readonly T[],
  view: (item: T) => object,
): object {
  const ordered = inOrder(sim, matching);
  const page = paged(sim, query, ordered).map(view);
  return { [key]: page, count: countOf(sim, matching, page) };
}

export function countOf(sim: Sdrs, matching: readonly unknown[], page: readonly unknown[]): number {
  return sim.settings.countMode === 'page' ? page.length : matching.length;
}

/** `offset` is an index of items, not of pages. */
export function paged<T>(sim: Sdrs, query: Query, items: readonly T[]): T[] {
  const { strictLimit } = sim.settings;
  const limit = wholeNumber(query.limit, 1000, '0221');
  if (limit < (strictLimit ? 1 : 0) || limit > (strictLimit && query.limit ? 999 : 1000))
    throw new Refusal('0221');
  const offset = wholeNumber(query.offset, 0, '0222');
  return items.slice(offset, offset + limit);
}

function inOrder<T extends Resource>(sim: Sdrs, items: readonly T[]): T[] {
  const oldestFirst = [...items].sort((a, b) => a.created_at - b.created_at);
  switch (sim.settings.listOrder) {
    case 'created-asc':
      return oldestFirst;
    case 'created-desc':
      return oldestFirst.reverse();
    case 'unstable':
      return oldestFirst
        .map((item) => ({ item, weight: sim.random.next() }))
        .sort((a, b) => a.weight - b.weight)
        .map(({ item }) => item);
  }
}

function wholeNumber(text: string | undefined, absent: number, code: string): number {
  if (text === undefined || text === '') return absent;
  if (!/^\d+$/.test(text)) throw new Refusal(code);
  return Number(text);
}

/** A `…_ids` filter: one JSON array in a string, with single or double quotes, of at most 30 ids. */
export function idsFilter(text: string | undefined): string[] | null {
  if (text === undefined || text === '') return null;
  if (typeof text !== 'string') throw new Refusal('0201');
  let ids: unknown;
  try {
    ids = JSON.parse(text.replaceAll("'", '"'));
  } catch {
    throw new Refusal('0201');
  }
  if (!Array.isArray(ids)) throw new Refusal('0201');
  if (ids.length > MOST_IDS) throw new Refusal('0226');
  return ids.map(String);
}

export function idFilter(text: string | undefined, code: string): string | null {
  return text === undefined || text === '' ? null : idOf(text, code);
}

/** `name` is a substring search. */
export function nameMatches(query: Query, name: string): boolean {
  return !query.name || name.includes(query.name);
}

/** An exact match, among the words the resource knows. */
export function statusFilter(query: Query, known: readonly string[], code: string): string | null {
  if (!query.status) return null;
  if (!known.includes(query.status)) throw new Refusal(code);
  return query.status;
}

/** `query_type` of instances and pairs, and of groups beside their own two words. */
export function isAbnormal(status: string): boolean {
  return /^(error|fault$|invalid$)/.test(status);
}

export function queryType(query: Query, allowed: readonly string[]): string {
  const type = query.query_type || 'general';
  if (type !== 'general' && !allowed.includes(type)) throw new Refusal('0201');
  return type;
}
