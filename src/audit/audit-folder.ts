import { readFile } from 'node:fs/promises';
import { chainFiles } from './audit-files.js';
import type { CheckpointSource } from './audit-verification.js';
import { linesOf } from './chain-lines.js';
import type { ChainSource } from './chain-verification.js';

/** The chains of a folder, to be read line by line. */
export async function chainsIn(folder: string): Promise<ChainSource[]> {
  const chains = new Map<string, ChainSource['files'][number][]>();
  for (const { writer, name, number, path } of await chainFiles(folder)) {
    const files = chains.get(writer) ?? [];
    files.push({ name, number, lines: linesOf(path) });
    chains.set(writer, files);
  }
  return [...chains].map(([writer, files]) => ({ writer, files }));
}

/** A file of checkpoints, or a log: of its lines, those count that hold one. */
export async function checkpointsIn(path: string): Promise<CheckpointSource> {
  const lines = (await readFile(path, 'latin1')).split('\n');
  const last = lines.length - 1;
  return {
    name: path,
    lines: lines.flatMap((text, at) => {
      const told = text.startsWith('{"level"') ? logged(text) : text;
      return told === null || (at === last && told === '') ? [] : [{ text: told, whole: at < last }];
    }),
  };
}

/** null = a line of a log that tells something else. */
function logged(line: string): string | null {
  try {
    const { checkpoint } = JSON.parse(line) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : null;
  } catch {
    return null;
  }
}
