import { inspect } from 'node:util';
import { pino } from 'pino';
import type { JournalEntry } from '../../../simulators/engine/journal.js';
import { startSimulator, type RunningSimulator } from '../../../simulators/engine/server.js';
import {
  srmSimulator,
  type SrmSettings as SimulatorSettings,
  type SrmWorld,
} from '../../../simulators/srm/srm.simulator.js';
import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { Clock } from '../../../src/platform/clock.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import type { SrmAuthSettings, SrmSettings } from '../../../src/providers/srm/srm.settings.js';
import { TestMemory } from './appliance.js';

export const ACCOUNT: SrmAuthSettings = {
  type: 'session',
  userName: 'administrator@vsphere.local',
  password: 'demo-password',
  remoteUserName: 'administrator@remote.local',
  remotePassword: 'demo-remote-password',
};

const BASE = '/api/rest/srm/v2';

/** The simulated appliance of one site, whose time stands still, and drivers with the same clock. */
export class SimulatedAppliance {
  private readonly lines: string[] = [];
  private readonly drivers: ProviderDriver[] = [];

  private constructor(readonly running: RunningSimulator<SrmWorld, SimulatorSettings>) {}

  static async open(settings: Partial<SimulatorSettings> = {}): Promise<SimulatedAppliance> {
    return new SimulatedAppliance(await startSimulator(srmSimulator, { paused: true, settings }));
  }

  get sim() {
    return this.running.simulator;
  }

  driver(auth: Partial<SrmAuthSettings> = {}, settings: Partial<SrmSettings> = {}): ProviderDriver {
    const driver = srm.create(
      { endpoint: `${this.running.url}${BASE}`, auth: { ...ACCOUNT, ...auth }, ...settings },
      {
        siteId: 'berlin',
        clock: new SimulatedClock(() => this.sim.clock.now()),
        log: pino({ level: 'trace' }, { write: (line: string) => void this.lines.push(line) }),
        submitTimeoutMs: 5_000,
        memory: new TestMemory(),
      },
    );
    this.drivers.push(driver);
    return driver;
  }

  plan(name: string): string {
    return this.sim.state.plans.find((plan) => plan.name === name)?.id ?? '';
  }

  /** A run of a plan, as the driver itself would ask for it. */
  run(planName: string, word: string, body: object): UpstreamCall {
    const id = encodeURIComponent(this.plan(planName));
    const path = `/pairings/{pairing}/recovery-management/plans/${id}/actions/${word}`;
    return { label: 'A run', method: 'POST', path, body };
  }

  loseSessions(): void {
    this.sim.state.sessions = [];
  }

  loseFarLogins(): void {
    for (const session of this.sim.state.sessions) session.remote = {};
  }

  requests(method: string, path: string): JournalEntry[] {
    return this.sim.journal.requests({ method, path });
  }

  /** Log-ins so far: at the appliance, and at the far site. */
  get logIns(): { local: number; far: number } {
    return {
      local: this.requests('POST', `${BASE}/session$`).length,
      far: this.requests('POST', '/remote-session$').length,
    };
  }

  get logged(): string {
    return this.lines.join('');
  }

  async close(): Promise<void> {
    await Promise.all(this.drivers.map((driver) => driver.close()));
    await this.running.close();
  }
}

/** Everything that can be seen of an error. */
export function shown(error: unknown): string {
  return inspect(error, { depth: 9, showHidden: true });
}

class SimulatedClock extends Clock {
  constructor(private readonly truth: () => number) {
    super();
  }

  now(): number {
    return this.truth();
  }

  monotonic(): number {
    return this.truth();
  }
}
