import { fileURLToPath } from 'node:url';
import type { FaultRule } from '../../simulators/engine/faults.js';
import type { Execution, JournalEntry } from '../../simulators/engine/journal.js';
import type { TrafficView } from '../../simulators/engine/traffic.js';
import { Subprocess } from './processes.js';

const SCRIPT = fileURLToPath(new URL('../../simulators/main.js', import.meta.url));

/** A hundred times faster than the real services: a failover takes about a second. */
const DURATION_FACTOR = 0.01;

/** Paths of requests that are about logging in. */
const CREDENTIALS = { sdrs: /^\/v3\/auth/, srm: /\/(session|remote-session)s?(\/|$)|\/login$/ } as const;

export type SiteKind = keyof typeof CREDENTIALS;

/** One simulated upstream as a process of its own, steered by its control API. */
export class SimulatedUpstream {
  private process: Subprocess | null = null;
  private lastLogs = '';
  private resets = 0;

  constructor(
    readonly kind: SiteKind,
    readonly port: number,
    private readonly stateDir: string,
  ) {}

  async start(): Promise<void> {
    this.process = await Subprocess.start({
      name: `${this.kind} simulator`,
      script: SCRIPT,
      env: {
        SIMULATOR_ONLY: this.kind,
        SDRS_SIMULATOR_PORT: String(this.port),
        SRM_SIMULATOR_PORT: String(this.port),
        SIMULATOR_STATE_DIR: this.stateDir,
        SIMULATOR_DURATION_FACTOR: String(DURATION_FACTOR),
      },
    });
  }

  /** The site is down; its world is kept, and its work goes on by the clock. */
  async stop(): Promise<void> {
    await this.process?.stop();
    this.lastLogs = this.log;
    this.process = null;
  }

  get log(): string {
    return this.process?.log ?? this.lastLogs;
  }

  /** Its first world again, but no id that it gave is given again. */
  async reset(settings: object = {}): Promise<void> {
    this.resets += 1;
    const wishes = { seed: 1 + this.resets, settings: { durationFactor: DURATION_FACTOR, ...settings } };
    await this.control('POST', '/reset', wishes);
    if (this.kind === 'sdrs') return;
    const first = await this.state<{ lastNumber: number }>();
    const state = { ...first, lastNumber: first.lastNumber + 1000 * this.resets };
    await this.control('POST', '/reset', { ...wishes, state });
  }

  async settings(change: object): Promise<void> {
    await this.control('PATCH', '/settings', change);
  }

  async fault(rule: FaultRule): Promise<void> {
    await this.control('POST', '/faults', rule);
  }

  /** One of the named faults; `more` wins over what the name brings. */
  async preset(preset: string, more: object = {}): Promise<void> {
    await this.control('POST', '/faults', { preset, ...more });
  }

  /** Somebody begins an action at the vendor's console; the id of the job or task. */
  async console(order: object): Promise<string> {
    const { jobId, taskId } = (await this.control('POST', '/console', order)) as Record<string, string>;
    return jobId ?? taskId ?? '';
  }

  async traffic(): Promise<TrafficView> {
    return (await this.control('GET', '/traffic')) as TrafficView;
  }

  async calm(): Promise<void> {
    await this.control('DELETE', '/faults');
  }

  async state<T extends object>(): Promise<T> {
    return (await this.control('GET', '/state')) as T;
  }

  /** What it really did. */
  async executions(): Promise<Execution[]> {
    const { executions } = (await this.control('GET', '/journal')) as { executions: Execution[] };
    return executions;
  }

  /** The requests that ask for a change, log-ins left out. */
  async changes(): Promise<JournalEntry[]> {
    const requests = await this.requests();
    return requests.filter(({ method, path }) => method !== 'GET' && !CREDENTIALS[this.kind].test(path));
  }

  async requests(query = ''): Promise<JournalEntry[]> {
    const { requests } = (await this.control('GET', `/journal${query}`)) as { requests: JournalEntry[] };
    return requests;
  }

  async control(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/_sim${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_sim${path} answered ${answer.status}: ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
