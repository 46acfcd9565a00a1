import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import { freePort } from '../../../sandbox/ports.js';
import { SITE_PASSWORDS } from '../../../sandbox/sites-file.js';
import { until } from '../../measure/pace.js';
import { SimulatedSite, type SiteKind } from '../../measure/simulated-site.js';
import { sitesFile } from '../../measure/sites-file.js';
import { FaultProxy } from '../proxy/fault-proxy.js';
import { EventWatch } from './event-watch.js';
import { Gateway, type SeenPlan } from './gateway.js';
import { Part } from './part.js';

export interface FaultWorldOptions {
  /** API processes; by default 1. */
  apis?: number;
  /** Plans of each site that operations are asked of, beside the few that each world has; by default 30. */
  plans?: number;
  /** Beyond the usual environment of all processes of the gateway, or instead of it. */
  env?: Record<string, string>;
  /** 1 = as long as the real services take; by default 0.01. */
  durationFactor?: number;
  /** A fault proxy between the gateway and each site. */
  proxied?: boolean;
  /** Workers exactly as they ship: they cannot be told to die at a step. */
  asShipped?: boolean;
  /** Takes only what of the cores others leave: what is measured beside it must not suffer. */
  standsBack?: boolean;
  /** Somebody else's Redis; by default one of our own that keeps an append-only file. */
  redisUrl?: string;
}

const API_KEY = 'faults-key-7d2f';
/** The judge asks the site how everything ended, and a piece may last longer than the 15 minutes for which SRM knows. */
const A_DAY_MS = 24 * 60 * 60_000;

const SIMULATORS = fileURLToPath(new URL('../../../simulators/main.js', import.meta.url));
const STEP_FAULTS = new URL('../preload/step-faults.js', import.meta.url);

/** Folders of worlds that are not closed yet. */
const folders = new Set<string>();

