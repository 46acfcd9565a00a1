import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RedisProgram } from './redis-program.js';

/** js-redis-server from npm: enough of Redis to look around, when nothing else can be had. */
export function javascriptRedis(): RedisProgram {
  createRequire(import.meta.url).resolve('js-redis-server');
  return {
    kind: 'javascript',
    title: 'js-redis-server (for the sandbox only: keeps nothing after a stop, and is slow)',
    command: process.execPath,
    env: { PATH: process.env.PATH ?? '' },
    invocation: ({ port }) => ({
      args: [fileURLToPath(new URL('./javascript-server.js', import.meta.url)), String(port)],
      input: '',
    }),
  };
}
