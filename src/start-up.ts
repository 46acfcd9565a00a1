import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import {
  ConfigurationError,
  processVariables,
  readEnvironment,
  type Environment,
} from './platform/config/environment.js';
import { readYamlFile } from './platform/config/yaml-file.js';
import { createLog, type Log } from './platform/log/log.js';
import { connectWithin, evictionPolicy } from './platform/redis/connection.js';
import { BLOCKING, COMMANDS } from './platform/redis/redis.module.js';
import { DRIVERS } from './providers/drivers.js';
import { configuredSites, type ConfiguredSite } from './providers/sites.js';

/** What both processes need before they can be wired. */
export interface Configuration {
  environment: Environment;
  sites: ConfiguredSite[];
  log: Log;
}

const REDIS_PATIENCE_MS = 30_000;
const SHUTDOWN_LIMIT_MS = 40_000;

/** Reads and checks everything. Throws `ConfigurationError` with one sentence per fault. */
export function loadConfiguration(processName: string): Configuration {
  const environment = readEnvironment();
  const document = readYamlFile(environment.sitesFile, processVariables());
  return {
    environment,
    sites: configuredSites(document, DRIVERS),
    log: createLog(environment.logLevel, processName),
  };
}

/** Waits for Redis, and refuses one that throws data away when it is full. */
export async function openStore(app: INestApplicationContext, log: Log): Promise<void> {
  const commands = app.get<Redis>(COMMANDS);
  try {
    await Promise.all([
      connectWithin(commands, REDIS_PATIENCE_MS),
      connectWithin(app.get<Redis>(BLOCKING), REDIS_PATIENCE_MS),
    ]);
  } catch {
    throw new ConfigurationError([
      `REDIS_URL names a server that did not answer within ${REDIS_PATIENCE_MS / 1000} s: start it, or write another address.`,
    ]);
  }
  const policy = await evictionPolicy(commands);
  if (policy === null) log.warn('Redis does not show its maxmemory-policy; it must be noeviction');
  else if (policy !== 'noeviction') {
    throw new ConfigurationError([
      `The Redis server's maxmemory-policy is ${policy}, so it may throw operations away: set it to noeviction.`,
    ]);
  }
}

/** Runs a process's main part: faults of configuration are shown as sentences, and end it. */
export function run(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const sentences =
      error instanceof ConfigurationError
        ? error.faults
        : [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    process.stderr.write(`${sentences.join('\n')}\n`);
    process.exit(1);
  });
}

/** Ends on a signal, or when the parent that started us with a channel is gone; never later than the limit. */
export function endOnSignals(close: () => Promise<void>, log: Log): void {
  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    log.info({ why }, 'ending');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('disconnect', () => end('the parent process is gone'));
}

/** Tells a parent that listens. */
export function tellReady(): void {
  process.send?.({ ready: true });
}
