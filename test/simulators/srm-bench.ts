import { startSimulator, type RunningSimulator } from '../../simulators/engine/server.js';
import { srmSimulator, type SrmSettings, type SrmWorld } from '../../simulators/srm/srm.simulator.js';

export const SITE_A = '/api/rest/srm/v2';
export const SITE_B = '/site-b/api/rest/srm/v2';
export const PAIRING = '/pairings/7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01';
export const GROUPS = `${PAIRING}/protection-management/groups`;
export const PLANS = `${PAIRING}/recovery-management/plans`;

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export const LOCAL = basic('administrator@vsphere.local', 'demo-password');
export const REMOTE = basic('administrator@remote.local', 'demo-remote-password');

/** One value deep in an answer: `pick(body, 'list.0.name')`. */
export const pick = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value);

export const word = (value: unknown, path: string): string => String(pick(value, path));

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

export interface Asked {
  headers?: Record<string, string>;
  body?: unknown;
  base?: string;
}

/** A simulator that stands still in time, and a client logged in at both sites. */
export class Bench {
  session = '';

  private constructor(
    readonly running: RunningSimulator<SrmWorld, SrmSettings>,
    private base: string,
  ) {}

  static async open(settings: Partial<SrmSettings> = {}, base = SITE_A): Promise<Bench> {
    const bench = new Bench(await startSimulator(srmSimulator, { paused: true, settings }), base);
    await bench.logIn();
    return bench;
  }

  close(): Promise<void> {
    return this.running.close();
  }

  get sim() {
    return this.running.simulator;
  }

  async ask(method: string, path: string, asked: Asked = {}): Promise<Reply> {
    const response = await fetch(`${this.running.url}${asked.base ?? this.base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-dr-session': this.session, ...asked.headers },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    });
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, text, body };
  }

  get = (path: string, asked?: Asked) => this.ask('GET', path, asked);
  post = (path: string, body?: unknown, asked?: Asked) => this.ask('POST', path, { ...asked, body });
  put = (path: string, body?: unknown) => this.ask('PUT', path, { body });
  delete = (path: string) => this.ask('DELETE', path);

  async logIn({ remote = true, base = this.base } = {}): Promise<void> {
    this.base = base;
    const [near, far] = base === SITE_A ? [LOCAL, REMOTE] : [REMOTE, LOCAL];
    const { body } = await this.post('/session', undefined, { headers: { authorization: near } });
    this.session = word(body, 'session_id');
    if (remote) await this.post(`${PAIRING}/remote-session`, undefined, { headers: { authorization: far } });
  }

  /** A simulator control, below `/_sim`. */
  async control(method: string, path: string, body?: unknown): Promise<Reply> {
    return this.ask(method, `/_sim${path}`, { base: '', body });
  }

  advance(ms: number): void {
    this.sim.clock.advance(ms);
    this.sim.settle();
  }

  plan(name: string) {
    const plan = this.sim.state.plans.find((each) => each.name === name);
    if (!plan) throw new Error(`no plan ${name}`);
    return plan;
  }

  group(name: string) {
    const group = this.sim.state.groups.find((each) => each.name === name);
    if (!group) throw new Error(`no group ${name}`);
    return group;
  }

  vm(name: string) {
    const vm = this.sim.state.vms.find((each) => each.name === name);
    if (!vm) throw new Error(`no virtual machine ${name}`);
    return vm;
  }

  planPath = (name: string): string => `${PLANS}/${this.plan(name).id}`;
  groupPath = (name: string): string => `${GROUPS}/${this.group(name).id}`;
  vmPath = (group: string, vm: string): string =>
    `${this.groupPath(group)}/vms/${this.vm(vm).ids[this.vm(vm).at]}`;

  async status(plan: string): Promise<string> {
    return word((await this.get(this.planPath(plan))).body, 'status');
  }

  start(plan: string, action: string, body: object = {}): Promise<Reply> {
    return this.post(`${this.planPath(plan)}/actions/${action}`, body);
  }

  /** Runs an action to its end and gives the finished task. */
  async run(plan: string, action: string, body: object = {}): Promise<unknown> {
    const { status, body: task } = await this.start(plan, action, body);
    if (status !== 202) throw new Error(`${action} of ${plan} was answered with ${status}`);
    this.advance(120_000);
    return (await this.get(`/tasks/${word(task, 'id')}`)).body;
  }
}
