/**
 * The object that a part of a token is; null if it is none, or if it says one thing twice: of two readers, one would believe
 * the first and one the last.
 */
export function jsonObjectIn(text: string): Record<string, unknown> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isObject(value) && namesWritten(text) === namesKept(value) ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In JSON, a text is a name if a colon follows. */
function namesWritten(json: string): number {
  return [...json.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)].filter(([, colon]) => colon === ':').length;
}

/** Without recursion: it may be nested as deeply as it is long. */
function namesKept(value: object): number {
  let names = 0;
  const rest: object[] = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (!Array.isArray(next)) names += Object.keys(next).length;
    for (const inner of Object.values(next) as unknown[])
      if (typeof inner === 'object' && inner !== null) rest.push(inner);
  }
  return names;
}
