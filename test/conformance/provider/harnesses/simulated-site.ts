import type { FaultRule } from '../../../../simulators/engine/faults.js';
import type { JournalEntry } from '../../../../simulators/engine/journal.js';
import { startSimulator, type RunningSimulator } from '../../../../simulators/engine/server.js';
import type { SimulatorDefinition } from '../../../../simulators/engine/simulator.js';
import { THROTTLED_FOR_MS, type Accident, type Harness, type Trouble } from '../harness.js';

/** How one upstream differs on the wire, as far as a test must know it. */
export interface WireManners {
  /** The path of every request that is about logging in: neither a read nor a change. */
  credentials: RegExp;
  /** Of these, the one that begins a new log-in. */
  isLogIn(request: JournalEntry): boolean;
  /** The body of a 429, in the upstream's own form. */
  throttledBody: unknown;
}

const FAULTS: Readonly<Record<Accident, FaultRule>> = {
  INTERNAL_ERROR: { kind: 'status', status: 500 },
  BAD_GATEWAY_PAGE: { kind: 'html', status: 502 },
  SERVICE_UNAVAILABLE: { kind: 'status', status: 503, body: '' },
  THROTTLED: { kind: 'status', status: 429, headers: { 'retry-after': String(THROTTLED_FOR_MS / 1000) } },
  RESET: { kind: 'reset' },
  HANG: { kind: 'hang' },
  TRUNCATED: { kind: 'truncate' },
  EMPTY: { kind: 'empty' },
};

const METHODS = { READ: ['GET'], CHANGE: ['POST', 'PUT', 'PATCH', 'DELETE'] } as const;

/** The part of a harness that is the same for every simulator: its clock, its wire and its books. */
export class SimulatedSite<State extends object, Settings extends object> {
  private up = true;

  private constructor(
    readonly running: RunningSimulator<State, Settings>,
    private readonly manners: WireManners,
  ) {}

  static async start<State extends object, Settings extends object>(
    definition: SimulatorDefinition<State, Settings>,
    manners: WireManners,
    settings: Partial<Settings> = {},
  ): Promise<SimulatedSite<State, Settings>> {
    return new SimulatedSite(await startSimulator(definition, { paused: true, settings }), manners);
  }

  get state(): State {
    return this.running.simulator.state;
  }

  /** The harness's half that needs nothing but the simulator's engine. */
  grip() {
    const { simulator } = this.running;
    return {
      now: () => simulator.clock.now(),
      advance: (ms: number) => {
        simulator.clock.advance(ms);
        simulator.settle();
      },
      trouble: (trouble: Trouble) => this.trouble(trouble),
      calm: () => simulator.faults.clear(),
      goDown: () => this.goDown(),
      reads: () => this.requests((request) => request.method === 'GET' && !this.isAboutCredentials(request)),
      stateChangingRequests: () =>
        this.requests((request) => request.method !== 'GET' && !this.isAboutCredentials(request)),
      logIns: () => this.requests((request) => this.manners.isLogIn(request)),
      executions: () => simulator.journal.executions(),
    } satisfies Partial<Harness>;
  }

  /** The simulator's control API. */
  async control(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    const answer = await fetch(`${this.running.url}/_sim${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} /_sim${path} answered ${answer.status}`);
    await answer.arrayBuffer();
  }

  async goDown(): Promise<void> {
    if (this.up) await this.running.close();
    this.up = false;
  }

  private trouble({ on, accident, when = 'BEFORE', times = 'ALWAYS' }: Trouble): void {
    const body = accident === 'THROTTLED' ? { body: this.manners.throttledBody } : {};
    for (const method of METHODS[on]) {
      this.running.simulator.faults.add({
        ...FAULTS[accident],
        ...body,
        method,
        path: `^(?!.*${this.manners.credentials.source})`,
        when: when === 'AFTER' ? 'after' : 'before',
        times: times === 'ALWAYS' ? -1 : times,
      });
    }
  }

  private isAboutCredentials({ path }: JournalEntry): boolean {
    return this.manners.credentials.test(path);
  }

  private requests(wanted: (request: JournalEntry) => boolean): string[] {
    const all = this.running.simulator.journal.requests().filter(wanted);
    return all.map(({ method, path }) => `${method} ${path}`);
  }
}
