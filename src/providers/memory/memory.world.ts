import { ACTION_FACTS } from '../../domain/action-facts.js';
import { oppositeSite, type ActiveSite, type DrAction, type TargetType } from '../../domain/dr-action.js';
import type { LifecycleRow } from '../../domain/lifecycle.js';
import type { Clock } from '../../platform/clock.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { answered, endOf, isAsking, type Fate, type MemoryJob } from './memory.job.js';
import {
  firstGroups,
  firstPlans,
  type MemoryGroup,
  type MemoryMachine,
  type MemoryPlan,
} from './memory.seed.js';
import type { TroubleRule } from './memory.troubles.js';

/** What a test may look at afterwards: every call that arrived, whether or not it was answered. */
export interface JournalEntry {
  kind: 'READ' | 'CHANGE';
  what: string;
}

/** Work that really began: the judge of "never twice". */
export interface MemoryExecution {
  action: DrAction;
  targetId: string;
  jobId: string;
}

/** The name that the gateway bears in the world. */
export const GATEWAY = 'gateway';

/** What a plan's runs bring to its groups; writing or erasing a plan brings nothing. */
const RUNS: Readonly<Partial<Record<DrAction, true>>> = {
  PLANNED_FAILOVER: true,
  FAILOVER: true,
  REPROTECT: true,
  START_DRILL: true,
  CLEAN_UP_DRILL: true,
};
const AT_REST_WITH_ITS_GROUP: Readonly<Record<string, true>> = { idle: true, guarded: true };

/** The rest that a plan's end brings to its groups. */
const GROUP_AFTER: Readonly<Record<string, string>> = { moved: 'moved', ready: 'guarded' };

/**
 * Groups, plans and the work on them, moved by nothing but the clock and the lifecycle table. Tests reach
 * in freely: `groups`, `plans` and `troubles` are theirs to write.
 */
export class MemoryWorld {
  readonly groups: Map<string, MemoryGroup>;
  readonly plans: Map<string, MemoryPlan>;
  readonly jobs: MemoryJob[] = [];
  readonly journal: JournalEntry[] = [];
  readonly executions: MemoryExecution[] = [];
  troubles: TroubleRule[] = [];
  /** Whoever begins work now. */
  doer: string = GATEWAY;
  private readonly fates: Fate[] = [];

  constructor(
    private readonly clock: Clock,
    readonly workMs: number,
  ) {
    this.groups = new Map(firstGroups(clock.now()).map((group) => [group.id, group]));
    this.plans = new Map(firstPlans().map((plan) => [plan.id, plan]));
  }

  get now(): number {
    return this.clock.now();
  }

  /** How the next work to begin will go. Several queue up. */
  nextWork(fate: Fate): void {
    this.fates.push(fate);
  }

  /** The trouble that this call meets, if any. Counts it. */
  strike(on: TroubleRule['on']): TroubleRule | null {
    const rule = this.troubles.find((candidate) => candidate.on === on && (candidate.times ?? 1) > 0);
    if (rule) rule.times = (rule.times ?? 1) - 1;
    return rule ?? null;
  }

  answer(targetId: string): void {
    const job = this.runningOn(targetId);
    if (job?.question !== undefined) answered(job, this.now);
  }

  forget(jobId: string): void {
    const job = this.jobs.find((candidate) => candidate.id === jobId);
    if (job) job.forgotten = true;
  }

  /** The work that can still be asked about. */
  jobById(id: string): MemoryJob | null {
    return this.jobs.find((job) => job.id === id && !job.forgotten) ?? null;
  }

  runningOn(targetId: string): MemoryJob | null {
    return this.jobs.find((job) => job.targetId === targetId && job.ended === null) ?? null;
  }

  /** The last work of this kind on it that anybody began. */
  lastOf(action: DrAction, targetId: string): MemoryJob | null {
    return this.jobs.findLast((job) => job.action === action && job.targetId === targetId) ?? null;
  }

  plansHolding(groupId: string): MemoryPlan[] {
    return [...this.plans.values()].filter((plan) => plan.groupIds.includes(groupId));
  }

  groupWord(group: MemoryGroup): string {
    const moved = this.plansHolding(group.id).some((plan) => this.runningOn(plan.id));
    return moved ? 'in-motion' : group.word;
  }

  planWord(plan: MemoryPlan): string {
    const job = this.runningOn(plan.id);
    if (job) {
      if (job.haltedAt !== null) return 'halting';
      return isAsking(job, this.now) ? 'asking' : plan.word;
    }
    return this.neighboursOf(plan).some((other) => this.runningOn(other.id)) ? 'standing-by' : plan.word;
  }

