import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import { Clock } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { SiteMemory, type ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import type { RequestBudgets } from '../../../src/providers/request-budget.js';
import { sdrs } from '../../../src/providers/sdrs/sdrs.factory.js';

export const PROJECT = '0123456789abcdef0123456789abcdef';
export const PASSWORD = 'a-password-that-nobody-may-see';
export const GROUP_ID = '2b8f6f2e-9c1d-4a56-9a3e-0f6f1f6e7a11';

export interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Asked {
  method: string;
  /** Without the project's part. */
  path: string;
  offset: number;
  token: string | undefined;
  body: unknown;
}

type Script = (asked: Asked) => Answer;

/** IAM and the service at one address; answers what a test has written down, and keeps what it was asked. */
export class ScriptedUpstream {
  readonly asked: Asked[] = [];
  private readonly scripts = new Map<string, Script>();
  private readonly server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const asked: Asked = {
        method: request.method ?? '',
        path: (request.url ?? '').replace(`/v1/${PROJECT}`, '').replace(/[?&](limit|offset)=\d+/g, ''),
        offset: Number(/[?&]offset=(\d+)/.exec(request.url ?? '')?.[1] ?? 0),
        token: request.headers['x-auth-token'] as string | undefined,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
      this.asked.push(asked);
      const script = this.scripts.get(`${asked.method} ${asked.path.replace('&', '?')}`);
      const {
        status = 200,
        body,
        headers = {},
      } = script?.(asked) ?? {
        status: 404,
        body: { error_msg: `nothing is written for ${asked.method} ${asked.path}`, error_code: 'APIGW.0101' },
      };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    let tokens = 0;
    this.on('POST /v3/auth/tokens', () => aToken(`token-${(tokens += 1)}`));
    this.on('GET /task-center/failure-jobs', { body: { failure_jobs: [], count: 0 } });
    return this;
  }

  /** A list that is written down as it stands is one page: behind it there is an empty one. */
  on(what: string, answer: Answer | Script): void {
    this.scripts.set(
      what,
      typeof answer === 'function' ? answer : ({ offset }) => (offset === 0 ? answer : emptied(answer)),
    );
  }

  /** How often it was asked this. */
  count(what: string): number {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === what).length;
  }

  get changes(): Asked[] {
    return this.asked.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/v3/'));
  }

  /** The usual reads of one group. */
  holds(group: Record<string, unknown>): void {
    this.on(`GET /server-groups/${GROUP_ID}`, { body: { server_group: group } });
    this.on('GET /server-groups', { body: { server_groups: [group], count: 1 } });
    this.members([], []);
  }

  members(instances: unknown[], pairs: unknown[]): void {
    const query = `?server_group_id=${GROUP_ID}`;
    this.on(`GET /protected-instances${query}`, { body: { protected_instances: instances } });
    this.on(`GET /replications${query}`, { body: { replications: pairs } });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function emptied(answer: Answer): Answer {
  const fields = Object.entries(answer.body ?? {}).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? [] : value,
  ]);
  return { ...answer, body: Object.fromEntries(fields) as unknown };
}

export function aToken(value: string, lifeSeconds = 24 * 3600): Answer {
  return {
    status: 201,
    headers: { 'x-subject-token': value },
    body: {
      token: {
        issued_at: '2030-01-02T03:04:05.123456Z',
        expires_at: new Date(Date.parse('2030-01-02T03:04:05.123Z') + lifeSeconds * 1000).toISOString(),
      },
    },
  };
}

export class StillClock extends Clock {
  private elapsed = 0;

  constructor(private readonly startsAt = Date.parse('2030-01-02T03:04:05.123Z')) {
    super();
  }

  now(): number {
    return this.startsAt + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  advance(ms: number): void {
    this.elapsed += ms;
  }
}

class NoMemory extends SiteMemory {
  rememberFirst(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }
}

export function driverOf(
  upstream: ScriptedUpstream,
  clock: Clock = new StillClock(),
  budgets?: RequestBudgets,
): ProviderDriver {
  return sdrs.create(
    {
      endpoint: upstream.url,
      projectId: PROJECT,
      auth: {
        type: 'password',
        iamEndpoint: `${upstream.url}/v3`,
        domainName: 'ACCOUNT',
        userName: 'gateway',
        password: PASSWORD,
      },
    },
    {
      siteId: 'otc',
      clock,
      log: silentLog(),
      submitTimeoutMs: 2_000,
      memory: new NoMemory(),
      ...(budgets ? { budgets } : {}),
    },
  );
}

export const patiently = { signal: new AbortController().signal };
export const openGate = { open: () => undefined };

export function aCommand(action: DrAction, more: Partial<ActionCommand> = {}): ActionCommand {
  return {
    action,
    targetNativeId: GROUP_ID,
    direction: null,
    options: {},
    group: null,
    changes: null,
    partNativeId: null,
    input: null,
    ...more,
  };
}

export function aGroup(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: GROUP_ID,
    name: 'erp-dr',
    description: 'ERP',
    status: 'protected',
    progress: 100,
    source_availability_zone: 'eu-de-01',
    target_availability_zone: 'eu-de-02',
    domain_id: 'domain-1',
    priority_station: 'source',
    protected_instance_num: 2,
    replication_num: 3,
    disaster_recovery_drill_num: 0,
    source_vpc_id: 'vpc-1',
    target_vpc_id: 'vpc-1',
    dr_type: 'migration',
    created_at: '2030-01-02 03:00:00.0',
    updated_at: '2030-01-02 03:00:01.74',
    ...more,
  };
}

export function refusal(code: string, status = 400): Answer {
  return { status, body: { error: { code, message: `as ${code} says` } } };
}

export async function errorOf(work: Promise<unknown>): Promise<ProviderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
