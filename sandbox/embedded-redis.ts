import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KeeperRefused } from './redis/kept-process.js';
import { PrivateRedis, type PrivateRedisPlace } from './redis/private-redis.js';
import { allWays, type Way } from './redis/ways.js';

export { allWays, debianPackage, javascript, onThePath, type Way } from './redis/ways.js';

export interface OpenRedis {
  readonly url: string;
  /** `given`: somebody else's, by REDIS_URL. `javascript`: in memory, for the sandbox only. */
  readonly kind: 'given' | 'server' | 'javascript';
  /** For people. */
  readonly title: string;
  /** Resolves, with how it ended, when the server that runs now is gone. Never for a given one. */
  readonly ended: Promise<string>;
  /** The same port and, for a real server, the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface OpenRedisOptions {
  /** Locked while our server runs; its files are below `redis/` there. */
  dataDir: string;
  announce?: (text: string) => void;
  ways?: readonly Way[];
  /** By default REDIS_URL of the environment. */
  givenUrl?: string | undefined;
}

/** A Redis to work with, by the first way that works; each way that is gone is announced in one line. */
export async function openRedis(options: OpenRedisOptions): Promise<OpenRedis> {
  const announce = options.announce ?? (() => undefined);
  const given = 'givenUrl' in options ? options.givenUrl : process.env.REDIS_URL;
  if (given) {
    announce('Redis: the one of REDIS_URL');
    return givenRedis(given);
  }
  const dataDir = resolve(options.dataDir);
  return startByAnyWay(options.ways ?? allWays, announce, {
    directory: join(dataDir, 'redis'),
    logFile: join(dataDir, 'logs', 'redis.log'),
    appendOnly: true,
    ephemeral: false,
  });
}

export interface EphemeralRedisOptions {
  appendOnly?: boolean;
  announce?: (text: string) => void;
  ways?: readonly Way[];
}

/**
 * A Redis for one test, whatever REDIS_URL says. Beyond OpenRedis it can be killed, paused, resumed and
 * restarted; `stop` removes its data.
 */
export async function openEphemeralRedis(options: EphemeralRedisOptions = {}): Promise<PrivateRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-redis-'));
  const redis = await startByAnyWay(options.ways ?? allWays, options.announce ?? (() => undefined), {
    directory,
    logFile: join(directory, 'redis.log'),
    appendOnly: options.appendOnly ?? false,
    ephemeral: true,
  });
  return redis;
}

async function startByAnyWay(
  ways: readonly Way[],
  announce: (text: string) => void,
  place: PrivateRedisPlace,
): Promise<PrivateRedis> {
  const tried: string[] = [];
  for (const way of ways) {
    try {
      const program = await way.find(announce);
      const redis = await PrivateRedis.start(program, place);
      announce(`Redis: ${redis.title}`);
      return redis;
    } catch (error) {
      if (error instanceof KeeperRefused && error.inUse) throw error;
      tried.push(`  ${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (place.ephemeral) rmSync(place.directory, { recursive: true, force: true });
  throw new Error(`No Redis could be started. Tried:\n${tried.join('\n')}\n${installAdvice()}`);
}

function installAdvice(): string {
  const advice: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'brew install valkey',
    linux: 'sudo apt install redis-server  (or: dnf install valkey, apk add valkey)',
    win32: 'docker run -p 6379:6379 valkey/valkey, then set REDIS_URL=redis://127.0.0.1:6379',
  };
  return `Install one: ${advice[process.platform] ?? 'see https://valkey.io/download'}`;
}

function givenRedis(url: string): OpenRedis {
  return {
    url,
    kind: 'given',
    title: 'the one of REDIS_URL',
    ended: new Promise(() => undefined),
    restart: () => Promise.reject(new Error('this Redis is not ours to restart')),
    stop: () => Promise.resolve(),
  };
}
