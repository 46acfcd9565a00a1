import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

/**
 * An entry of a YAML file as the class that says what it may hold. What is wrong becomes sentences that begin with the place;
 * a field that the class does not name is wrong.
 * @param path of the entry in its file; '' = the file itself
 */
export function checkedSettings<T extends object>(
  type: new () => T,
  entry: object,
  path: string,
  faults: string[],
): T {
  const settings = plainToInstance(type, entry, { enableImplicitConversion: false });
  const wrong = validateSync(settings, { whitelist: true, forbidNonWhitelisted: true });
  faults.push(...wrong.flatMap((error) => sentences(error, path)));
  return settings;
}

function sentences(error: ValidationError, path: string): string[] {
  const here = placeOf(error.property, path);
  const own = Object.entries(error.constraints ?? {}).map(([kind, text]) =>
    kind === 'whitelistValidation'
      ? `${here} is not known: remove it.`
      : `${here}: ${text.replace(/\.$/, '')}.`,
  );
  return [...new Set(own), ...(error.children ?? []).flatMap((child) => sentences(child, here))];
}

function placeOf(property: string, path: string): string {
  if (/^\d+$/.test(property)) return `${path}[${property}]`;
  return path === '' ? property : `${path}.${property}`;
}
