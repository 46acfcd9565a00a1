/** What a value looks like on the wire: its fields, types and formats, without its content. */
export type Shape = string | Shape[] | { [field: string]: Shape };

const FORMATS: [string, RegExp][] = [
  ['time: spaced, 1 to 3 digits', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,3}$/],
  ['time: microseconds, no zone', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/],
  ['time: microseconds, Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/],
  ['time: milliseconds, Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['time: seconds, Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['time: minutes', /^\d{4}-\d\d-\d\d \d\d:\d\d$/],
  ['two ids, comma between', /^[0-9a-f-]{36},[0-9a-f-]{36}$/],
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
  ['moref', /^[A-Za-z]+:[^:/]+:[0-9a-f-]{36}$/],
  ['32 hex digits', /^[0-9a-f]{32}$/],
  ['device', /^\/dev\/[a-z]+$/],
  ['address', /^https?:\/\//],
  ['digit', /^\d$/],
  ['WORD', /^[A-Z][A-Z_0-9]+$/],
];

/** Lists are told by their first item: all of them look alike. */
export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
  if (typeof value === 'number') return value > 1e12 ? 'milliseconds' : 'number';
  if (typeof value !== 'string') return typeof value;
  return FORMATS.find(([, format]) => format.test(value))?.[0] ?? 'text';
}
