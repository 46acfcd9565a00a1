import fc from 'fast-check';
import { resolved, type OpenApiDocument, type Schema } from './document.js';
import { hostileName, hostileValue, planted } from './hostile.js';

const LONGEST = 40;
const MOST_ITEMS = 4;
const DEEPEST = 6;

/** Addresses that lead nowhere, so that nothing that is made of them is ever sent out. */
const NOWHERE = [
  'https://hooks.invalid/a',
  'https://hooks.invalid:8443/b?c=d',
  'http://127.0.0.1:9/',
  'https://[::1]/',
];

/** Values that the schema takes. */
export function validValue(schema: Schema, document: OpenApiDocument, depth = 0): fc.Arbitrary<unknown> {
  const known = resolved(schema, document);
  if (known.enum) return fc.constantFrom(...known.enum);
  if (known.const !== undefined) return fc.constant(known.const);
  const parts = known.allOf ?? known.anyOf ?? known.oneOf;
  if (parts) return fc.oneof(...parts.map((part) => validValue(part, document, depth)));
  const types = [known.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => ofType(type, known, document, depth)));
}

function ofType(
  type: string,
  schema: Schema,
  document: OpenApiDocument,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? (schema.minimum ?? 0) + 1_000 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -5, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(
        depth > DEEPEST ? fc.constant(null) : validValue(schema.items ?? {}, document, depth + 1),
        {
          minLength: schema.minItems ?? 0,
          maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS)),
        },
      );
    default:
      return depth > DEEPEST ? fc.constant({}) : objectOf(schema, document, depth);
  }
}

function textOf({
  format,
  pattern,
  minLength = 0,
  maxLength = LONGEST,
  example,
}: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (format === 'uri' || format === 'url') return fc.constantFrom(...NOWHERE);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
  const any = fc.string({
    unit: 'grapheme',
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, LONGEST)),
  });
  return typeof example === 'string'
    ? fc.oneof({ weight: 2, arbitrary: fc.constant(example) }, { weight: 1, arbitrary: any })
    : any;
}

function objectOf(schema: Schema, document: OpenApiDocument, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, validValue(field, document, depth + 1)] as const,
  );
  return fc.record(Object.fromEntries(fields), {
    requiredKeys: schema.required ?? [],
    noNullPrototype: true,
  });
}

/** The same with one thing wrong: a field is missing, or another one, or of another kind. */
export function nearlyValid(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('drop' as const) }),
    fc.record({ kind: fc.constant('put' as const), value: hostileValue }),
    fc.record({ kind: fc.constant('add' as const), name: hostileName, value: hostileValue }),
    fc.record({ kind: fc.constant('repeat' as const), times: fc.constantFrom(2, 51, 201, 1_001) }),
  );
  return fc.tuple(valid, fc.nat(), change).map(([value, place, how]) => {
    const copy = withOwnFields(value);
    const places = placesIn(copy);
    const chosen = places[place % Math.max(1, places.length)];
    if (how.kind === 'add') {
      const into = chosen && isObject(chosen.holder[chosen.name]) ? chosen.holder[chosen.name] : copy;
      if (isObject(into)) planted(how.name, how.value, into);
    } else if (chosen) {
      if (how.kind === 'drop') delete chosen.holder[chosen.name];
      else if (how.kind === 'put') chosen.holder[chosen.name] = how.value;
      else chosen.holder[chosen.name] = Array.from({ length: how.times }, () => chosen.holder[chosen.name]);
    }
    return copy;
  });
}

interface Place {
  holder: Record<string, unknown>;
  name: string;
}

function placesIn(value: unknown): Place[] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((name) => [{ holder: value, name }, ...placesIn(value[name])]);
}

function withOwnFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOwnFields);
  if (!isObject(value)) return value;
  const copy = {};
  for (const [name, field] of Object.entries(value)) planted(name, withOwnFields(field), copy);
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
