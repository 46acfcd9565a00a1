import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { freePort } from '../../sandbox/ports.js';
import { Service } from '../../sandbox/service.js';
import { SITE_PASSWORDS } from '../../sandbox/sites-file.js';
import { GatewayClient } from './gateway-client.js';
import { until } from './pace.js';
import { SimulatedSite } from './simulated-site.js';
import { sitesFile, type Budgets } from './sites-file.js';

const API_KEY = 'measure-key-7d2f';
const SIMULATORS = fileURLToPath(new URL('../../simulators/main.js', import.meta.url));

/** What ships, as it was built. */
const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');

type PrivateRedis = Awaited<ReturnType<typeof openEphemeralRedis>>;

/** Redis, both simulated sites, and the gateway's processes, each on its own, all on this machine. */
export class Stage {
  private gateway: Service[] = [];
  private simulators: Service | null = null;
  private begun = 0;

  private constructor(
    private readonly directory: string,
    private readonly redis: PrivateRedis,
    readonly sdrs: SimulatedSite,
    readonly srm: SimulatedSite,
    private readonly port: number,
    private readonly say: (text: string) => void,
  ) {}

  static async open(say: (text: string) => void): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-measure-'));
    const [sdrs, srm, port] = [await freePort(), await freePort(), await freePort()];
    const redis = await openEphemeralRedis();
    mkdirSync(join(directory, 'logs'));
    const stage = new Stage(
      directory,
      redis,
      new SimulatedSite('sdrs', sdrs),
      new SimulatedSite('srm', srm),
      port,
      say,
    );
    try {
      stage.simulators = stage.service('simulators', SIMULATORS, {
        SDRS_SIMULATOR_PORT: String(sdrs),
        SRM_SIMULATOR_PORT: String(srm),
        SIMULATOR_DURATION_FACTOR: '1',
      });
      await stage.simulators.start();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  private get journal(): string {
    return join(this.directory, 'journal');
  }

  get sites(): readonly SimulatedSite[] {
    return [this.sdrs, this.srm];
  }

  get api(): GatewayClient {
    return new GatewayClient(`http://127.0.0.1:${this.port}`, API_KEY);
  }

  get redisTitle(): string {
    return this.redis.title;
  }

  /** One API process and one worker, with these budgets; the settings are those of a deployment that sets none. */
  async startGateway(budgets: Budgets, env: Record<string, string> = {}): Promise<void> {
    const file = join(this.directory, 'sites.yaml');
    writeFileSync(file, sitesFile({ sdrs: this.sdrs.port, srm: this.srm.port }, budgets));
    const shared = {
      ...SITE_PASSWORDS,
      PORT: String(this.port),
      HOST: '127.0.0.1',
      REDIS_URL: this.redis.url,
      SITES_FILE: file,
      ADMIN_API_KEY: API_KEY,
      FAILOVERS_PER_MINUTE: '100000',
      RATE_LIMIT_PER_SECOND: 'none',
      LOG_LEVEL: 'warn',
      JOURNAL_DIR: this.journal,
      AUDIT_DIR: 'none',
      HISTORY_DIR: join(this.directory, 'history'),
      ...env,
    };
    this.gateway = ['main', 'worker'].map((name) => this.service(name, join(PRODUCT, `${name}.js`), shared));
    await Promise.all(this.gateway.map((service) => service.start()));
    await until(
      'the gateway answers',
      async () => ((await this.api.sources()).length > 0 ? true : null),
      60_000,
    );
  }

  async stopGateway(): Promise<void> {
    await Promise.all(this.gateway.map((service) => service.stop()));
    this.gateway = [];
  }

  /** As on the first day. */
  async forgetEverything(): Promise<void> {
    rmSync(this.journal, { recursive: true, force: true });
    await this.withRedis((redis) => redis.flushall());
  }

  /** What other processes spent, with other budgets, is not to be held against the next ones. */
  async forgetBudgets(): Promise<void> {
    await this.withRedis(async (redis) => {
      const spent = await redis.keys('*budget*');
      if (spent.length > 0) await redis.del(...spent);
    });
  }

  private async withRedis(use: (redis: Redis) => Promise<unknown>): Promise<void> {
    const redis = new Redis(this.redis.url);
    try {
      await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  async close(): Promise<void> {
    await this.stopGateway();
    await this.simulators?.stop();
    await this.redis.stop();
    if (process.env.MEASURE_KEEP_LOGS) this.say(`logs: ${this.directory}/logs`);
    else rmSync(this.directory, { recursive: true, force: true });
  }

  private service(name: string, script: string, env: Record<string, string>): Service {
    const { PATH = '', HOME = '' } = process.env;
    const logFile = join(this.directory, 'logs', `${++this.begun}-${name}.log`);
    return new Service({ name, script, env: { PATH, HOME, ...env }, logFile }, this.say);
  }
}
