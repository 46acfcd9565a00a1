import { badRequest } from './errors.js';

export interface ListQuery {
  filter_property?: string;
  filter?: string | string[];
  sort_by?: string;
  order_by?: string;
  limit?: string;
  offset?: string;
}

export interface PageSizes {
  defaultPageSize: number;
  largestPageSize: number;
}

export interface MetaError {
  code: string;
  message: string;
  field: string;
}

export interface Page {
  items: object[];
  total: number;
  limit: number;
  offset: number;
}

/** The six list parameters of srm reference 3.1. */
export function selectPage(all: object[], query: ListQuery, sizes: PageSizes): Page {
  const sorted = sortItems(filterItems(all, query), query);
  if (query.offset !== undefined && query.limit === undefined) {
    throw badRequest('offset must be used in combination with limit.');
  }
  const offset = digits('offset', query.offset, 0, 0);
  const limit = Math.min(digits('limit', query.limit, sizes.defaultPageSize, 1), sizes.largestPageSize);
  return { items: sorted.slice(offset, offset + limit), total: sorted.length, limit, offset };
}

/** `next` and `previous` are present and null at the ends: clients read them without asking (3.1). */
export function envelope(page: Page, self: URL, errors: MetaError[] = []): object {
  const { items, total, limit, offset } = page;
  const at = (start: number): { href: string } => {
    const url = new URL(self);
    url.searchParams.set('limit', String(limit));
    url.searchParams.set('offset', String(start));
    return { href: url.href };
  };
  return {
    list: items,
    _meta: {
      errors,
      total,
      offset,
      limit,
      links: {
        self: { href: self.href },
        next: offset + items.length < total ? at(offset + limit) : null,
        previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
      },
    },
  };
}

function filterItems(all: object[], { filter_property: property, filter }: ListQuery): object[] {
  if (property === undefined && filter === undefined) return all;
  if (property === undefined || filter === undefined) {
    throw badRequest('filter_property and filter must be used together.');
  }
  const wanted = [filter].flat();
  return all.filter((item) => wanted.includes(asText(valueAt(item, property))));
}

function sortItems(items: object[], { sort_by: property, order_by: order }: ListQuery): object[] {
  if (order !== undefined && property === undefined) throw badRequest('order_by needs sort_by.');
  if (order !== undefined && !/^(asc|desc)(ending)?$/i.test(order)) {
    throw badRequest('order_by must be asc, ascending, desc or descending.');
  }
  if (property === undefined) return items;
  const sign = order?.toLowerCase().startsWith('desc') ? -1 : 1;
  return [...items].sort((one, other) => sign * compare(valueAt(one, property), valueAt(other, property)));
}

/** Names are compared without case (clients send both); dots lead into nested objects. */
function valueAt(item: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => {
    if (typeof at !== 'object' || at === null) return undefined;
    return Object.entries(at).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] as unknown;
  }, item);
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return asText(one).localeCompare(asText(other));
}

function digits(name: string, value: string | undefined, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value) || Number(value) < least) {
    throw badRequest(`${name} must be a number of ${least} or more, in digits.`);
  }
  return Number(value);
}
