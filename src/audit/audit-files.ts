import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^audit-([0-9a-f-]{36})\.(\d{6})\.ndjson$/;

/** One of the files that a chain consists of, by their numbers from 1. */
export interface ChainFileName {
  name: string;
  path: string;
  writer: string;
  number: number;
}

export function chainFileName(writer: string, number: number): string {
  return `audit-${writer}.${String(number).padStart(6, '0')}.ndjson`;
}

/** In the order of their chains, and within a chain as they were written. What else lies in the folder is not of the audit. */
export async function chainFiles(folder: string): Promise<ChainFileName[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  return names.map((name) => {
    const [, writer = '', number] = NAME.exec(name) ?? [];
    return { name, path: join(folder, name), writer, number: Number(number) };
  });
}
