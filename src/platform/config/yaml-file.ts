import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigurationError, type Variables } from './environment.js';

/** What a file is called, and the variable that names it. */
export interface NamedFile {
  title: string;
  variable: string;
}

const SITES: NamedFile = { title: 'sites file', variable: 'SITES_FILE' };

/**
 * Reads a YAML file. In every text, `${NAME}` becomes the variable's value; a field `somethingFile` whose
 * sibling `something` is absent becomes `something` with that file's content (for mounted secrets).
 */
export function readYamlFile(
  path: string,
  variables: Variables,
  { title, variable }: NamedFile = SITES,
): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigurationError([
      `${path} cannot be read: write the ${title} there, or set ${variable} to its path.`,
    ]);
  }
  let document: unknown;
  try {
    document = parse(text) as unknown;
  } catch (error) {
    const line = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new ConfigurationError([`${path} is not YAML: ${line}`]);
  }
  const faults: string[] = [];
  const filled = fill(document, '', { variables, folder: dirname(resolve(path)), faults });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return filled;
}

interface Filling {
  variables: Variables;
  folder: string;
  faults: string[];
}

/** Names that end in File but are files, not secrets kept in one. */
const FILES_BY_NATURE = new Set(['caFile']);

function fill(value: unknown, path: string, filling: Filling): unknown {
  if (typeof value === 'string') return fillText(value, path, filling);
  if (Array.isArray(value)) return value.map((item, i) => fill(item, `${path}[${i}]`, filling));
  if (value === null || typeof value !== 'object') return value;
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (name.endsWith('File') && !FILES_BY_NATURE.has(name) && typeof item === 'string') {
      const secret = name.slice(0, -'File'.length);
      if (secret in value) {
        filling.faults.push(`${here} and ${secret} are both given: write one of them.`);
      }
      result[secret] = secretFrom(item, here, filling);
    } else {
      result[name] =
        FILES_BY_NATURE.has(name) && typeof item === 'string'
          ? readableFile(item, here, filling)
          : fill(item, here, filling);
    }
  }
  return result;
}

function fillText(text: string, path: string, filling: Filling): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
    const value = filling.variables[name];
    if (value === undefined) {
      filling.faults.push(`${path} needs the environment variable ${name}, which is not set: set it.`);
      return '';
    }
    return value;
  });
}

/** The path, from the YAML file's own folder, of a file that is there. */
function readableFile(file: string, path: string, filling: Filling): string {
  const resolved = resolve(filling.folder, fillText(file, path, filling));
  try {
    accessSync(resolved, constants.R_OK);
  } catch {
    filling.faults.push(`${path} names the file ${file}, which cannot be read: put it there.`);
  }
  return resolved;
}

function secretFrom(file: string, path: string, filling: Filling): string {
  try {
    return readFileSync(resolve(filling.folder, file), 'utf8').trimEnd();
  } catch {
    filling.faults.push(`${path} names the file ${file}, which cannot be read: write the secret there.`);
    return '';
  }
}
