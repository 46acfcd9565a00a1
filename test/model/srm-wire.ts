import type { UpstreamRequest } from '../../src/platform/http/upstream-http.js';
import { Ledger } from './ledger.js';
import type { NextAction, Wire, WireAnswer, WireWish } from './wire.js';

interface Plan {
  id: string;
  name: string;
  status: string;
  protected_vc_guid: string;
  recovery_vc_guid: string;
  groupIds: readonly string[];
}

interface Task {
  id: string;
  description: string;
  entity: string;
  status: 'QUEUED' | 'RUNNING' | 'SUCCESS' | 'ERROR';
  queued_time: number;
  complete_time?: number;
  progress: number;
  result?: unknown;
  error?: { message: string };
}

interface Report {
  plan_name: string;
  username: string;
  operation_type: 'FAILOVER' | 'REPROTECT';
  start_time_ms: number;
  result_state: string;
}

interface Row {
  from: readonly string[];
  during: string;
  ok: string;
  fail: string;
  turns: boolean;
  type: Report['operation_type'];
}

const HOME = 'vc-home';
const FAR = 'vc-far';
const ROWS: Readonly<Record<string, Row>> = {
  recovery: {
    from: ['READY_STATE', 'INCOMPLETE_RECOVERY', 'RECOVERY_INTERRUPTED'],
    during: 'RECOVERY_IN_PROGRESS',
    ok: 'RECOVERY_COMPLETE',
    fail: 'INCOMPLETE_RECOVERY',
    turns: false,
    type: 'FAILOVER',
  },
  reprotect: {
    from: ['RECOVERY_COMPLETE', 'INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED'],
    during: 'REPROTECT_IN_PROGRESS',
    ok: 'READY_STATE',
    fail: 'INCOMPLETE_REPROTECT',
    turns: true,
    type: 'REPROTECT',
  },
};

/** Where it runs at the far one of the plan's own two ends. */
const FAR_RUNNING: readonly string[] = ['RECOVERY_COMPLETE', 'REPROTECT_IN_PROGRESS', 'INCOMPLETE_REPROTECT'];
const BUSY = 'PROTECTION_GROUPS_IN_USE';

/** The shape of SRM: plans that share groups, tasks that are forgotten after a while, a history with names of users. */
export class SrmWire implements Wire {
  readonly provider = 'srm';
  readonly ledger = new Ledger();
  private readonly plans = new Map<string, Plan>();
  private readonly tasks: Task[] = [];
  private readonly reports: Report[] = [];
  private readonly sessions = new Map<string, { until: number; isFar: boolean }>();
  private made = 0;

  constructor(private readonly wish: WireWish) {
    const ends = { protected_vc_guid: HOME, recovery_vc_guid: FAR };
    const ready = { status: 'READY_STATE', ...ends };
    this.plans.set('p1', { id: 'p1', name: 'plan 1', groupIds: ['ga', 'gs'], ...ready });
    this.plans.set('p2', { id: 'p2', name: 'plan 2', groupIds: ['gs', 'gb'], ...ready });
  }

  get targets(): readonly string[] {
    return [...this.plans.keys()];
  }

  answer(request: UpstreamRequest, operationId: string | null): WireAnswer {
    const { status, json, headers } = this.answered(request, operationId);
    const date = new Date(this.wish.timeline.now).toUTCString();
    return { status, json, headers: { date, ...headers } };
  }

  actAtConsole(action: 'FAILOVER' | 'PLANNED_FAILOVER' | 'REPROTECT', targetId: string): void {
    const plan = this.plans.get(targetId);
    if (plan) this.act(plan, action === 'REPROTECT' ? 'reprotect' : 'recovery', action, null);
  }

  sightOf(targetId: string): string {
    const plan = this.plans.get(targetId);
    return plan ? `${this.statusOf(plan)} ${sideOf(plan)}` : '';
  }

