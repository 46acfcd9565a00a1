import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { readAccessFile, type AccessFile } from './access/file/access-file.js';
import type { End } from './ending.js';
import {
  ConfigurationError,
  processVariables,
  readEnvironment,
  type Environment,
} from './platform/config/environment.js';
import { addressesInClear } from './platform/config/addresses-in-clear.js';
import { exposures } from './platform/config/exposed-files.js';
import { readYamlFile } from './platform/config/yaml-file.js';
import { createLog, type Log } from './platform/log/log.js';
import {
  connectRedis,
  connectWithin,
  OtherKindOfRedis,
  RefusedByRedis,
} from './platform/redis/connection.js';
import { UntrustedRedis } from './platform/redis/redis-tls.js';
import { isUnknownCluster } from './platform/redis/cluster-connection.js';
import { evictionPolicy } from './platform/redis/eviction-policy.js';
import { BLOCKING, COMMANDS } from './platform/redis/redis.module.js';
import { failoverRisk } from './platform/redis/replica-readiness.js';
import type { TracingSettings } from './platform/tracing/start-tracing.js';
import { DRIVERS } from './providers/drivers.js';
import { configuredSites, type ConfiguredSite } from './providers/sites.js';

/** What both processes need before they can be wired. */
export interface Configuration {
  environment: Environment;
  sites: ConfiguredSite[];
  access: AccessFile;
  log: Log;
}

const REDIS_PATIENCE_MS = 30_000;
const START_PATIENCE_MS = 120_000;

/** Reads and checks everything. Throws `ConfigurationError` with one sentence per fault. */
export function loadConfiguration(processName: string): Configuration {
  const environment = readEnvironment();
  const document = readYamlFile(environment.sitesFile, processVariables());
  const sites = configuredSites(document, DRIVERS);
  const siteIds = sites.map(({ id }) => id);
  const log = createLog(environment.logLevel, processName);
  for (const file of [environment.sitesFile, environment.accessFile])
    if (file !== null) exposures(file).forEach((exposure) => log.warn(exposure));
  addressesInClear(document).forEach((told) => log.warn(told));
  return {
    environment,
    sites,
    access: readAccessFile(environment.accessFile, processVariables(), siteIds),
    log,
  };
}

/**
 * Looks at Redis on a connection of its own, before anything is wired to it: refuses one that is not there,
 * does not let us in, or throws data away when it is full.
 */
export async function checkStore(environment: Environment, log: Log): Promise<void> {
  const risk = failoverRisk(environment);
  if (risk !== null) log.warn(risk);
  const redis = connectRedis(environment.redisUrl, 'commands', log, environment.redisCaFile);
  try {
    await connected(redis);
    if (await isUnknownCluster(redis)) {
      throw new ConfigurationError([
        'REDIS_URL names one server, which is part of a Cluster: write redis+cluster:// instead of redis://.',
      ]);
    }
    const policy = await evictionPolicy(redis);
    if (policy === null) log.warn('Redis does not show its maxmemory-policy; it must be noeviction');
    else if (policy !== 'noeviction') {
      throw new ConfigurationError([
        `The Redis server's maxmemory-policy is ${policy}, so it may throw operations away: set it to noeviction.`,
      ]);
    }
  } finally {
    redis.disconnect();
  }
}

export function tracingSettings({ otlpEndpoint, traceUpstreams }: Environment): TracingSettings {
  return { endpoint: otlpEndpoint, tellsUpstreams: traceUpstreams };
}

/** Opens the connections that the process works with. */
export async function openStore(app: INestApplicationContext): Promise<void> {
  await Promise.all([connected(app.get<Redis>(COMMANDS)), connected(app.get<Redis>(BLOCKING))]);
}

/** A connection that has ended for good, which none of ours should without our asking, comes back with a new process only. */
export function endWithStore(app: INestApplicationContext, end: End): void {
  for (const redis of [app.get<Redis>(COMMANDS), app.get<Redis>(BLOCKING)])
    redis.once('end', () => end('a connection to Redis has ended for good', 1));
}

async function connected(redis: Redis): Promise<void> {
  try {
    await connectWithin(redis, REDIS_PATIENCE_MS);
  } catch (error) {
    throw new ConfigurationError([
      error instanceof RefusedByRedis
        ? 'The Redis server refuses the user or password in REDIS_URL: write the right ones.'
        : error instanceof UntrustedRedis
          ? `The certificate of the Redis server is not trusted (${error.message}): write the file of its authority in REDIS_CA_FILE, if it is the right server.`
          : error instanceof OtherKindOfRedis
            ? 'REDIS_URL names a Cluster, and the server there is none: write redis:// instead of redis+cluster://.'
            : `REDIS_URL names a server that did not answer within ${REDIS_PATIENCE_MS / 1000} s: start it, or write another address.`,
    ]);
  }
}

/** Listens, or says in a sentence why that cannot be. */
export async function listen(
  app: { listen(options: { port: number; host: string }): Promise<unknown> },
  { port, host }: Environment,
): Promise<void> {
  try {
    await app.listen({ port, host });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EADDRINUSE')
      throw new ConfigurationError([`PORT ${port} is taken on ${host}: write another.`]);
    if (code === 'EACCES')
      throw new ConfigurationError([`PORT ${port} needs more rights: write one above 1023.`]);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ConfigurationError([
        `HOST ${host} is no address of this machine: write one that is, or 0.0.0.0.`,
      ]);
    }
    throw error;
  }
}

/** Runs a process's main part: faults of configuration are shown as sentences, and end it; so does a start that hangs. */
export function run(main: () => Promise<void>): void {
  const fail = (sentences: readonly string[]): void => {
    process.stderr.write(`${sentences.join('\n')}\n`);
    process.exit(1);
  };
  const hanging = setTimeout(
    () => fail([`The start did not end within ${START_PATIENCE_MS / 1000} s.`]),
    START_PATIENCE_MS,
  );
  main().then(
    () => clearTimeout(hanging),
    (error: unknown) => {
      if (error instanceof ConfigurationError) fail(error.faults);
      else fail([error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    },
  );
}

/** Tells a parent that listens. */
export function tellReady(): void {
  process.send?.({ ready: true });
}
