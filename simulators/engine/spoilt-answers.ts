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
    case 'half-page':
      return JSON.stringify(withItems(body, (items) => items.slice(0, Math.floor(items.length / 2))));
    case 'lying-count':
      return JSON.stringify(withCount(body));
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

/** Both services count: one beside its list, the other in what it says about the list. */
function withCount(body: Fields): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (name === '_meta' && isFields(value)) return [name, withCount(value)];
      return [name, /^(total_)?count$|^total$/.test(name) ? 2 * Number(value) + 1 : value];
    }),
  );
}
