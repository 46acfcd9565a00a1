import type { Reading } from '../../inventory/inventory.service.js';

/** What a list can be ordered by; the words of `orderBy`. */
export const INVENTORY_ORDERS = [
  'name asc',
  'name desc',
  'state asc',
  'state desc',
  'siteId asc',
  'siteId desc',
  'stateSinceTime asc',
  'stateSinceTime desc',
] as const;
export type InventoryOrder = (typeof INVENTORY_ORDERS)[number];

export interface Sortable {
  id: string;
  siteId: string;
  name: string;
  state: string;
  stateSinceTime: string;
}

/** Where something stands in an order: by its value, and by its id among equals. */
export interface Place {
  v: string;
  id: string;
}

/** Everything of several sites in one order. */
export interface Sorted<T> {
  places: readonly Place[];
  items: readonly T[];
  descending: boolean;
}

type Field = 'name' | 'state' | 'siteId' | 'stateSinceTime';

/** Names that agree so far are in the order of their ids: a place must fit into a page token. */
const LONGEST_VALUE = 100;
const MOST_KEPT = 64;

interface Kept {
  of: readonly unknown[];
  sorted: Sorted<Sortable>;
}

/** Sorts once per order for as long as nothing has changed at any of the sites. */
export class SortedLists {
  private readonly kept = new Map<string, Kept>();

  /** Without an order: by id. `kind` names the list. */
  of<T extends Sortable>(
    kind: string,
    readings: readonly Reading<T[]>[],
    orderBy: InventoryOrder | undefined,
  ): Sorted<T> {
    const key = [kind, orderBy ?? '', ...readings.map(({ source }) => source.siteId)].join(' ');
    const of = readings.map(({ value }) => value);
    const known = this.kept.get(key);
    if (known && known.of.every((value, i) => value === of[i])) return known.sorted as Sorted<T>;
    const sorted = sort(
      of.flatMap((value) => value ?? []),
      orderBy,
    );
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    this.kept.set(key, { of, sorted });
    return sorted;
  }
}

function sort<T extends Sortable>(all: readonly T[], orderBy: InventoryOrder | undefined): Sorted<T> {
  const [field, direction] = (orderBy?.split(' ') ?? []) as [Field?, string?];
  const placed = all.map((item) => ({
    item,
    place: { v: field ? item[field].toLowerCase().slice(0, LONGEST_VALUE) : '', id: item.id },
  }));
  const descending = direction === 'desc';
  placed.sort((a, b) => (descending ? -1 : 1) * compare(a.place, b.place));
  return { items: placed.map(({ item }) => item), places: placed.map(({ place }) => place), descending };
}

function compare(a: Place, b: Place): number {
  if (a.v !== b.v) return a.v < b.v ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** The index of the first that comes after the place, also where what stood there is gone. */
export function indexAfter({ places, descending }: Sorted<unknown>, place: Place): number {
  const sign = descending ? -1 : 1;
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = places[middle];
    if (there && sign * compare(there, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
