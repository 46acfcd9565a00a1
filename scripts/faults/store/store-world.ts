import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../sandbox/ports.js';
import { Service } from '../../../sandbox/service.js';
import { SITE_PASSWORDS, sitesFile } from '../../../sandbox/sites-file.js';
import type { FaultRule } from '../../../simulators/engine/faults.js';
import { until } from '../../measure/pace.js';
import { SimulatedSite } from '../../measure/simulated-site.js';
import { Caller } from './caller.js';
import { Targets } from './targets.js';

const API_KEY = 'faults-key-7d2f';
const SIMULATORS = fileURLToPath(new URL('../../../simulators/main.js', import.meta.url));
const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');
const STARTING_TAKES_MS = 60_000;

/** So that looks, intents and answers lie far enough apart for a fault to fall between them. */
const FAR_AWAY: FaultRule = { kind: 'delay', ms: 150, share: 0.7, times: -1 };

export interface StoreWorldOptions {
  redisUrl: string;
  /** Groups and plans on each site, beside the few that are always there. */
  targets: number;
  /** How fast the work upstream goes: 1 = as the real services. */
  durationFactor?: number;
  env?: Record<string, string>;
  /** false = begins without a gateway. */
  gateway?: boolean;
}

export interface GatewayProcess {
  readonly service: Service;
  readonly logFile: string;
}

/** Both simulated sites and the gateway's processes, around a Redis that somebody else brings, and breaks. */
export class StoreWorld {
  readonly caller: Caller;
  readonly targets: Targets;
  private readonly services: Service[] = [];
  private begun = 0;

  private constructor(
    readonly directory: string,
    readonly sdrs: SimulatedSite,
    readonly srm: SimulatedSite,
    private readonly port: number,
    private readonly env: Record<string, string>,
  ) {
    this.caller = new Caller(`http://127.0.0.1:${port}`, API_KEY);
    this.targets = new Targets(this.caller, [sdrs, srm]);
  }

  static async open({
    redisUrl,
    targets,
    durationFactor = 0.05,
    env = {},
    gateway = true,
  }: StoreWorldOptions): Promise<StoreWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-storm-'));
    const [sdrs, srm, port] = [await freePort(), await freePort(), await freePort()];
    mkdirSync(join(directory, 'logs'));
    writeFileSync(join(directory, 'sites.yaml'), sitesFile({ sdrs, srm }));
    const shared = {
      ...SITE_PASSWORDS,
      PORT: String(port),
      HOST: '127.0.0.1',
      REDIS_URL: redisUrl,
      SITES_FILE: join(directory, 'sites.yaml'),
      ADMIN_API_KEY: API_KEY,
      FAILOVERS_PER_MINUTE: '100000',
      RATE_LIMIT_PER_SECOND: 'none',
      JOURNAL_DIR: join(directory, 'journal'),
      AUDIT_DIR: 'none',
      LOG_LEVEL: 'info',
      POLL_INTERVAL_MS: '200',
      SUBMIT_TIMEOUT_MS: '2000',
      QUARANTINE_MS: '4000',
      ...env,
    };
    const sites = [new SimulatedSite('sdrs', sdrs), new SimulatedSite('srm', srm)] as const;
    const world = new StoreWorld(directory, ...sites, port, shared);
    try {
      await world.startSimulators({
        SDRS_SIMULATOR_PORT: String(sdrs),
        SRM_SIMULATOR_PORT: String(srm),
        SIMULATOR_DURATION_FACTOR: String(durationFactor),
      });
      for (const site of sites) {
        await site.reset(targets, { durationFactor });
        await site.control('POST', '/faults', FAR_AWAY);
      }
      if (gateway) {
        await Promise.all([world.start('main'), world.start('worker')]);
        await world.targets.find();
      }
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  get sites(): readonly SimulatedSite[] {
    return [this.sdrs, this.srm];
  }

  /** One more process; `dist` is what shipped at another revision. Started again should it end by itself. */
  async start(
    name: 'main' | 'worker',
    env: Record<string, string> = {},
    dist: string = PRODUCT,
  ): Promise<GatewayProcess> {
    const started = this.service(name, join(dist, `${name}.js`), { ...this.env, ...env });
    await started.service.start();
    if (name === 'main') await this.answers();
    return started;
  }

  /** In order, as a deployment does it. */
  async end({ service }: GatewayProcess): Promise<void> {
    await service.stop();
  }

  async answers(): Promise<void> {
    const live = async () => ((await this.caller.status('/livez')) === 200 ? true : null);
    await until('the API process answers', live, STARTING_TAKES_MS);
  }

  /** The environment of a process that is started by hand. */
  get environment(): Record<string, string> {
    const { PATH = '', HOME = '' } = process.env;
    return { PATH, HOME, ...this.env };
  }

  script(name: 'main' | 'worker'): string {
    return join(PRODUCT, `${name}.js`);
  }

  /** What all processes logged. */
  get logs(): string[] {
    const folder = join(this.directory, 'logs');
    return readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'),
    );
  }

  async close(): Promise<void> {
    for (const service of this.services) service.killNow();
    if (process.env.FAULTS_KEEP_LOGS) console.log(`logs: ${this.directory}/logs`);
    else rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async startSimulators(env: Record<string, string>): Promise<void> {
    await this.service('simulators', SIMULATORS, env).service.start();
  }

  private service(name: string, script: string, env: Record<string, string>): GatewayProcess {
    const { PATH = '', HOME = '' } = process.env;
    const logFile = join(this.directory, 'logs', `${++this.begun}-${name}.log`);
    const service = new Service({ name, script, env: { PATH, HOME, ...env }, logFile }, () => undefined);
    this.services.push(service);
    return { service, logFile };
  }
}
