import type { Strike } from './faults.js';

const HUGE = 10 * 1024 * 1024;

type Fields = Record<string, unknown>;

/** A true JSON answer, spoilt in the way the fault says. What is no JSON object stays as it is. */
export function spoilt(answer: string, fault: Strike): string {
  const body = parsed(answer);
  if (!body) return answer;
  switch (fault.kind) {
    case 'words':
      return JSON.stringify(withWord(body, fault.field ?? 'status', fault.word ?? 'ASTONISHED'));
    case 'duplicate':
      return JSON.stringify(withItems(body, (items) => [...items, ...items.slice(0, 1)]));
    case 'contradict':
      return JSON.stringify(withItems(body, contradicted));
    case 'empty-list':
      return JSON.stringify(withTrueCount(withItems(body, () => [])));
    case 'short-list':
      return JSON.stringify(withTrueCount(withItems(body, firstHalf)));
    case 'gaps':
      return JSON.stringify(withGapsTold(withItems(body, (items) => items.map(emptied))));
    case 'no-ids':
      return JSON.stringify(withItems(body, (items) => items.map(nameless)));
    case 'half-page':
      return JSON.stringify(withItems(body, firstHalf));
    case 'lying-count':
      return JSON.stringify(withCount(body, (count) => 2 * count + 1));
    case 'huge': {
      const room = (fault.bytes ?? HUGE) - Buffer.byteLength(answer) - ',"padding":""'.length;
      return JSON.stringify({ ...body, padding: 'x'.repeat(Math.max(0, room)) });
    }
    default:
      return answer;
  }
}

function parsed(answer: string): Fields | null {
  try {
    const body: unknown = JSON.parse(answer);
    return isFields(body) ? body : null;
  } catch {
    return null;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function withWord(value: unknown, field: string, word: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withWord(each, field, word));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === field && typeof inner === 'string' ? word : withWord(inner, field, word),
    ]),
  );
}

/** A list answer has its items in the one list at its top. */
function withItems(body: Fields, change: (items: unknown[]) => unknown[]): Fields {
  const [name, items] = Object.entries(body).find(([, value]) => Array.isArray(value)) ?? [];
  return name === undefined ? body : { ...body, [name]: change(items as unknown[]) };
}

const firstHalf = (items: unknown[]): unknown[] => items.slice(0, Math.floor(items.length / 2));

/** The first item once more, as if it had been read at another time. */
function contradicted(items: unknown[]): unknown[] {
  const [first] = items;
  if (!isFields(first)) return items;
  const other = items.find((item) => isFields(item) && item.status !== first.status);
  const status = isFields(other) ? other.status : 'ASTONISHED';
  return [...items, { ...first, name: `${String(first.name)}-renamed`, status }];
}

function emptied(item: unknown): unknown {
  if (!isFields(item)) return item;
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, name === 'id' ? value : null]),
  );
}

function nameless(item: unknown): unknown {
  if (!isFields(item)) return item;
  const { id: _left, ...rest } = item;
  return rest;
}

/** Both services count: one beside its list, the other in what it says about the list. */
function withCount(body: Fields, change: (count: number) => number): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (name === '_meta' && isFields(value)) return [name, withCount(value, change)];
      return [name, /^(total_)?count$|^total$/.test(name) ? change(Number(value)) : value];
    }),
  );
}

/** What is left counts as all there is, and nothing comes after it. */
function withTrueCount(body: Fields): Fields {
  const items = Object.values(body).find(Array.isArray) ?? [];
  const counted = withCount(body, () => items.length);
  const { _meta: about } = counted;
  if (!isFields(about) || !isFields(about.links)) return counted;
  return { ...counted, _meta: { ...about, links: { ...about.links, next: null } } };
}

/** A service that tells of gaps at all tells of these. */
function withGapsTold(body: Fields): Fields {
  const { _meta: about } = body;
  if (!isFields(about)) return body;
  const error = { code: 'NotAuthenticated', message: 'The session has ended.', field: '$.list' };
  return { ...body, _meta: { ...about, errors: [error] } };
}
