import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { cutTail } from './redis-files.js';
import type { RedisNode } from './redis-node.js';
import type { StoreFault } from './round.js';

/** What can happen to one server that has no replica. */

export function killed(node: RedisNode, lastsMs: number): StoreFault {
  return { lastsMs, strike: () => node.kill(), heal: () => node.begin() };
}

export function frozen(node: RedisNode, lastsMs: number): StoreFault {
  return { lastsMs, strike: async () => node.freeze(), heal: async () => node.thaw() };
}

/** Takes no commands, while its connections stand and it still answers nothing. */
export function paused(node: RedisNode, lastsMs: number): StoreFault {
  return {
    lastsMs,
    strike: () =>
      node.use(async (redis) => void (await redis.call('CLIENT', 'PAUSE', String(lastsMs), 'ALL'))),
    heal: async () => undefined,
  };
}

export function outOfMemory(node: RedisNode, lastsMs: number): StoreFault {
  const limit = (bytes: string) =>
    node.use(async (redis) => void (await redis.config('SET', 'maxmemory', bytes)));
  return { lastsMs, strike: () => limit('1mb'), heal: () => limit('0') };
}

/** Demoted to the replica of a server that is not there: serves what it has, takes nothing. */
export function readOnly(node: RedisNode, lastsMs: number): StoreFault {
  const follow = (host: string, port: string) =>
    node.use(async (redis) => void (await redis.call('REPLICAOF', host, port)));
  return { lastsMs, strike: () => follow('127.0.0.1', '1'), heal: () => follow('NO', 'ONE') };
}

export function queueKeysDeleted(node: RedisNode): StoreFault {
  return {
    lastsMs: 0,
    strike: () => node.use(async (redis) => void (await deleteQueues(redis))),
    heal: nothing,
  };
}

export function flushed(node: RedisNode): StoreFault {
  return {
    lastsMs: 0,
    strike: () => node.use(async (redis) => void (await redis.flushall())),
    heal: nothing,
  };
}

/** A power cut: the server is gone, and so are its last bytes. */
export function tailCut(node: RedisNode, bytes: number): StoreFault {
  return {
    lastsMs: 0,
    strike: () => node.kill(),
    heal: async () => {
      cutTail(node, bytes);
      await sleep(100);
      await node.begin();
    },
  };
}

const nothing = async (): Promise<void> => undefined;

/** What every queue of BullMQ keeps beside its other keys. */
const MARK = ':meta';

async function deleteQueues(redis: Redis): Promise<number> {
  const all = await redis.keys('*');
  const queues = all.filter((key) => key.endsWith(MARK)).map((key) => key.slice(0, -MARK.length));
  const theirs = all.filter((key) => queues.some((queue) => key.startsWith(`${queue}:`)));
  return theirs.length === 0 ? 0 : redis.del(...theirs);
}
