import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import { Clock } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { SiteMemory, type ProviderDriver } from '../../../src/providers/provider-driver.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import type { SrmSettings } from '../../../src/providers/srm/srm.settings.js';

export interface Exchange {
  method: string;
  /** Below the base path, ids decoded, without the query. */
  path: string;
  query: URLSearchParams;
  session: string | null;
  authorization: string | null;
  body: unknown;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Cuts the connection instead of answering. */
  cut?: boolean;
}

type Script = (exchange: Exchange) => Reply | Promise<Reply>;

export const PAIRING = '7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01';
export const VC_A = '11111111-aaaa-4aaa-8aaa-111111111111';
export const VC_B = '22222222-bbbb-4bbb-8bbb-222222222222';
export const PLAN_ID = 'DrRecoveryRecoveryPlan:5a0f3f0e:33333333';
export const GROUP_ID = 'DrReplicationVmProtectionGroup:g-1001:33333333';
export const PLANS = `/pairings/${PAIRING}/recovery-management/plans`;
export const GROUPS = `/pairings/${PAIRING}/protection-management/groups`;
/** What the appliance's clock says, unless a test says otherwise. */
export const APPLIANCE_MS = Date.UTC(2026, 0, 1, 12, 0, 0);

/** A scripted appliance: answers what a test wrote down and keeps what it was asked. Knows both logins. */
export class Appliance {
  readonly journal: Exchange[] = [];
  private readonly scripts = new Map<string, Script>();
  private readonly server = http.createServer((request, response) => void this.answer(request, response));
  private logins = 0;
  readonly sessions = new Set<string>();
  readonly remoteSessions = new Set<string>();

  constructor() {
    this.on('POST /session', () => {
      this.logins += 1;
      this.sessions.add(`session-${this.logins}`);
      return { body: { session_id: `session-${this.logins}` } };
    });
    this.on('GET /session', () => ({ body: { username: 'gateway@vsphere.local' } }));
    this.on('DELETE /session', ({ session }) => {
      this.sessions.delete(session ?? '');
      return { status: 204 };
    });
    this.on('GET /pairings', () => list([pairing(VC_A, VC_B)]));
    this.on(`POST /pairings/${PAIRING}/remote-session`, ({ session }) => {
      this.remoteSessions.add(session ?? '');
      return { status: 204 };
    });
    this.on(`GET /pairings/${PAIRING}/remote-session`, ({ session }) =>
      this.remoteSessions.has(session ?? '')
        ? { body: { username: 'far' } }
        : { status: 403, body: refusal('none') },
    );
    this.on('GET /tasks', () => list([]));
  }

  on(route: string, script: Script | Reply): void {
    this.scripts.set(route, typeof script === 'function' ? script : () => script);
  }

  /** How often a route was asked, logins apart when no route is named. */
  count(route?: string): number {
    return this.journal.filter(({ method, path }) =>
      route === undefined ? !/session$/.test(path) && path !== '/pairings' : `${method} ${path}` === route,
    ).length;
  }

  forgetJournal(): void {
    this.journal.length = 0;
  }

  async listen(version: 'v1' | 'v2' = 'v2'): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/rest/srm/${version}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://appliance');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const session = request.headers['x-dr-session'];
    const exchange: Exchange = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname).replace(/^\/api\/rest\/srm\/v[12]/, ''),
      query: url.searchParams,
      session: typeof session === 'string' ? session : null,
      authorization: request.headers.authorization ?? null,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.journal.push(exchange);
    const script = this.scripts.get(`${exchange.method} ${exchange.path}`);
    const known = exchange.path === '/session' && exchange.method === 'POST';
    const reply: Reply =
      !known && !this.sessions.has(exchange.session ?? '')
        ? { status: 401 }
        : script === undefined
          ? { status: 404 }
          : await script(exchange);
    if (reply.cut === true) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, {
      date: new Date(APPLIANCE_MS).toUTCString(),
      'content-type': 'application/json',
      ...reply.headers,
    });
    response.end(
      reply.body === undefined
        ? ''
        : typeof reply.body === 'string'
          ? reply.body
          : JSON.stringify(reply.body),
    );
  }
}

export class TestClock extends Clock {
  private ms = 1_000_000;

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }

  pass(seconds: number): void {
    this.ms += seconds * 1000;
  }
}

export class TestMemory extends SiteMemory {
  readonly kept = new Map<string, string>();
  asked = 0;

