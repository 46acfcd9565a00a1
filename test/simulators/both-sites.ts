import { request } from 'node:http';
import type { Execution } from '../../simulators/engine/journal.js';
import type { SimulatorDefinition } from '../../simulators/engine/simulator.js';
import { startSimulator, type RunningSimulator } from '../../simulators/engine/server.js';
import { sdrsSimulator } from '../../simulators/sdrs/sdrs.simulator.js';
import { srmSimulator } from '../../simulators/srm/srm.simulator.js';
import { logInBody, PROJECT } from './sdrs-client.js';
import { LOCAL, PLANS, REMOTE, SITE_A, PAIRING } from './srm-bench.js';

export interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

export interface Asked {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What the client of either service does, told alike: log in, start something, read something. */
interface Manners {
  logIn(site: Site): Promise<Record<string, string>>;
  /** Starts a failover of the `erp` group or plan. */
  change: Asked;
  list: Asked;
  one: Asked;
  /** Where the work that an accepted change began is read. */
  jobPath(accepted: Record<string, unknown>): string;
  /** Its state there, while it goes on, and after each way to end. */
  jobWords: { running: string; done: string; failed: string };
  /** The list of a list answer, and what it says to be the number of all items. */
  items(answer: unknown): { id: string }[];
  total(answer: unknown): number;
}

type Fields = Record<string, never>;

const ERP_PLAN = `${PLANS}/DrRecoveryRecoveryPlan:5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11:33333333-cccc-4ccc-8ccc-333333333333`;

/** One simulator standing still in time, and a client that shows every byte and every loss. */
export class Site {
  private static opened: Site[] = [];
  private credentials: Record<string, string> = {};

  private constructor(
    readonly running: RunningSimulator<object, object>,
    readonly manners: Manners,
  ) {}

  static async open(name: 'sdrs' | 'srm', options: { seed?: number; settings?: object } = {}): Promise<Site> {
    const { definition, manners } = SITES[name]();
    const running = await startSimulator(definition, { paused: true, ...options });
    const site = new Site(running, manners);
    Site.opened.push(site);
    await site.logIn();
    return site;
  }

  async logIn(): Promise<void> {
    this.credentials = {};
    this.credentials = await this.manners.logIn(this);
  }

  /** Begins anew, logged in; by the same seed everything is the same again. */
  async restart(seed = 1): Promise<void> {
    this.running.simulator.reset({ seed });
    await this.logIn();
  }

  /** What the client gets, or a rejection when the connection dies. Its Host does not know the port. */
  ask({ method, path, body, headers }: Asked, signal?: AbortSignal): Promise<Answered> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          port: this.running.port,
          host: '127.0.0.1',
          method,
          path,
          agent: false,
          ...(signal ? { signal } : {}),
          headers: {
            host: 'site.example',
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(sent),
            ...this.credentials,
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers as Record<string, string>,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(sent);
    });
  }

  change = (signal?: AbortSignal) => this.ask(this.manners.change, signal);
  list = () => this.ask(this.manners.list);
  one = () => this.ask(this.manners.one);

  async job(accepted: Answered): Promise<Answered> {
    const path = this.manners.jobPath(JSON.parse(accepted.text) as Record<string, unknown>);
    return this.ask({ method: 'GET', path });
  }

  async control(method: string, path: string, body?: unknown): Promise<Answered> {
    return this.ask({ method, path: `/_sim${path}`, body });
  }

  /** A named fault, which must be known. */
  async preset(preset: string, more: object = {}): Promise<Fields> {
    const { status, text } = await this.control('POST', '/faults', { preset, ...more });
    expect([preset, status]).toEqual([preset, 201]);
    return JSON.parse(text) as Fields;
  }

  advance(ms: number): void {
    this.running.simulator.clock.advance(ms);
    this.running.simulator.settle();
  }

  get executions(): readonly Execution[] {
    return this.running.simulator.journal.executions();
  }

  /** Waits, without a clock, until the simulator has struck a request with a fault. */
  async struck(): Promise<void> {
    const { journal } = this.running.simulator;
    while (!journal.requests().some(({ fault }) => fault !== null)) await new Promise(setImmediate);
  }

  /** Closes every site of the file, also those of tests that failed. */
  static async closeAll(): Promise<void> {
    const sites = Site.opened.splice(0);
    await Promise.all(sites.map((site) => site.running.close()));
  }
}

const items = (answer: unknown, name: string) =>
  (answer as Record<string, { id: string }[]>)[name] as { id: string }[];

const SDRS: Manners = {
  logIn: async (site) => {
    const { headers } = await site.ask({ method: 'POST', path: '/v3/auth/tokens', body: logInBody() });
    return { 'x-auth-token': headers['x-subject-token'] ?? '' };
  },
  change: { method: 'POST', path: '', body: { 'failover-server-group': {} } },
  list: { method: 'GET', path: `/v1/${PROJECT}/server-groups` },
  one: { method: 'GET', path: '' },
  jobPath: ({ job_id: id }) => `/v1/${PROJECT}/jobs/${String(id)}`,
  jobWords: { running: 'RUNNING', done: 'SUCCESS', failed: 'FAIL' },
  items: (answer) => items(answer, 'server_groups'),
  total: (answer) => (answer as { count: number }).count,
};

const SRM: Manners = {
  logIn: async (site) => {
    const near = { authorization: LOCAL, 'x-dr-session': '' };
    const { text } = await site.ask({ method: 'POST', path: `${SITE_A}/session`, headers: near });
    const session = { 'x-dr-session': (JSON.parse(text) as { session_id: string }).session_id };
    const far = { ...session, authorization: REMOTE };
    await site.ask({ method: 'POST', path: `${SITE_A}${PAIRING}/remote-session`, headers: far });
    return session;
  },
  change: { method: 'POST', path: `${SITE_A}${ERP_PLAN}/actions/recovery`, body: { planned_failover: true } },
  list: { method: 'GET', path: `${SITE_A}${PLANS}` },
  one: { method: 'GET', path: `${SITE_A}${ERP_PLAN}` },
  jobPath: ({ id }) => `${SITE_A}/tasks/${String(id)}`,
  jobWords: { running: 'RUNNING', done: 'SUCCESS', failed: 'ERROR' },
  items: (answer) => items(answer, 'list'),
  total: (answer) => (answer as { _meta: { total: number } })._meta.total,
};

type AnyDefinition = SimulatorDefinition<object, object>;

/** The SDRS group's id comes from the seed, so its paths are known only with the world. */
const SITES: Record<'sdrs' | 'srm', () => { definition: AnyDefinition; manners: Manners }> = {
  sdrs: () => {
    const manners = { ...SDRS, change: { ...SDRS.change }, one: { ...SDRS.one } };
    manners.logIn = (site) => {
      const { groups } = site.running.simulator.state as { groups: { id: string; name: string }[] };
      const id = groups.find(({ name }) => name === 'erp-dr')?.id ?? '';
      manners.one.path = `/v1/${PROJECT}/server-groups/${id}`;
      manners.change.path = `${manners.one.path}/action`;
      return SDRS.logIn(site);
    };
    return { definition: sdrsSimulator, manners };
  },
  srm: () => ({ definition: srmSimulator, manners: SRM }),
};
