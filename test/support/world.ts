import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { freePort } from '../../sandbox/ports.js';
import { SITE_PASSWORDS, sitesFile, type SimulatorPorts } from '../../sandbox/sites-file.js';
import { keepStore } from './canary.js';
import { GatewayClient } from './client.js';
import { printWhenFailed } from './failure-log.js';
import { forgetAll } from './forget-all.js';
import { untilNobodyLooks } from './nobody-looks.js';
import { Subprocess } from './processes.js';
import { productScript } from './product.js';
import { SimulatedUpstream, type SiteKind } from './simulators.js';

const API_KEY = 'e2e-key-7d2f';

export const STARTING_TAKES_MS = 120_000;

export interface WorldOptions {
  /** How many worker processes. Default 1. */
  workers?: number;
  /** Beyond the usual environment of API and workers, or instead of it. */
  env?: Record<string, string>;
  /** The simulated sites that are up from the beginning; the sites file names both always. */
  sites?: readonly SiteKind[];
  /** Redis writes to disk, so that it survives a kill. */
  durable?: boolean;
  /** What may do everything. By default one that is known to all tests. */
  apiKey?: string;
  /** What the processes are told about the sites. By default the sandbox's, whose budgets are lifted. */
  sitesFile?: (ports: SimulatorPorts) => string;
}

type PrivateRedis = Awaited<ReturnType<typeof openEphemeralRedis>>;

/** Everything that a deployment consists of, each part as a process of its own. */
export class World {
  readonly workers: Subprocess[] = [];
  private readonly apis: Subprocess[] = [];
  private workersStarted = 0;

  constructor(
    readonly api: GatewayClient,
    readonly sdrs: SimulatedUpstream,
    readonly srm: SimulatedUpstream,
    readonly redis: PrivateRedis,
    readonly env: Record<string, string>,
    private readonly directory: string,
  ) {}

  async startApi(): Promise<Subprocess> {
    const api = await Subprocess.start({ name: 'api', script: productScript('main'), env: this.env });
    this.apis.push(api);
    return api;
  }

  /** One more API process beside the first, at an address of its own. */
  async startReplica(): Promise<GatewayClient> {
    const port = await freePort();
    const env = { ...this.env, PORT: String(port) };
    this.apis.unshift(await Subprocess.start({ name: 'api replica', script: productScript('main'), env }));
    return new GatewayClient(`http://127.0.0.1:${port}`, this.api.apiKey);
  }

  /** SIGTERM, and its exit code. */
  async stopApi(): Promise<number | null> {
    return (await this.apis.at(-1)?.stop()) ?? null;
  }

  async startWorker(env: Record<string, string> = {}): Promise<Subprocess> {
    const name = `worker ${++this.workersStarted}`;
    const script = productScript('worker');
    const worker = await Subprocess.start({ name, script, env: { ...this.env, ...env } });
    this.workers.push(worker);
    return worker;
  }

  /** `kill -9` of every worker that runs. */
  async killWorkers(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
  }

  /** Both sites and the store as on the first day. */
  async reset(settings: { sdrs?: object; srm?: object } = {}): Promise<void> {
    await this.withRedis(async (redis) => {
      await untilNobodyLooks(redis);
      await forgetAll(redis);
      await Promise.all([this.sdrs.reset(settings.sdrs), this.srm.reset(settings.srm)]);
      // One may have begun meanwhile, and have seen something of both.
      await untilNobodyLooks(redis);
      await forgetAll(redis);
    });
  }

  async withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.redis.url);
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  simulator(kind: SiteKind): SimulatedUpstream {
    return kind === 'sdrs' ? this.sdrs : this.srm;
  }

  get logs(): string {
    const parts = [
      ...this.apis,
      ...this.workers,
      { name: 'sdrs', log: this.sdrs.log },
      { name: 'srm', log: this.srm.log },
    ];
    return parts.map(({ name, log }) => `--- ${name}\n${log}`).join('\n');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers, ...this.apis].map((process) => process.kill()));
    await keepStore(basename(this.directory), this.env);
    await Promise.all([this.sdrs.stop(), this.srm.stop()]);
    await this.redis.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Starts everything. What was started is stopped again if a part does not come up. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-e2e-'));
  const [port, sdrsPort, srmPort] = [await freePort(), await freePort(), await freePort()];
  const redis = await openEphemeralRedis({ appendOnly: options.durable ?? false });
  const writeSites = options.sitesFile ?? sitesFile;
  writeFileSync(join(directory, 'sealing.key'), 'e5'.repeat(32));
  writeFileSync(join(directory, 'sites.yaml'), writeSites({ sdrs: sdrsPort, srm: srmPort }));
  const { apiKey = API_KEY } = options;
  const env = {
    ...SITE_PASSWORDS,
    PORT: String(port),
    HOST: '127.0.0.1',
    REDIS_URL: redis.url,
    SITES_FILE: join(directory, 'sites.yaml'),
    ADMIN_API_KEY: apiKey,
    FAILOVERS_PER_MINUTE: '100000',
    LOG_LEVEL: 'info',
    POLL_INTERVAL_MS: '60',
    SUBMIT_TIMEOUT_MS: '5000',
    JOURNAL_DIR: 'none',
    AUDIT_DIR: 'none',
    SECRETS_KEY_FILE: join(directory, 'sealing.key'),
    ...options.env,
  };
  const world = new World(
    new GatewayClient(`http://127.0.0.1:${port}`, apiKey),
    new SimulatedUpstream('sdrs', sdrsPort, directory),
    new SimulatedUpstream('srm', srmPort, directory),
    redis,
    env,
    directory,
  );
  try {
    await Promise.all(
      (options.sites ?? (['sdrs', 'srm'] as const)).map((kind) => world.simulator(kind).start()),
    );
    const workers = Array.from({ length: options.workers ?? 1 }, () => world.startWorker());
    await Promise.all([world.startApi(), ...workers]);
  } catch (error) {
    const { logs } = world;
    await world.stop();
    throw new Error(`The world did not start: ${String(error)}\n${logs}`);
  }
  return world;
}

/** Starts a world before the tests of a file and stops it after them; prints its logs when one fails. */
export function useWorld(options: WorldOptions = {}): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld(options);
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
  }, STARTING_TAKES_MS);
  return () => {
    if (!world) throw new Error('the world has not started');
    return world;
  };
}
