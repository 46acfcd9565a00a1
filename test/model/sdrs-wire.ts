import type { UpstreamRequest } from '../../src/platform/http/upstream-http.js';
import { Ledger } from './ledger.js';
import type { NextAction, Wire, WireAnswer, WireWish } from './wire.js';

type Station = 'source' | 'target';

interface Group {
  id: string;
  name: string;
  status: string;
  priority_station: Station;
  updated_at: string;
}

interface Job {
  job_id: string;
  status: 'RUNNING' | 'SUCCESS' | 'FAIL';
}

interface Row {
  action: string;
  from: readonly string[];
  during: string;
  ok: string;
  fail: string;
  turns: boolean;
  failure: string;
}

const START = 'start-server-group';
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  [START]: [
    {
      action: 'ENABLE_PROTECTION',
      from: ['available', 'error-starting'],
      during: 'starting',
      ok: 'protected',
      fail: 'error-starting',
      turns: false,
      failure: 'startFail',
    },
    {
      action: 'REPROTECT',
      from: ['failed-over', 'error-reprotecting'],
      during: 'reprotecting',
      ok: 'protected',
      fail: 'error-reprotecting',
      turns: false,
      failure: 'reprotectFail',
    },
  ],
  'failover-server-group': [
    {
      action: 'FAILOVER',
      from: ['protected', 'error-failing-over', 'error-reversing'],
      during: 'failing-over',
      ok: 'failed-over',
      fail: 'error-failing-over',
      turns: true,
      failure: 'failoverFail',
    },
  ],
  'reverse-server-group': [
    {
      action: 'PLANNED_FAILOVER',
      from: ['protected', 'error-reversing'],
      during: 'reversing',
      ok: 'protected',
      fail: 'error-reversing',
      turns: true,
      failure: 'reverseFail',
    },
  ],
};

/** The shape of SDRS: states and a side that turns, job ids, no list of jobs, a task center that knows failures. */
export class SdrsWire implements Wire {
  readonly provider = 'sdrs';
  readonly ledger = new Ledger();
  private readonly groups = new Map<string, Group>();
  private readonly jobs = new Map<string, Job>();
  private readonly failures: object[] = [];
  private readonly tokens = new Map<string, number>();
  private made = 0;

  constructor(private readonly wish: WireWish) {
    for (const id of ['g1', 'g2']) {
      this.groups.set(id, {
        id,
        name: `group ${id}`,
        status: 'protected',
        priority_station: 'source',
        updated_at: this.nowText(),
      });
    }
  }

  get targets(): readonly string[] {
    return [...this.groups.keys()];
  }

  answer({ method, path, query, body, headers }: UpstreamRequest, operationId: string | null): WireAnswer {
    if (path === '/v3/auth/tokens') return this.newToken(method);
    const token = headers?.['x-auth-token'] ?? '';
    if ((this.tokens.get(token) ?? 0) < this.wish.timeline.now) {
      return {
        status: 401,
        json: { error_msg: 'Token expired.', error_code: 'APIGW.0307', request_id: 'r' },
      };
    }
    const [, , , kind = '', id, verb] = path.split('/');
    if (method === 'POST' && kind === 'server-groups' && id && verb === 'action') {
      return this.act(id, body, operationId);
    }
    if (kind === 'server-groups' && !id) return paged('server_groups', [...this.groups.values()], query);
    if (kind === 'server-groups' && id) {
      const group = this.groups.get(id);
      return group ? { status: 200, json: { server_group: { ...group } } } : unknown(id);
    }
    if (kind === 'jobs' && id) {
      const job = this.jobs.get(id);
      return job ? { status: 200, json: { ...job, entities: {} } } : unknown(id);
    }
    if (kind === 'task-center') return paged('failure_jobs', this.failures, query);
    if (kind === 'protected-instances') return paged('protected_instances', [], query);
    if (kind === 'disaster-recovery-drills') return paged('disaster_recovery_drills', [], query);
    if (kind === 'replications') return paged('replications', [], query);
    throw new Error(`nobody simulates ${method} ${path}`);
  }

