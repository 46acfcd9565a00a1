/** Settings with changes applied: an object of settings takes the fields given, a list is replaced whole. */
export function withSettings<Settings extends object>(
  settings: Settings,
  change?: Partial<Settings>,
): Settings {
  const merged = { ...settings } as Record<string, unknown>;
  for (const [name, value] of Object.entries(change ?? {})) {
    const old = merged[name];
    merged[name] = isObject(old) && isObject(value) ? { ...old, ...value } : value;
  }
  return merged as Settings;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
