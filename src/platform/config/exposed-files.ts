import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { SECRET_NAMES } from '../secret-names.js';

const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;

const SECRETS: ReadonlySet<string> = new Set(SECRET_NAMES);
/** A variable stands there, and not the secret itself. */
const NAMES_A_VARIABLE = /\$\{\w+\}/;

interface NamedFile {
  path: string;
  isSecret: boolean;
}

/**
 * A sentence for each way in which other users of this machine could read a secret of a YAML file, or of the files that it
 * names, or could have credentials sent elsewhere. Never throws: what cannot be read is told by whoever needs it.
 */
export function exposures(path: string): string[] {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
  const named: NamedFile[] = [];
  const own = { path, isSecret: holdsSecret(document, dirname(resolve(path)), named) };
  return [own, ...named].flatMap(exposuresOf);
}

/** Whether a secret stands in it in clear; files that it names are put to `named`. */
function holdsSecret(value: unknown, folder: string, named: NamedFile[]): boolean {
  if (value === null || typeof value !== 'object') return false;
  const found = Object.entries(value as Record<string, unknown>).map(([name, item]) => {
    if (typeof item !== 'string') return holdsSecret(item, folder, named);
    if (name.endsWith('File'))
      named.push({ path: resolve(folder, item), isSecret: SECRETS.has(name.slice(0, -'File'.length)) });
    return SECRETS.has(name) && item !== '' && !NAMES_A_VARIABLE.test(item);
  });
  return found.includes(true);
}

function exposuresOf({ path, isSecret }: NamedFile): string[] {
  const mode = modeOf(path);
  return [
    ...(isSecret && mode & OTHERS_READ
      ? [`${path} holds a secret, and every user of this machine may read it: chmod o-r it.`]
      : []),
    ...(mode & OTHERS_WRITE
      ? [
          `${path} may be written by every user of this machine, who could have credentials sent elsewhere, or let in whom they like: chmod o-w it.`,
        ]
      : []),
  ];
}

/** Where there are no such rights (Windows), nothing is said. */
function modeOf(path: string): number {
  if (process.platform === 'win32') return 0;
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}
