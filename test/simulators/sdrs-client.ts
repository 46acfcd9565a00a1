import { startSimulator, type RunningSimulator } from '../../simulators/engine/server.js';
import { sdrsSimulator, type SdrsSettings, type SdrsState } from '../../simulators/sdrs/sdrs.simulator.js';

export const PROJECT = '0123456789abcdef0123456789abcdef';
export const UNKNOWN_ID = '11111111-2222-4333-8444-555555555555';

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** Any JSON, read by field names as the documents give them; `list` and `text` say what a leaf is. */
export interface Json {
  [field: string]: Json;
}

export function list(json: Json | undefined): Json[] {
  return json as unknown as Json[];
}

export function text(json: Json | undefined): string {
  return json as unknown as string;
}

export function names(json: Json | undefined): string[] {
  return list(json).map((item) => text(item.name));
}

/** A client as plain as the documents: one token, JSON both ways, time moved by hand. */
export class SdrsClient {
  token = '';

  private constructor(readonly site: RunningSimulator<SdrsState, SdrsSettings>) {}

  static async start(settings: Partial<SdrsSettings> = {}): Promise<SdrsClient> {
    const site = await startSimulator(sdrsSimulator, { paused: true, settings });
    const client = new SdrsClient(site);
    await client.logIn();
    return client;
  }

  async logIn(): Promise<Answer> {
    const answer = await this.raw('POST', '/v3/auth/tokens', logInBody());
    this.token = answer.headers.get('x-subject-token') ?? '';
    return answer;
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.raw(method, `/v1/${PROJECT}${path}`, body, { 'X-Auth-Token': this.token });
  }

  async raw(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.site.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const content = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && content !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(content) : content) as Json,
    };
  }

  async control(method: string, path: string, body?: unknown): Promise<Json> {
    return (await this.raw(method, `/_sim${path}`, body)).body;
  }

  advance(ms: number): void {
    this.site.simulator.clock.advance(ms);
    this.site.simulator.settle();
  }

  /** Lets ten minutes pass, more than any job takes, and answers the finished job. */
  async finished(accepted: Answer): Promise<Json> {
    this.advance(600_000);
    return (await this.call('GET', `/jobs/${text(accepted.body.job_id)}`)).body;
  }

  /** Sends a write that must be accepted as a job, and answers the job, which must succeed. */
  async done(method: string, path: string, body?: unknown): Promise<Json> {
    const accepted = await this.call(method, path, body);
    expect([accepted.status, Object.keys(accepted.body)]).toEqual([200, ['job_id']]);
    const job = await this.finished(accepted);
    expect(job.status).toBe('SUCCESS');
    return job;
  }

  /** Reads what must be readable. */
  async read(path: string): Promise<Json> {
    const { status, body, headers } = await this.call('GET', path);
    expect(status).toBe(200);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    return body;
  }

  get state(): SdrsState {
    return this.site.simulator.state;
  }

  get jobs(): number {
    return this.state.jobs.length;
  }

  group(name: string) {
    return named(this.state.groups, name);
  }

  instance(name: string) {
    return named(this.state.instances, name);
  }

  server(name: string) {
    return named(this.state.servers, name);
  }

  volume(name: string) {
    return named(this.state.volumes, name);
  }

  pairsOf(groupName: string) {
    const { id } = this.group(groupName);
    return this.state.pairs.filter((pair) => pair.server_group_id === id);
  }

  async close(): Promise<void> {
    await this.site.close();
  }
}

export function logInBody(change: { password?: string; scope?: unknown } = {}): object {
  const user = { name: 'demo', password: change.password ?? 'demo-password', domain: { name: 'demo' } };
  return {
    auth: {
      identity: { methods: ['password'], password: { user } },
      scope: change.scope ?? { project: { name: 'eu-de' } },
    },
  };
}

function named<T extends { name: string }>(list: readonly T[], name: string): T {
  const found = list.find((item) => item.name === name);
  if (!found) throw new Error(`the world holds nothing named ${name}`);
  return found;
}
