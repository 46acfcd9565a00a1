import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { freePort } from '../../sandbox/ports.js';
import { SITE_PASSWORDS } from '../../sandbox/sites-file.js';
import { Part } from '../faults/world/part.js';
import { GatewayClient } from '../measure/gateway-client.js';
import { SimulatedSite } from '../measure/simulated-site.js';
import { sitesFile } from '../measure/sites-file.js';

export interface ProductOptions {
  /** API processes, by default 1. */
  apis?: number;
  /** Worker processes, by default 1. */
  workers?: number;
  /** The text of the sites file; by default the two simulated sites, in a process of their own, their budgets lifted. */
  sites?: string;
  /** Beyond the usual environment of every process of the gateway, or instead of it. No journal and no archive by default. */
  env?: Readonly<Record<string, string>>;
  /** Options of Node itself for the processes of the gateway: `--cpu-prof`. */
  execArgv?: readonly string[];
  /** What shipped at another revision; by default what was built. */
  dist?: string;
  /** Whether Redis keeps an append-only file, as a deployment does. */
  appendOnly?: boolean;
}

export interface Api {
  part: Part;
  url: string;
  client: GatewayClient;
}

/** What ships, as it was built. */
export const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');
export const API_KEY = 'bench-key-7d2f';
const SIMULATORS = fileURLToPath(new URL('../../simulators/main.js', import.meta.url));

/** Folders of products that were not closed. */
const directories = new Set<string>();

/** For when the process ends. */
export function eraseProducts(): void {
  if (process.env.BENCH_KEEP_LOGS) return;
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

/** The gateway with a Redis of its own, every process apart, all on this machine, in a folder of its own. */
export class Product {
  readonly apis: Api[] = [];
  readonly workers: Part[] = [];
  /** Beside the gateway: opponents, clients, simulators. Ended with it. */
  readonly others: Part[] = [];
  private begun = 0;

  private constructor(
    readonly directory: string,
    readonly redis: Awaited<ReturnType<typeof openEphemeralRedis>>,
    /** Only if no sites file was given. */
    readonly simulated: { sdrs: SimulatedSite; srm: SimulatedSite },
    private readonly options: ProductOptions,
  ) {}

  /** Everything is ready; what was begun is ended again should a part not come up, and the error has its last words. */
  static async open(options: ProductOptions = {}): Promise<Product> {
    const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-bench-'));
    directories.add(directory);
    mkdirSync(join(directory, 'logs'));
    const redis = await openEphemeralRedis({ appendOnly: options.appendOnly ?? false });
    const simulated = {
      sdrs: new SimulatedSite('sdrs', await freePort()),
      srm: new SimulatedSite('srm', await freePort()),
    };
    const product = new Product(directory, redis, simulated, options);
    try {
      await product.begin();
    } catch (error) {
      const words = product.lastLines();
      await product.close();
      throw new Error(`The product did not start: ${String(error)}\n${words}`, { cause: error });
    }
    return product;
  }

  /** The client of the first API process. */
  get client(): GatewayClient {
    return this.api.client;
  }

  get api(): Api {
    const [first] = this.apis;
    if (!first) throw new Error('there is no API process');
    return first;
  }

  async startApi(env: Readonly<Record<string, string>> = {}): Promise<Api> {
    const port = await freePort();
    const part = await this.start('main', { PORT: String(port), ...env });
    const url = `http://127.0.0.1:${port}`;
    const api = { part, url, client: new GatewayClient(url, API_KEY) };
    this.apis.push(api);
    return api;
  }

  async startWorker(env: Readonly<Record<string, string>> = {}): Promise<Part> {
    const worker = await this.start('worker', env);
    this.workers.push(worker);
    return worker;
  }

  /** In order; they can be started anew. */
  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((each) => each.stop()));
  }

  async stopApis(): Promise<void> {
    await Promise.all(this.apis.splice(0).map(({ part }) => part.stop()));
  }

  /** A script of the bench as a process beside the gateway; ready when it has sent a message. */
  async startOther(
    name: string,
    script: string,
    env: Readonly<Record<string, string>>,
    execArgv: readonly string[] = [],
  ): Promise<Part> {
    const part = Part.begin({ ...this.placeOf(name), script, env: { ...env }, execArgv });
    this.others.push(part);
    await part.ready();
    return part;
  }

  /** On a connection that is closed again. */
  async withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.redis.url);
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** However far it came. `BENCH_KEEP_LOGS` leaves the folder. */
  async close(): Promise<void> {
    await Promise.all([this.stopApis(), this.stopWorkers()]);
    await Promise.all(this.others.splice(0).map((each) => each.kill()));
    await this.redis.stop();
    if (!process.env.BENCH_KEEP_LOGS) rmSync(this.directory, { recursive: true, force: true });
    directories.delete(this.directory);
  }

  private async begin(): Promise<void> {
    const { apis = 1, workers = 1, sites } = this.options;
    const { sdrs, srm } = this.simulated;
    writeFileSync(this.sitesFile, sites ?? sitesFile({ sdrs: sdrs.port, srm: srm.port }, 'lifted'));
    if (sites === undefined)
      await this.startOther('simulators', SIMULATORS, {
        SDRS_SIMULATOR_PORT: String(sdrs.port),
        SRM_SIMULATOR_PORT: String(srm.port),
        SIMULATOR_DURATION_FACTOR: '1',
      });
    for (let i = 0; i < apis; i += 1) await this.startApi();
    for (let i = 0; i < workers; i += 1) await this.startWorker();
  }

  private async start(name: 'main' | 'worker', env: Readonly<Record<string, string>>): Promise<Part> {
    const part = Part.begin({
      ...this.placeOf(name),
      script: join(this.options.dist ?? PRODUCT, `${name}.js`),
      execArgv: this.options.execArgv ?? [],
      env: {
        ...SITE_PASSWORDS,
        HOST: '127.0.0.1',
        REDIS_URL: this.redis.url,
        SITES_FILE: this.sitesFile,
        ADMIN_API_KEY: API_KEY,
        FAILOVERS_PER_MINUTE: '100000',
        RATE_LIMIT_PER_SECOND: 'none',
        LOG_LEVEL: 'warn',
        JOURNAL_DIR: 'none',
        AUDIT_DIR: 'none',
        HISTORY_DIR: 'none',
        ...this.options.env,
        ...env,
      },
    });
    await part.ready();
    return part;
  }

  private get sitesFile(): string {
    return join(this.directory, 'sites.yaml');
  }

  private placeOf(name: string): { name: string; cwd: string; logFile: string } {
    const logFile = join(this.directory, 'logs', `${++this.begun}-${name}.log`);
    return { name, cwd: this.directory, logFile };
  }

  private lastLines(): string {
    const logs = join(this.directory, 'logs');
    return readdirSync(logs)
      .map((name) => `${name}\n${readFileSync(join(logs, name), 'utf8').split('\n').slice(-8).join('\n')}`)
      .join('\n');
  }
}
