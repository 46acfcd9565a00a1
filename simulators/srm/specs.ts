import { badRequest } from './errors.js';

/** Reads one value of a request body, or refuses it with 400. */
export type Check<T> = (value: unknown, at: string) => T;
type Checked<C> = C extends Check<infer T> ? T : never;

function refuse(at: string, wanted: string): never {
  throw badRequest(`${at || 'The request body'} must be ${wanted}.`);
}

export const text =
  (longest = 4096): Check<string> =>
  (value, at) => {
    if (typeof value !== 'string' || value === '' || value.length > longest) {
      return refuse(at, `a text of 1 to ${longest} characters`);
    }
    return value;
  };

/** A description: may be empty. */
export const note: Check<string> = (value, at) =>
  typeof value === 'string' && value.length <= 4096 ? value : refuse(at, 'a text of at most 4096 characters');

export const flag: Check<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'true or false');

export const whole =
  (low: number, high = 2_147_483_647): Check<number> =>
  (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
      return refuse(at, `a whole number from ${low} to ${high}`);
    }
    return value;
  };

export const oneOf =
  <Word extends string>(...words: readonly Word[]): Check<Word> =>
  (value, at) =>
    words.find((word) => word === value) ?? refuse(at, `one of ${words.join(', ')}`);

export const listOf =
  <T>(item: Check<T>): Check<T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((each, index) => item(each, `${at}[${index}]`)) : refuse(at, 'a list');

/** Absent and null are the same: generated clients send either. */
export const optional =
  <T>(check: Check<T>): Check<T | null> =>
  (value, at) =>
    value === undefined || value === null ? null : check(value, at);

export const anything: Check<unknown> = (value) => value;

export const spec =
  <Shape extends Record<string, Check<unknown>>>(shape: Shape) =>
  (value: unknown, at = ''): { [Name in keyof Shape]: Checked<Shape[Name]> } => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(at, 'an object');
    const given = value as Record<string, unknown>;
    const read = Object.entries(shape).map(([name, check]) => [
      name,
      check(given[name], at ? `${at}.${name}` : name),
    ]);
    return Object.fromEntries(read) as { [Name in keyof Shape]: Checked<Shape[Name]> };
  };
