import { join, resolve } from 'node:path';

export const USAGE = `npm start                       the gateway, its worker, Redis and two simulated sites
npm start -- --fresh            the same, beginning anew: forgets everything in the data directory
npm run simulators              only the simulated sites
npm start -- --help             this text

Environment:
  PORT                          the API's port (3000; another free one if it is taken)
  SDRS_SIMULATOR_PORT           4801, likewise
  SRM_SIMULATOR_PORT            4802, likewise
  SIMULATOR_DURATION_FACTOR     0.1: the simulated sites work ten times faster than real ones
  SANDBOX_DATA_DIR              where everything is kept (.data)
  REDIS_URL                     a Redis of your own, instead of a private one
  SITES_FILE                    your own sites, instead of the two simulated ones
  ADMIN_API_KEY                 instead of the one generated at the first start
  LOG_LEVEL, POLL_INTERVAL_MS   warn, 1000; every other setting of the gateway is passed on as well`;

export interface SandboxOptions {
  fresh: boolean;
  dataDir: string;
  /** Wanted ports; others are taken if these are in use. */
  ports: { api: number; sdrs: number; srm: number };
  sitesFile: string | null;
  redisUrl: string | undefined;
  adminApiKey: string | null;
  /** What the children inherit. */
  env: NodeJS.ProcessEnv;
}

export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv, root: string): SandboxOptions {
  const unknown = args.find((arg) => arg !== '--fresh');
  if (unknown !== undefined) throw new Error(`unknown option ${unknown}\n\n${USAGE}`);
  return {
    fresh: args.includes('--fresh'),
    dataDir: env.SANDBOX_DATA_DIR ? resolve(env.SANDBOX_DATA_DIR) : join(root, '.data'),
    ports: {
      api: portOf(env, 'PORT', 3000),
      sdrs: portOf(env, 'SDRS_SIMULATOR_PORT', 4801),
      srm: portOf(env, 'SRM_SIMULATOR_PORT', 4802),
    },
    sitesFile: env.SITES_FILE ? resolve(env.SITES_FILE) : null,
    redisUrl: env.REDIS_URL || undefined,
    adminApiKey: env.ADMIN_API_KEY || null,
    env,
  };
}

function portOf(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const port = Number(env[name] || otherwise);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} is a port number, not "${env[name]}"`);
}
