import { inspect } from 'node:util';
import { pino } from 'pino';
import { startSimulator, type RunningSimulator } from '../../../simulators/engine/server.js';
import {
  sdrsSimulator,
  type SdrsSettings as SimulatorSettings,
  type SdrsState,
} from '../../../simulators/sdrs/sdrs.simulator.js';
import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { Clock } from '../../../src/platform/clock.js';
import { SiteMemory, type ProviderDriver } from '../../../src/providers/provider-driver.js';
import { sdrs } from '../../../src/providers/sdrs/sdrs.factory.js';
import type { SdrsSettings } from '../../../src/providers/sdrs/sdrs.settings.js';

export const PROJECT = '0123456789abcdef0123456789abcdef';
export const KEY = { accessKey: 'AKEXAMPLE0000001', secretKey: 'SkExample-not-a-secret-0001' };
export const IAM_PASSWORD = 'demo-password';

/** How a driver reaches the site; absent = without TLS. */
export interface Way {
  url?: string;
  tls?: SdrsSettings['tls'] | null;
}

/** A simulated site, which keeps real time unless a test advances it, and drivers with the same clock. */
export class SimulatedSite {
  private readonly lines: string[] = [];
  private readonly drivers: ProviderDriver[] = [];

  private constructor(readonly running: RunningSimulator<SdrsState, SimulatorSettings>) {}

  static async open(settings: Partial<SimulatorSettings> = {}): Promise<SimulatedSite> {
    return new SimulatedSite(await startSimulator(sdrsSimulator, { settings }));
  }

  get sim() {
    return this.running.simulator;
  }

  get log() {
    return pino({ level: 'trace' }, { write: (line: string) => void this.lines.push(line) });
  }

  driver(auth: Partial<SdrsSettings['auth']> = {}, clockOffMs = 0, way: Way = {}): ProviderDriver {
    const driver = sdrs.create(this.settings(auth, way), {
      siteId: 'otc',
      clock: new SimulatedClock(() => this.sim.clock.now(), clockOffMs),
      log: this.log,
      submitTimeoutMs: 5_000,
      memory: new NoMemory(),
    });
    this.drivers.push(driver);
    return driver;
  }

  signing(key: Partial<SdrsSettings['auth']> = {}, clockOffMs = 0): ProviderDriver {
    return this.driver({ type: 'signature', ...KEY, ...key }, clockOffMs);
  }

  group(name: string): string {
    return this.sim.state.groups.find((group) => group.name === name)?.id ?? '';
  }

  action(groupName: string, body: object): UpstreamCall {
    const path = `/v1/${PROJECT}/server-groups/${this.group(groupName)}/action`;
    return { label: 'An action', method: 'POST', path, body };
  }

  /** Requests so far, by method and the end of the path. */
  count(method: string, path: string): number {
    return this.sim.journal.requests({ method, path }).length;
  }

  /** Everything that drivers said in a log. */
  get logged(): string {
    return this.lines.join('');
  }

  async close(): Promise<void> {
    await Promise.all(this.drivers.map((driver) => driver.close()));
    await this.running.close();
  }

  private settings(auth: Partial<SdrsSettings['auth']>, { url, tls }: Way): SdrsSettings {
    const endpoint = url ?? this.running.url;
    const password = {
      type: 'password',
      iamEndpoint: `${endpoint}/v3`,
      domainName: 'demo',
      userName: 'demo',
      password: IAM_PASSWORD,
    };
    return {
      endpoint,
      ...(tls ? { tls } : {}),
      projectId: PROJECT,
      auth: (auth.type === 'signature' ? auth : { ...password, ...auth }) as SdrsSettings['auth'],
    };
  }
}

/** Everything that can be seen of an error. */
export function shown(error: unknown): string {
  return inspect(error, { depth: 9, showHidden: true });
}

class SimulatedClock extends Clock {
  constructor(
    private readonly truth: () => number,
    private readonly offMs: number,
  ) {
    super();
  }

  now(): number {
    return this.truth() + this.offMs;
  }

  monotonic(): number {
    return this.truth();
  }
}

class NoMemory extends SiteMemory {
  rememberFirst(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }
}