  nextActionOf(targetId: string): NextAction | null {
    const plan = this.plans.get(targetId);
    if (!plan || plan.status.endsWith('IN_PROGRESS')) return null;
    const action = ROWS.reprotect?.from.includes(plan.status) ? 'REPROTECT' : 'FAILOVER';
    return { action, from: sideOf(plan) };
  }

  private answered(request: UpstreamRequest, operationId: string | null): WireAnswer {
    const { method, headers = {} } = request;
    const [area = '', ...rest] = request.path.split('/').slice(1).map(decodeURIComponent);
    if (area === 'session' && method === 'POST') return this.newSession();
    const session = this.sessions.get(headers['x-dr-session'] ?? '');
    if (!session || session.until < this.wish.timeline.now) return refused(401, 'NotAuthenticated');
    if (area === 'session') return { status: method === 'DELETE' ? 204 : 200, json: { session_id: 's' } };
    if (area === 'tasks') return this.tasksAt(rest[0]);
    const [, section, ...below] = rest;
    if (area === 'pairings' && section === undefined) return list([PAIRING]);
    if (section === 'remote-session') {
      if (method === 'POST') session.isFar = true;
      return session.isFar ? { status: 200, json: {} } : refused(401, 'NotAuthenticated');
    }
    if (section === 'protection-management') return list(this.groups());
    const [, planId, sub, verb] = below;
    if (planId === undefined) return list([...this.plans.values()].map((plan) => this.shown(plan)));
    const plan = this.plans.get(planId);
    if (!plan) return refused(404, 'PlanNotFound');
    switch (sub) {
      case undefined:
        return { status: 200, json: this.shown(plan) };
      case 'protection-groups':
        return list(this.groups().filter(({ id }) => plan.groupIds.includes(id)));
      case 'history-reports':
        return this.history(plan, Number(request.query?.start_date ?? 0));
      case 'vms':
      case 'recovery-steps':
        return list([]);
      case 'actions': {
        if (!session.isFar && verb === 'reprotect') return refused(403, 'NotAuthenticated');
        const planned =
          (request.body as { planned_failover?: boolean } | undefined)?.planned_failover === true;
        const action = verb === 'reprotect' ? 'REPROTECT' : planned ? 'PLANNED_FAILOVER' : 'FAILOVER';
        return this.act(plan, verb ?? '', action, operationId);
      }
      default:
        throw new Error(`nobody simulates ${method} ${request.path}`);
    }
  }

  private act(plan: Plan, verb: string, action: string, operationId: string | null): WireAnswer {
    const { timeline, chance, failing } = this.wish;
    const row = ROWS[verb];
    const status = this.statusOf(plan);
    if (!row || !row.from.includes(status)) return refused(409, `InvalidState: the plan is in ${status}`);
    const task = this.newTask(plan.id, `${verb} of ${plan.name}`, 'RUNNING');
    const from = sideOf(plan);
    const execution = this.ledger.begin({
      action,
      targetId: plan.id,
      operationId,
      begunMs: timeline.now,
      from,
    });
    plan.status = row.during;
    const begunMs = timeline.now;
    // Longer than a request may wait in front of the service: a run that turned it is never over unnoticed.
    timeline.after(chance.between(65_000, 110_000), () => {
      const isOk = !chance.happens(failing);
      plan.status = isOk ? row.ok : row.fail;
      if (isOk && row.turns) {
        [plan.protected_vc_guid, plan.recovery_vc_guid] = [plan.recovery_vc_guid, plan.protected_vc_guid];
      }
      Object.assign(task, { status: isOk ? 'SUCCESS' : 'ERROR', progress: 100, complete_time: timeline.now });
      if (!isOk) task.error = { message: 'A step failed.' };
      this.reports.unshift({
        plan_name: plan.name,
        username: operationId === null ? 'admin' : 'gateway',
        operation_type: row.type,
        start_time_ms: begunMs,
        result_state: isOk ? 'SUCCESS' : 'ERRORS',
      });
      Object.assign(execution, { end: isOk ? 'SUCCESS' : 'FAIL', endedMs: timeline.now });
    });
    return { status: 202, json: { ...task } };
  }

