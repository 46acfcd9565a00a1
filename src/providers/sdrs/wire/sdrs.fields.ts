/** Reading single fields out of answers that may lack them, or hold them as another type than documented. */

export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** Numbers arrive as strings too (a pair's size, section 3.5). */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function percentOf(value: unknown): number | null {
  const number = numberOf(value);
  return number === null ? null : Math.min(100, Math.max(0, Math.round(number)));
}

export function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** `null`, absent and `[]` all mean none. */
export function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * The four spellings of section 3.3 (a space or a T, one to six digits of a second, with or without a
 * zone) as RFC 3339 in UTC. A time without zone is taken for UTC. null = absent, or none of them.
 */
export function timeOf(value: unknown): string | null {
  const match = TIME.exec(typeof value === 'string' ? value.trim() : '');
  if (!match) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const epochMs = Date.parse(`${day}T${time}.${milliseconds}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(epochMs) ? null : new Date(epochMs).toISOString();
}
