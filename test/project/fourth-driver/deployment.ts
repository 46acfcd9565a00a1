import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import { freePort } from '../../../sandbox/ports.js';
import { startSimulator } from '../../../simulators/engine/server.js';
import { GatewayClient } from '../../support/client.js';
import { Subprocess } from '../../support/processes.js';
import type { Copy } from './copy.js';
import { tidewaterSimulator } from './simulator/tidewater.simulator.js';

const API_KEY = 'fourth-key-3b1a';
const JOB_MS = 300;

const SITES = (endpoint: string) => `sites:
  - id: north-sea
    name: North Sea
    provider: tidewater
    endpoint: ${endpoint}
    token: "\${TIDE_TOKEN}"
`;

/** The copy's gateway with a Redis and a port authority of its own. */
export class Deployment {
  private constructor(
    readonly api: GatewayClient,
    readonly port: Awaited<ReturnType<typeof startPort>>,
    private readonly redis: Awaited<ReturnType<typeof openEphemeralRedis>>,
    private readonly processes: Subprocess[],
  ) {}

  static async start(copy: Copy): Promise<Deployment> {
    const redis = await openEphemeralRedis();
    const port = await startPort();
    const listensAt = await freePort();
    const api = new GatewayClient(`http://127.0.0.1:${listensAt}`, API_KEY);
    const deployment = new Deployment(api, port, redis, []);
    const env = environment(copy, port.url, { PORT: String(listensAt), REDIS_URL: redis.url });
    try {
      const starting = (['main', 'worker'] as const).map(async (name) => {
        const started = await Subprocess.start({ name, script: copy.path(`build/src/${name}.js`), env });
        deployment.processes.push(started);
      });
      const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
      if (failed) throw (failed as PromiseRejectedResult).reason;
    } catch (error) {
      await deployment.stop();
      throw error;
    }
    return deployment;
  }

  get logs(): string {
    return this.processes.map(({ name, log }) => `--- ${name}\n${log}`).join('\n');
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.port.close();
    await this.redis.stop();
  }
}

/** Starts the copy's API, which is to refuse: its exit code, and what it said. */
export async function refusedStart(copy: Copy): Promise<{ code: number | null; said: string }> {
  const env = environment(copy, 'http://127.0.0.1:9', {});
  const api = Subprocess.begin({ name: 'main', script: copy.path('build/src/main.js'), env });
  return { code: await api.end(), said: api.log };
}

function startPort() {
  return startSimulator(tidewaterSimulator, { settings: { jobMs: JOB_MS } });
}

function environment(copy: Copy, endpoint: string, more: Record<string, string>): Record<string, string> {
  copy.write('sites.yaml', SITES(endpoint));
  return {
    HOST: '127.0.0.1',
    SITES_FILE: copy.path('sites.yaml'),
    TIDE_TOKEN: tidewaterSimulator.defaultSettings.token,
    ADMIN_API_KEY: API_KEY,
    POLL_INTERVAL_MS: '60',
    SUBMIT_TIMEOUT_MS: '5000',
    JOURNAL_DIR: 'none',
    AUDIT_DIR: 'none',
    ...more,
  };
}
