import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisNode } from './redis-node.js';

/** What a server that is down has on its disk. Redis 7 keeps a folder of parts, older ones one file. */
export function appendOnlyFile({ directory }: RedisNode): string {
  const folder = join(directory, 'appendonlydir');
  if (!existsSync(folder)) return join(directory, 'appendonly.aof');
  const parts = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
  const last = parts.sort((one, other) => numberOf(one) - numberOf(other)).at(-1);
  if (last === undefined) throw new Error(`${folder} has no part that was appended to`);
  return join(folder, last);
}

/** As after a power cut: the last bytes never reached the disk. How many were cut is answered. */
export function cutTail(node: RedisNode, bytes: number): number {
  const file = appendOnlyFile(node);
  const { size } = statSync(file);
  const kept = Math.max(0, size - bytes);
  truncateSync(file, kept);
  return size - kept;
}

export function sizeOfAppendOnlyFile(node: RedisNode): number {
  return statSync(appendOnlyFile(node)).size;
}

/** A copy of all that it has on its disk, to be put back later. */
export function backUp({ directory }: RedisNode, to: string): void {
  cpSync(directory, to, { recursive: true, filter: (path) => !/\/(lock|redis\.log)[^/]*$/.test(path) });
}

export function putBack(node: RedisNode, from: string): void {
  for (const name of readdirSync(node.directory).filter((file) => /^(appendonly|dump)/.test(file)))
    rmSync(join(node.directory, name), { recursive: true, force: true });
  cpSync(from, node.directory, { recursive: true });
}

const numberOf = (name: string): number => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0);
