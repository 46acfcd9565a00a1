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
  /** The path of a POST that only asks. */
  asks?: RegExp;
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
  ERROR_IN_200: { kind: 'body' },
  NOT_FOUND_PAGE: { kind: 'html', status: 404 },
  REQUEST_TIMEOUT: { kind: 'status', status: 408, body: '' },
  REDIRECT: { kind: 'status', status: 307, body: '', headers: { location: '/elsewhere' } },
};

const METHODS = { READ: ['GET'], CHANGE: ['POST', 'PUT', 'PATCH', 'DELETE'] } as const;

/** One simulator for all tests of a file, in its first state again for each of them. */
export class SimulatorShelf<State extends object, Settings extends object> {
  private running: RunningSimulator<State, Settings> | null = null;

  constructor(
    private readonly definition: SimulatorDefinition<State, Settings>,
    private readonly manners: WireManners,
    private readonly settings: Partial<Settings> = {},
  ) {}

  async take(): Promise<SimulatedSite<State, Settings>> {
    this.running ??= await startSimulator(this.definition, { paused: true });
    this.running.simulator.reset({ settings: this.settings });
    return new SimulatedSite(this.running, this.manners, () => this.close());
  }

  async close(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }
}

/** The part of a harness that is the same for every simulator: its clock, its wire and its books. */
export class SimulatedSite<State extends object, Settings extends object> {
  constructor(
    readonly running: RunningSimulator<State, Settings>,
    private readonly manners: WireManners,
    private readonly goDown: () => Promise<void>,
  ) {}

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
      reads: () => this.requests((request) => this.isRead(request) && !this.isAboutCredentials(request)),
      stateChangingRequests: () =>
        this.requests((request) => !this.isRead(request) && !this.isAboutCredentials(request)),
      logIns: () => this.requests((request) => this.manners.isLogIn(request)),
      asked: () =>
        simulator.routes.list().flatMap(({ method, path, hits, words }) => {
          const call = `${method} ${path}`;
          return hits === 0 ? [] : [call, ...Object.keys(words).map((word) => `${call} ${word}`)];
        }),
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

  private trouble({ on, accident, when = 'BEFORE', times = 'ALWAYS' }: Trouble): void {
    const { faults, definition } = this.running.simulator;
    const bodies: Partial<Record<Accident, unknown>> = {
      THROTTLED: this.manners.throttledBody,
      ERROR_IN_200: definition.errorBody?.(500),
    };
    const { credentials, asks } = this.manners;
    const others = [credentials, ...(asks ? [asks] : [])].map(({ source }) => `(?!.*${source})`).join('');
    const rules = METHODS[on].map((method) => ({ method: method, path: `^${others}` }));
    if (on === 'READ' && asks) rules.push({ method: 'POST', path: asks.source });
    for (const rule of rules) {
      faults.add({
        body: bodies[accident],
        ...FAULTS[accident],
        ...rule,
        when: when === 'AFTER' ? 'after' : 'before',
        times: times === 'ALWAYS' ? -1 : times,
      });
    }
  }

  private isRead({ method, path }: JournalEntry): boolean {
    return method === 'GET' || (this.manners.asks?.test(path) ?? false);
  }

  private isAboutCredentials({ path }: JournalEntry): boolean {
    return this.manners.credentials.test(path);
  }

  private requests(wanted: (request: JournalEntry) => boolean): string[] {
    const all = this.running.simulator.journal.requests().filter(wanted);
    return all.map(({ method, path }) => `${method} ${path}`);
  }
}