  private tasksAt(id: string | undefined): WireAnswer {
    const { now } = this.wish.timeline;
    const kept = this.tasks.filter((task) => (task.complete_time ?? now) >= now - this.wish.forgetsAfterMs);
    if (id === undefined) return list(kept.slice(0, 200));
    const task = kept.find((one) => one.id === id);
    return task ? { status: 200, json: { ...task } } : refused(404, 'TaskNotFound');
  }

  /** Reading it makes a task, too. */
  private history(plan: Plan, fromMs: number): WireAnswer {
    const task = this.newTask(plan.id, 'Create history report', 'SUCCESS');
    const reports = this.reports.filter(
      (report) => report.plan_name === plan.name && report.start_time_ms >= fromMs,
    );
    Object.assign(task, { complete_time: this.wish.timeline.now, result: { list: reports } });
    return { status: 202, json: { ...task } };
  }

  private newTask(entity: string, description: string, status: Task['status']): Task {
    this.made += 1;
    const { now } = this.wish.timeline;
    const task: Task = {
      id: `task-${this.made}`,
      description,
      entity,
      status,
      queued_time: now,
      progress: 1,
    };
    this.tasks.unshift(task);
    return task;
  }

  private newSession(): WireAnswer {
    this.made += 1;
    const id = `session-${this.made}`;
    this.sessions.set(id, { until: this.wish.timeline.now + this.wish.tokenMs, isFar: false });
    return { status: 200, json: { session_id: id } };
  }

  /** Only one plan at a time may act upon a group. */
  private statusOf(plan: Plan): string {
    const others = [...this.plans.values()].filter(
      (other) => other !== plan && other.groupIds.some((id) => plan.groupIds.includes(id)),
    );
    const isInUse = others.some(({ status }) => status.endsWith('IN_PROGRESS'));
    return isInUse && plan.status === 'READY_STATE' ? BUSY : plan.status;
  }

  private shown(plan: Plan): object {
    const { id, name, protected_vc_guid, recovery_vc_guid } = plan;
    const status = this.statusOf(plan);
    const is_running = status.endsWith('IN_PROGRESS');
    const names = { protected_site_name: protected_vc_guid, recovery_site_name: recovery_vc_guid };
    return { id, name, status, is_running, protected_vc_guid, recovery_vc_guid, ...names };
  }

  private groups(): { id: string }[] {
    const ends = { protected_vc_guid: HOME, recovery_vc_guid: FAR };
    return ['ga', 'gs', 'gb'].map((id) => ({
      id,
      name: id,
      status: 'READY',
      replication_type: 'HBR',
      ...ends,
    }));
  }
}

const PAIRING = {
  pairing_id: 'pairing',
  local_vc_server: { id: HOME, name: 'home', server_status: 'OK' },
  remote_vc_server: { id: FAR, name: 'far', server_status: 'OK' },
  local_srm_server: { id: 'srm-1', name: 'srm home', server_status: 'OK', version: '9.0' },
  remote_srm_server: { id: 'srm-2', name: 'srm far', server_status: 'OK', version: '9.0' },
};

function sideOf(plan: Plan): 'PRODUCTION' | 'RECOVERY' {
  const isFar = FAR_RUNNING.includes(plan.status);
  const end = isFar ? plan.recovery_vc_guid : plan.protected_vc_guid;
  return end === HOME ? 'PRODUCTION' : 'RECOVERY';
}

function list(items: readonly object[]): WireAnswer {
  return { status: 200, json: { list: items.map((item) => ({ ...item })), _meta: { total: items.length } } };
}

function refused(status: number, message: string): WireAnswer {
  return { status, json: { error_code: message.split(':')[0], message } };
}
