import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from './back-off.js';
import { banner } from './banner.js';
import { DataDirectory } from './data-directory.js';
import { openRedis, type OpenRedis } from './embedded-redis.js';
import type { SandboxOptions } from './options.js';
import { portFor } from './ports.js';
import { Service } from './service.js';
import { answersReady, plansToShow, requestsToTry, type GatewayAccess, type ShownPlan } from './showcase.js';
import { SIMULATED_SITES, SITE_PASSWORDS, type SimulatorPorts } from './sites-file.js';

/** What runs as a process of its own. */
export interface Scripts {
  api: string;
  worker: string;
  simulators: string;
}

/** Everything on one machine: started in the order of need, stopped in the reverse. */
export class Sandbox {
  private readonly startedAt = performance.now();
  private readonly services = new Map<keyof Scripts, Service>();
  private redis: OpenRedis | null = null;
  private data: DataDirectory | null = null;
  private leaving = false;

  constructor(
    private readonly options: SandboxOptions,
    private readonly scripts: Scripts,
    private readonly print: (text: string) => void,
  ) {}

  /** Resolves when all is up and the banner is printed. */
  async start(): Promise<void> {
    const { dataDir, fresh, redisUrl, adminApiKey } = this.options;
    const data = await DataDirectory.open(dataDir, { fresh });
    this.data = data;
    this.announce(`data in ${data.path}${fresh ? ', begun anew' : ''}`);

    const redis = await openRedis({ dataDir, givenUrl: redisUrl, announce: this.announce });
    if (fresh && redisUrl) this.announce('what is in it stays: it is yours, --fresh deletes nothing there');
    this.redis = redis;
    void this.keepUp(redis);

    const simulators = await this.startSimulators(data);
    const sitesFile = this.options.sitesFile ?? data.writeSitesFile(simulators);
    const key = adminApiKey ?? data.adminApiKey();
    const url = await this.startGateway(data, {
      REDIS_URL: redis.url,
      SITES_FILE: sitesFile,
      ADMIN_API_KEY: key,
    });

    this.print(
      banner({
        apiUrl: url,
        apiKey: key,
        sdrsUrl: `http://127.0.0.1:${simulators.sdrs}`,
        srmUrl: `http://127.0.0.1:${simulators.srm}`,
        sitesFile,
        redis: redis.title,
        dataDir: data.path,
        logs: data.logs,
        requests: requestsToTry({ url, key }, await this.plansToOffer({ url, key })),
        seconds: this.seconds(),
      }),
    );
  }

  /** None of somebody's own sites: those may be real. */
  private async plansToOffer(access: GatewayAccess): Promise<ShownPlan[]> {
    if (this.options.sitesFile) return [];
    const plans = await plansToShow(access);
    if (plans.length < SIMULATED_SITES) {
      this.announce(
        'not every site has a plan that something can be done with now (npm start -- --fresh begins anew)',
      );
    }
    return plans;
  }

  /** The gateway first: it lets go of its jobs while Redis and the sites still answer. */
  async stop(): Promise<void> {
    this.leaving = true;
    await Promise.all([this.services.get('api')?.stop(), this.services.get('worker')?.stop()]);
    await this.services.get('simulators')?.stop();
    await this.redis?.stop();
    this.data?.close();
  }

  /** Redis goes by its keeper, as soon as this process is gone. */
  killNow(): void {
    this.leaving = true;
    for (const service of this.services.values()) service.killNow();
  }

  readonly announce = (text: string): void => {
    this.print(`${this.seconds().padStart(6)} s  ${text}`);
  };

  private seconds(): string {
    return ((performance.now() - this.startedAt) / 1000).toFixed(1);
  }

  private async startSimulators(data: DataDirectory): Promise<SimulatorPorts> {
    const { ports, env } = this.options;
    const sdrs = await portFor('SDRS simulator', ports.sdrs, this.announce);
    const srm = await portFor('SRM simulator', ports.srm, this.announce);
    await this.startService('simulators', data, {
      SIMULATOR_STATE_DIR: data.simulators,
      SIMULATOR_DURATION_FACTOR: env.SIMULATOR_DURATION_FACTOR,
      SDRS_SIMULATOR_PORT: String(sdrs),
      SRM_SIMULATOR_PORT: String(srm),
      SIMULATOR_HOST: '127.0.0.1',
    });
    return { sdrs, srm };
  }

  /** The API and the worker, which share one configuration. Answers the API's address. */
  private async startGateway(data: DataDirectory, wiring: Record<string, string>): Promise<string> {
    const { ports, env } = this.options;
    const port = await portFor('API', ports.api, this.announce);
    const url = `http://127.0.0.1:${port}`;
    const shared = {
      ...SITE_PASSWORDS,
      LOG_LEVEL: env.LOG_LEVEL || 'warn',
      POLL_INTERVAL_MS: env.POLL_INTERVAL_MS || '1000',
      HOST: '127.0.0.1',
      PORT: String(port),
      JOURNAL_DIR: env.JOURNAL_DIR || data.journal,
      HISTORY_DIR: env.HISTORY_DIR || data.history,
      AUDIT_DIR: env.AUDIT_DIR || data.audit,
      AUDIT_KEY_FILE: env.AUDIT_KEY_FILE || data.auditKeyFile(),
      AUDIT_CHECKPOINT_FILE: env.AUDIT_CHECKPOINT_FILE || data.auditCheckpoints,
      ...wiring,
    };
    await Promise.all([
      this.startService('worker', data, shared),
      this.startService('api', data, shared, () => answersReady(url)),
    ]);
    return url;
  }

  private async startService(
    name: keyof Scripts,
    data: DataDirectory,
    env: NodeJS.ProcessEnv,
    isReady?: () => Promise<boolean>,
  ): Promise<void> {
    const service = new Service(
      {
        name,
        script: this.scripts[name],
        env: { ...this.options.env, ...env },
        logFile: data.logFile(name),
        isReady,
      },
      this.announce,
    );
    if (this.leaving) throw new Error(`${name} is not started any more`);
    this.services.set(name, service);
    await service.start();
    this.announce(`${name} ready`);
  }

  private async keepUp(redis: OpenRedis): Promise<void> {
    for (let failures = 0; ;) {
      const how = await redis.ended;
      if (this.leaving) return;
      const pause = backOffMs(++failures);
      this.announce(`Redis ended (${how}); starting it again in ${pause / 1000} s`);
      await sleep(pause);
      if (this.leaving) return;
      await redis.restart().then(
        () => this.announce('Redis is back'),
        (error: Error) => this.announce(error.message),
      );
    }
  }
}
