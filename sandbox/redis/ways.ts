import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debianRedis } from './debian-package.js';
import { javascriptRedis } from './javascript-redis.js';
import { serverProgram, type RedisProgram } from './redis-program.js';

/** One place where a Redis program may be had. `find` fails with the reason why it cannot. */
export interface Way {
  readonly name: string;
  find(announce: (text: string) => void): Promise<RedisProgram>;
}

export const onThePath: Way = {
  name: 'valkey-server or redis-server on the PATH',
  find: async () => {
    const refusals: string[] = [];
    for (const command of ['valkey-server', 'redis-server'].flatMap(located)) {
      try {
        return await serverProgram(command);
      } catch (error) {
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new Error(refusals.join('; ') || 'there is none');
  },
};

export const debianPackage: Way = {
  name: "the distribution's redis-server package, unpacked in the user's cache",
  find: debianRedis,
};

export const javascript: Way = {
  name: 'js-redis-server from npm',
  find: async () => javascriptRedis(),
};

/** Best first. */
export const allWays: readonly Way[] = [onThePath, debianPackage, javascript];

function located(name: string): string[] {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, file))
    .filter(isExecutable)
    .slice(0, 1);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