  /** A machine by the id of its instance: `group:machine`. */
  machineAt(instanceId: string): { group: MemoryGroup; machine: MemoryMachine } | null {
    const [groupId = '', machineId] = instanceId.split(':');
    const group = this.groups.get(groupId);
    const machine = group?.machines.find(({ id }) => id === machineId);
    return group && machine ? { group, machine } : null;
  }

  machineWord({ group, machine }: { group: MemoryGroup; machine: MemoryMachine }): string {
    return machine.word ?? this.groupWord(group);
  }

  planSite(plan: MemoryPlan): ActiveSite {
    return this.groups.get(plan.groupIds[0] ?? '')?.activeSite ?? 'PRODUCTION';
  }

  /** Begins a piece of work whose permission has been checked. */
  begin(action: DrAction, targetId: string): MemoryJob {
    const job: MemoryJob = {
      ...this.fates.shift(),
      id: `work-${this.jobs.length + 1}`,
      action,
      targetId,
      by: this.doer,
      startedAt: this.now,
      workMs: this.workMs,
      haltedAt: null,
      ended: null,
      endedAt: null,
      forgotten: false,
    };
    this.jobs.push(job);
    this.executions.push({ action, targetId, jobId: job.id });
    const passing = rowOf(action).via[0];
    if (passing !== undefined) this.bringTo(ACTION_FACTS[action].targetType, targetId, passing);
    return job;
  }

  /** Brings the world up to now: everything that has run its time ends, soonest first. */
  settle(): void {
    const due = this.jobs
      .filter((job) => job.ended === null)
      .flatMap((job) => {
        const end = endOf(job);
        return end && end.at <= this.now ? [{ job, ...end }] : [];
      });
    for (const { job, at, ended } of due.sort((a, b) => a.at - b.at)) this.end(job, ended, at);
  }

  private end(job: MemoryJob, ended: NonNullable<MemoryJob['ended']>, at: number): void {
    job.ended = ended;
    job.endedAt = at;
    const row = rowOf(job.action);
    const kind = ACTION_FACTS[job.action].targetType;
    if (ended === 'DONE' && row.to === 'GONE') this.remove(kind, job.targetId);
    const word = ended === 'DONE' ? row.to[0] : row.failed[0];
    if (row.to !== 'GONE' && word !== undefined) this.bringTo(kind, job.targetId, word);
    const group = this.groups.get(job.targetId);
    if (group) group.updatedAt = at;
    const plan = this.plans.get(job.targetId);
    if (plan && ended === 'DONE' && job.action in RUNS) this.carryGroups(plan, row.flipsActiveSite, at);
  }

  /** What a plan's good end does to its groups, and to the plans that hold them too. */
  private carryGroups(plan: MemoryPlan, flips: boolean, at: number): void {
    for (const group of plan.groupIds.flatMap((id) => this.groups.get(id) ?? [])) {
      if (flips) group.activeSite = oppositeSite(group.activeSite);
      group.word = GROUP_AFTER[plan.word] ?? group.word;
      group.updatedAt = at;
    }
    for (const other of this.neighboursOf(plan)) if (plan.word in GROUP_AFTER) other.word = plan.word;
  }

  private neighboursOf(plan: MemoryPlan): MemoryPlan[] {
    const neighbours = plan.groupIds.flatMap((id) => this.plansHolding(id));
    return [...new Set(neighbours)].filter((other) => other !== plan);
  }

  private bringTo(kind: TargetType, id: string, word: string): void {
    if (kind === 'PROTECTED_INSTANCE') {
      const at = this.machineAt(id);
      // A machine at rest says what its group says.
      if (at) at.machine.word = word in AT_REST_WITH_ITS_GROUP ? null : word;
      return;
    }
    const target = kind === 'RECOVERY_PLAN' ? this.plans.get(id) : this.groups.get(id);
    if (target) target.word = word;
  }

  private remove(kind: TargetType, id: string): void {
    if (kind === 'RECOVERY_PLAN') this.plans.delete(id);
    else if (kind === 'PROTECTION_GROUP') this.groups.delete(id);
    else {
      const at = this.machineAt(id);
      if (at) at.group.machines = at.group.machines.filter((machine) => machine !== at.machine);
    }
  }
}

export function rowOf(action: DrAction): LifecycleRow {
  const row = memoryDescriptor.lifecycle.actions[action];
  if (!row) throw new RangeError(`the lifecycle has no row for ${action}`);
  return row;
}
