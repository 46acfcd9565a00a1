/** A control request that makes no sense: 400, and the field that is to blame. */
export class ControlRefusal extends Error {
  readonly statusCode: number = 400;

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** What a control names does not exist: 404. */
export class NothingThere extends ControlRefusal {
  override readonly statusCode = 404;
}

/** Reads one value of a control request, or refuses it by the field's name. */
export type Check<T> = (value: unknown, field: string) => T;

type Checks = Record<string, Check<unknown>>;
type Read<Shape extends Checks> = { [Name in keyof Shape]?: Shape[Name] extends Check<infer T> ? T : never };

function refuse(field: string, wanted: string): never {
  throw new ControlRefusal(field, `${field} must be ${wanted}.`);
}

export const anything: Check<unknown> = (value) => value;

export const text: Check<string> = (value, field) =>
  typeof value === 'string' ? value : refuse(field, 'a text');

export const flag: Check<boolean> = (value, field) =>
  typeof value === 'boolean' ? value : refuse(field, 'true or false');

export const number =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value, field) =>
    typeof value === 'number' && value >= least && value <= most
      ? value
      : refuse(field, `a number from ${least} to ${most}`);

export const whole =
  (least = 0): Check<number> =>
  (value, field) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? value
      : refuse(field, `a whole number of ${least} or more`);

export const oneOf =
  <Word extends string | number>(...words: readonly Word[]): Check<Word> =>
  (value, field) =>
    words.find((word) => word === value) ?? refuse(field, `one of ${words.join(', ')}`);

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, field) =>
    value === null ? null : check(value, field);

export const list =
  <T>(check: Check<T>): Check<T[]> =>
  (value, field) =>
    Array.isArray(value)
      ? value.map((each, index) => check(each, `${field}[${index}]`))
      : refuse(field, 'a list');

export const pattern: Check<string> = (value, field) => {
  try {
    new RegExp(text(value, field));
  } catch {
    refuse(field, 'a regular expression');
  }
  return value as string;
};

export const object: Check<Record<string, unknown>> = (value, field) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(field, 'an object');

/** An object of which any field may be absent, and none may be unknown. */
export const fields =
  <Shape extends Checks>(shape: Shape): Check<Read<Shape>> =>
  (value, field) => {
    const at = (name: string) => (field === '' ? name : `${field}.${name}`);
    const given = Object.entries(object(value ?? {}, field || 'the body'));
    for (const [name] of given) {
      if (!Object.hasOwn(shape, name))
        throw new ControlRefusal(
          at(name),
          `There is no ${at(name)}; known: ${Object.keys(shape).join(', ') || 'nothing'}.`,
        );
    }
    return Object.fromEntries(
      given.map(([name, inner]) => [name, shape[name]?.(inner, at(name))]),
    ) as Read<Shape>;
  };

/** A body's fields; an absent body is an empty one. */
export const readBody = <Shape extends Checks>(body: unknown, shape: Shape): Read<Shape> =>
  fields(shape)(body, '');

/** The value, if it is there: what a control cannot do without. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new ControlRefusal(field, `${field} is missing.`);
  return value;
}

export function found<T>(value: T | undefined, field: string, what: string): T {
  if (value === undefined) throw new NothingThere(field, `There is no such ${what}.`);
  return value;
}