  async rememberFirst(
    siteId: string,
    entries: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    this.asked += 1;
    for (const [key, value] of Object.entries(entries)) {
      if (!this.kept.has(`${siteId}/${key}`)) this.kept.set(`${siteId}/${key}`, value);
    }
    return Object.fromEntries(
      Object.keys(entries).map((key) => [key, this.kept.get(`${siteId}/${key}`) ?? '']),
    );
  }
}

export interface Bench {
  appliance: Appliance;
  driver: ProviderDriver;
  clock: TestClock;
  memory: TestMemory;
  /** Another process: the same site, nothing remembered but the site's memory. */
  secondDriver(): ProviderDriver;
  close(): Promise<void>;
}

export const PASSWORDS = ['near-secret', 'far-secret'] as const;

export async function bench(
  settings: Partial<SrmSettings> = {},
  version: 'v1' | 'v2' = 'v2',
): Promise<Bench> {
  const appliance = new Appliance();
  const endpoint = await appliance.listen(version);
  const clock = new TestClock();
  const memory = new TestMemory();
  const auth = {
    type: 'session' as const,
    userName: 'gateway@vsphere.local',
    password: PASSWORDS[0],
    remoteUserName: 'gateway@far.local',
    remotePassword: PASSWORDS[1],
  };
  const create = (): ProviderDriver =>
    srm.create(
      { endpoint, auth, sessionMaxAgeSeconds: 280, ...settings },
      { siteId: 'site-a', clock, log: silentLog(), submitTimeoutMs: 2_000, memory },
    );
  const drivers = [create()];
  return {
    appliance,
    driver: drivers[0] as ProviderDriver,
    clock,
    memory,
    secondDriver() {
      const driver = create();
      drivers.push(driver);
      return driver;
    },
    async close() {
      await Promise.all(drivers.map((driver) => driver.close()));
      await appliance.close();
    },
  };
}

export function list(items: unknown[], errors: unknown[] = []): Reply {
  return {
    body: {
      list: items,
      _meta: { errors, total: items.length, offset: 0, limit: 200, links: { next: null, previous: null } },
    },
  };
}

export function refusal(message: string, code = 'MADE_UP'): object {
  return { error_code: code, message, op_id: '0d7f8a52-58a4-4cf8-8a63-2b1c3c1f9d10' };
}

export function pairing(local: string, remote: string, farStatus = 'OK'): object {
  const server = (id: string, name: string, status = 'OK'): object => ({
    id,
    name,
    server_status: status,
    version: '9.0.2',
  });
  return {
    pairing_id: PAIRING,
    local_vc_server: server(local, 'vc-a'),
    remote_vc_server: server(remote, 'vc-b'),
    local_srm_server: server('33333333', 'site-a'),
    remote_srm_server: server('44444444', 'site-b', farStatus),
  };
}

export function plan(status: string, more: object = {}): Record<string, unknown> {
  return {
    id: PLAN_ID,
    status,
    name: 'erp-plan',
    description: null,
    protected_site_name: 'site-a',
    recovery_site_name: 'site-b',
    protected_vc_guid: VC_A,
    recovery_vc_guid: VC_B,
    progress: 0,
    is_running: false,
    ...more,
  };
}

export function group(status: string, more: object = {}): Record<string, unknown> {
  return {
    id: GROUP_ID,
    name: 'erp',
    description: null,
    protected_site_name: 'site-a',
    recovery_site_name: 'site-b',
    protected_vc_guid: VC_A,
    recovery_vc_guid: VC_B,
    total_vms: 2,
    replication_type: 'HBR',
    status,
    ...more,
  };
}

export function vm(number: number, status: string): object {
  return {
    id: `VirtualMachine:vm-${number}:${VC_A}`,
    name: `erp-${number}`,
    protection_status_details: { status },
  };
}

export function task(id: string, status: string, more: object = {}): Record<string, unknown> {
  return {
    id,
    description: 'Recovery',
    entity: PLAN_ID,
    status,
    progress: status === 'SUCCESS' ? 100 : 40,
    queued_time: APPLIANCE_MS + 2_000,
    ...more,
  };
}

export function command(action: ActionCommand['action'], more: Partial<ActionCommand> = {}): ActionCommand {
  const isGroup = action.endsWith('PROTECTION') || action.endsWith('GROUP');
  return {
    action,
    targetNativeId: isGroup ? GROUP_ID : PLAN_ID,
    direction: action.endsWith('FAILOVER') ? 'TO_RECOVERY' : null,
    options: {},
    group: null,
    changes: null,
    partNativeId: null,
    input: null,
    ...more,
  };
}

export const cx = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(10_000) });
export const openGate = { open: (): void => undefined };