/** Of a run that is cut: what its worlds wrote. */
export function eraseWorlds(): void {
  if (!process.env.FAULTS_KEEP_LOGS)
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** What ships, as it was built. */
const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');

export const SITE_IDS: Record<SiteKind, string> = { sdrs: 'eu-cloud', srm: 'berlin-dc' };
export const KINDS = ['sdrs', 'srm'] as const;

/** Where nothing is delivered late, so that absence means something soon. */
export const FOR_KILLS: Readonly<Record<string, string>> = { QUARANTINE_MS: '8000' };

/** Where everything is over in seconds: less patience with sites that answer at once. */
export function timesOf(short: boolean): Record<string, string> {
  return short ? { SUBMIT_TIMEOUT_MS: '1000', QUARANTINE_MS: '4000' } : {};
}

/** Redis, both simulated sites and the gateway, each a process of its own, in a folder of its own. */
export class FaultWorld {
  readonly workers: Part[] = [];
  readonly apis: Part[] = [];
  readonly gateways: Gateway[] = [];
  events!: EventWatch;
  private begun = 0;
  private simulators: Part | null = null;
  private ownRedis: Awaited<ReturnType<typeof openEphemeralRedis>> | null = null;

  private constructor(
    readonly directory: string,
    readonly sites: Record<SiteKind, SimulatedSite>,
    readonly proxies: Record<SiteKind, FaultProxy> | null,
    readonly env: Record<string, string>,
    private readonly options: FaultWorldOptions,
  ) {}

  /** Everything but the workers. What was begun is ended again should a part not come up. */
  static async open(options: FaultWorldOptions = {}): Promise<FaultWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-faults-world-'));
    folders.add(directory);
    mkdirSync(join(directory, 'logs'));
    const sites = {
      sdrs: new SimulatedSite('sdrs', await freePort()),
      srm: new SimulatedSite('srm', await freePort()),
    };
    const proxies = options.proxied
      ? { sdrs: await FaultProxy.open(sites.sdrs.port), srm: await FaultProxy.open(sites.srm.port) }
      : null;
    const ports = { sdrs: (proxies ?? sites).sdrs.port, srm: (proxies ?? sites).srm.port };
    writeFileSync(join(directory, 'sites.yaml'), sitesFile(ports, 'lifted'));
    const env: Record<string, string> = {
      ...SITE_PASSWORDS,
      HOST: '127.0.0.1',
      SITES_FILE: join(directory, 'sites.yaml'),
      ADMIN_API_KEY: API_KEY,
      FAILOVERS_PER_MINUTE: '100000',
      RATE_LIMIT_PER_SECOND: 'none',
      LOG_LEVEL: 'warn',
      POLL_INTERVAL_MS: '250',
      SUBMIT_TIMEOUT_MS: '2000',
      QUARANTINE_MS: '20000',
      INVENTORY_REFRESH_MS: '10000',
      JOURNAL_DIR: join(directory, 'journal'),
      AUDIT_DIR: 'none',
      ...options.env,
    };
    const world = new FaultWorld(directory, sites, proxies, env, options);
    try {
      await world.begin();
    } catch (error) {
      const logs = world.lastLines();
      await world.close();
      throw new Error(`The world did not start: ${String(error)}\n${logs}`, { cause: error });
    }
    return world;
  }

  get gateway(): Gateway {
    const [first] = this.gateways;
    if (!first) throw new Error('there is no API process');
    return first;
  }

  get redis(): Awaited<ReturnType<typeof openEphemeralRedis>> {
    if (!this.ownRedis) throw new Error('this Redis is somebody else’s');
    return this.ownRedis;
  }

  async startApi(): Promise<Gateway> {
    const port = await freePort();
    const api = this.part(`api-${++this.begun}`, join(PRODUCT, 'main.js'), {
      ...this.env,
      PORT: String(port),
    });
    this.apis.push(api);
    await api.ready();
    const gateway = new Gateway(`http://127.0.0.1:${port}`, API_KEY);
    this.gateways.push(gateway);
    return gateway;
  }

  /** Begun, not yet ready: `ready()` resolves then. It can be told to die or stop at a step (preload/step-faults.ts). */
  beginWorker(env: Record<string, string> = {}): Part {
    const worker = this.part(
      `worker-${++this.begun}`,
      join(PRODUCT, 'worker.js'),
      { ...this.env, FAULTS_PRODUCT: pathToFileURL(`${PRODUCT}/`).href, ...env },
      // Without the second compiler a start costs a fifth less, and few of them live long enough to gain by it.
      this.options.asShipped ? [] : ['--no-opt', '--import', STEP_FAULTS.href],
    );
    this.workers.push(worker);
    void worker.end.then(() => this.workers.splice(this.workers.indexOf(worker), 1));
    return worker;
  }

  async startWorker(env: Record<string, string> = {}): Promise<Part> {
    const worker = this.beginWorker(env);
    await worker.ready();
    return worker;
  }

  /** The plans that operations are asked of; waits until the gateway knows all of them. */
  async plans(kind: SiteKind): Promise<SeenPlan[]> {
    const wanted = this.options.plans ?? 30;
    const known = await until(
      `the plans of ${kind} are known`,
      async () => {
        const plans = (await this.gateway.plans(SITE_IDS[kind])).filter(({ name }) => /-\d{4}$/.test(name));
        return plans.length >= wanted ? plans : null;
      },
      60_000,
    );
    return known.slice(0, wanted);
  }

  lastLines(): string {
    try {
      return [...this.apis, ...this.workers]
        .map(({ name }) => `--- ${name}\n${readFileSync(this.logOf(name), 'utf8').slice(-2000)}`)
        .join('\n');
    } catch {
      return '';
    }
  }

  logOf(name: string): string {
    return join(this.directory, 'logs', `${name}.log`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers, ...this.apis].map((part) => part.kill()));
    await this.events?.close();
    await this.simulators?.kill();
    await Promise.all(Object.values(this.proxies ?? {}).map((proxy) => proxy.close()));
    await this.ownRedis?.stop();
    if (!process.env.FAULTS_KEEP_LOGS) rmSync(this.directory, { recursive: true, force: true });
    folders.delete(this.directory);
  }

  private async begin(): Promise<void> {
    const { plans = 30, durationFactor = 0.01, apis = 1, redisUrl } = this.options;
    if (!redisUrl) this.ownRedis = await openEphemeralRedis({ appendOnly: true });
    this.env.REDIS_URL = redisUrl ?? this.redis.url;
    this.simulators = this.part('simulators', SIMULATORS, {
      SDRS_SIMULATOR_PORT: String(this.sites.sdrs.port),
      SRM_SIMULATOR_PORT: String(this.sites.srm.port),
      SIMULATOR_DURATION_FACTOR: String(durationFactor),
    });
    await this.simulators.ready();
    await Promise.all([
      this.sites.sdrs.reset(plans, { durationFactor }),
      this.sites.srm.reset(plans, {
        durationFactor,
        ...(this.options.asShipped ? {} : { taskRetentionMs: A_DAY_MS }),
      }),
    ]);
    this.events = new EventWatch(this.env.REDIS_URL);
    await Promise.all(Array.from({ length: apis }, () => this.startApi()));
  }

  private part(name: string, script: string, env: Record<string, string>, execArgv?: string[]): Part {
    const nice = this.options.standsBack ? 10 : 0;
    return Part.begin({ name, script, env, nice, cwd: this.directory, logFile: this.logOf(name), execArgv });
  }
}