  actAtConsole(action: 'FAILOVER' | 'PLANNED_FAILOVER' | 'REPROTECT', targetId: string): void {
    const group = this.groups.get(targetId);
    const station = group?.priority_station === 'source' ? 'target' : 'source';
    if (action === 'REPROTECT') this.act(targetId, { [START]: {} }, null);
    else if (action === 'FAILOVER') this.act(targetId, { 'failover-server-group': {} }, null);
    else this.act(targetId, { 'reverse-server-group': { priority_station: station } }, null);
  }

  sightOf(targetId: string): string {
    const group = this.groups.get(targetId);
    return group ? `${group.status} ${sideOf(group)}` : '';
  }

  nextActionOf(targetId: string): NextAction | null {
    const group = this.groups.get(targetId);
    if (!group || group.status.endsWith('ing'))
      return group?.status.startsWith('error') ? this.after(group) : null;
    return this.after(group);
  }

  private after(group: Group): NextAction {
    const [reprotect] = ROWS[START]?.filter((row) => row.action === 'REPROTECT') ?? [];
    const action = reprotect?.from.includes(group.status) ? 'REPROTECT' : 'FAILOVER';
    return { action, from: sideOf(group) };
  }

  private act(id: string, body: unknown, operationId: string | null): WireAnswer {
    const { timeline, chance, failing } = this.wish;
    const group = this.groups.get(id);
    if (!group) return unknown(id);
    const [[word = '', given] = []] = Object.entries(body as Record<string, { priority_station?: Station }>);
    const row = ROWS[word]?.find(({ from }) => from.includes(group.status));
    if (!row) return refused('SDRS.1022', `The group is ${group.status}.`);
    if (given?.priority_station === group.priority_station)
      return refused('SDRS.0216', 'It is there already.');
    this.made += 1;
    const job: Job = { job_id: `job-${this.made}`, status: 'RUNNING' };
    this.jobs.set(job.job_id, job);
    const execution = this.ledger.begin({
      action: row.action,
      targetId: id,
      operationId,
      begunMs: timeline.now,
      from: sideOf(group),
    });
    this.change(group, row.during);
    const begun = this.nowText();
    // Longer than a request may wait in front of the service: a run that turned it is never over unnoticed.
    timeline.after(chance.between(65_000, 110_000), () => {
      const isOk = !chance.happens(failing);
      job.status = isOk ? 'SUCCESS' : 'FAIL';
      if (isOk && row.turns)
        group.priority_station = group.priority_station === 'source' ? 'target' : 'source';
      this.change(group, isOk ? row.ok : row.fail);
      Object.assign(execution, { end: job.status, endedMs: timeline.now });
      if (isOk) return;
      this.failures.unshift({
        job_id: job.job_id,
        resource_id: id,
        resource_name: group.name,
        resource_type: 'server_groups',
        failure_status: row.failure,
        begin_time: begun,
      });
    });
    return { status: 200, json: { job_id: job.job_id } };
  }

  private change(group: Group, status: string): void {
    group.status = status;
    group.updated_at = this.nowText();
  }

  private newToken(method: string): WireAnswer {
    if (method === 'DELETE') return { status: 204 };
    this.made += 1;
    const token = `token-${this.made}`;
    const { timeline, tokenMs } = this.wish;
    this.tokens.set(token, timeline.now + tokenMs);
    // It promises more than it keeps, as tokens do that are revoked.
    const issued = new Date(timeline.now).toISOString();
    const expires = new Date(timeline.now + 24 * 3_600_000).toISOString();
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      json: { token: { issued_at: issued, expires_at: expires } },
    };
  }

  private nowText(): string {
    return new Date(this.wish.timeline.now).toISOString();
  }
}

function sideOf(group: Group): 'PRODUCTION' | 'RECOVERY' {
  return group.priority_station === 'source' ? 'PRODUCTION' : 'RECOVERY';
}

function paged(field: string, items: readonly object[], query: UpstreamRequest['query']): WireAnswer {
  const offset = Number(query?.offset ?? 0);
  return {
    status: 200,
    json: { [field]: items.slice(offset).map((item) => ({ ...item })), count: items.length },
  };
}

function unknown(id: string): WireAnswer {
  return { status: 404, json: { itemNotFound: { code: 'SDRS.0408', message: `There is no ${id}.` } } };
}

function refused(code: string, message: string): WireAnswer {
  return { status: 400, json: { error: { code, message } } };
}
