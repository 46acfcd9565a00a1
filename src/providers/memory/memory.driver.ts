import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import { publicId } from '../../domain/ids.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../../domain/inventory.js';
import type { Finding, Observation, ResourceFacts } from '../../domain/observation.js';
import type { Concern } from '../../domain/site-finding.js';
import type { SiteSurvey } from '../../domain/site-survey.js';
import type { PlanPrompt } from '../../domain/plan-parts.js';
import type {
  Blocker,
  CallContext,
  CreationOptions,
  Preparation,
  ProviderDriver,
  SendGate,
  SentCall,
  SiteConnection,
  WatchedOperation,
} from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { answerCallFor, callFor, cancelCallFor, requestOf } from './memory.calls.js';
import { carryOut } from './memory.deeds.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { furtherReadsOf } from './memory.further-reads.js';
import { baselineOf, evidenceFor } from './memory.evidence.js';
import { concernsIn } from './memory.inspection.js';
import * as map from './memory.mapper.js';
import type { MemoryGroup, MemoryPlan } from './memory.seed.js';
import { isOfPart, isOfPlan, subjectOf } from './memory.subject.js';
import { drillOf, surveyOf } from './memory.survey.js';
import { TROUBLES, troubleError } from './memory.troubles.js';
import type { MemoryWorld } from './memory.world.js';

/** The reference driver: the whole contract, in front of a world that is only in memory. */
export class MemoryDriver implements ProviderDriver {
  readonly descriptor = memoryDescriptor;
  readonly further = furtherReadsOf(this);

  constructor(
    private readonly siteId: string,
    private readonly world: MemoryWorld,
  ) {}

  async check(cx: CallContext): Promise<SiteConnection> {
    await this.read('check', cx);
    return { version: null, warnings: [] };
  }

  async listProtectionGroups(cx: CallContext): Promise<ProtectionGroup[]> {
    await this.read('groups', cx);
    return [...this.world.groups.values()].map((group) => this.groupOf(group));
  }

  async getProtectionGroup(groupId: string, cx: CallContext): Promise<ProtectionGroup> {
    await this.read(`groups/${groupId}`, cx);
    return this.groupOf(this.group(groupId));
  }

  async listProtectedInstances(groupId: string, cx: CallContext): Promise<ProtectedInstance[]> {
    await this.read(`groups/${groupId}/machines`, cx);
    const group = this.group(groupId);
    return group.machines.map((machine) => map.instanceOf(this.siteId, this.groupOf(group), machine));
  }

  async listReplicationPairs(groupId: string, cx: CallContext): Promise<ReplicationPair[]> {
    await this.read(`groups/${groupId}/disks`, cx);
    const group = this.group(groupId);
    return group.machines.map((machine) => map.pairOf(this.siteId, this.groupOf(group), machine));
  }

  async listPlansOfGroup(groupId: string, cx: CallContext): Promise<RecoveryPlan[]> {
    await this.read(`groups/${groupId}/plans`, cx);
    return this.world.plansHolding(this.group(groupId).id).map((plan) => this.planOf(plan));
  }

  async listRecoveryPlans(cx: CallContext): Promise<RecoveryPlan[]> {
    await this.read('plans', cx);
    return [...this.world.plans.values()].map((plan) => this.planOf(plan));
  }

  async getRecoveryPlan(planId: string, cx: CallContext): Promise<RecoveryPlan> {
    await this.read(`plans/${planId}`, cx);
    return this.planOf(this.plan(planId));
  }

  async listGroupsOfPlan(planId: string, cx: CallContext): Promise<ProtectionGroup[]> {
    await this.read(`plans/${planId}/groups`, cx);
    return this.plan(planId).groupIds.map((id) => this.groupOf(this.group(id)));
  }

  async listPrompts(planId: string, cx: CallContext): Promise<PlanPrompt[]> {
    await this.read(`plans/${planId}/questions`, cx);
    const prompts = map.promptsOf(this.world.runningOn(this.plan(planId).id), this.world.now);
    return prompts.map((prompt) => ({
      ...prompt,
      recoveryPlanId: publicId(this.siteId, planId),
      description: null,
    }));
  }

  async listDrills(planId: string, cx: CallContext): Promise<Drill[]> {
    await this.read(`plans/${planId}/drills`, cx);
    const drill = drillOf(this.siteId, this.world, this.plan(planId));
    return drill ? [drill] : [];
  }

  async survey(cx: CallContext): Promise<SiteSurvey> {
    await this.read('survey', cx);
    return surveyOf(this.siteId, this.world);
  }

  async inspect(cx: CallContext): Promise<Concern[]> {
    await this.read('inspect', cx);
    return concernsIn(this.siteId, this.world);
  }

  async creationOptions(cx: CallContext): Promise<CreationOptions> {
    await this.read('creation-options', cx);
    return {};
  }

  async prepare(command: ActionCommand, _operationId: string, cx: CallContext): Promise<Preparation> {
    await this.read(`prepare ${command.action}`, cx);
    const targetId = command.targetNativeId;
    const plan = isOfPlan(command) && targetId !== null ? this.plan(targetId) : null;
    const group = isOfPlan(command) || targetId === null ? null : this.group(targetId);
    const wish = command.input as { protectionGroupIds?: string[] } | null;
    const groupIds = [
      ...(plan?.groupIds ?? []),
      ...(group ? [group.id] : []),
      ...(wish?.protectionGroupIds ?? []),
    ];
    for (const id of groupIds) this.group(id);
    const resource = subjectOf(command) === null ? null : this.factsOf(command);
    if (resource && !resource.exists)
      throw new ProviderError('NOT_FOUND', `There is no ${subjectOf(command)}.`);
    return {
      resource,
      ...(group && isOfPart(command)
        ? { companions: [{ kind: 'PROTECTION_GROUP', facts: map.groupFacts(this.world, group) }] }
        : {}),
      groupIds: groupIds.map((id) => publicId(this.siteId, id)),
      blockers: plan && command.action.endsWith('FAILOVER') ? this.unguarded(plan) : [],
      warnings: [],
      baseline: baselineOf(this.world, resource?.word ?? null),
      calls: [callFor(command)],
    };
  }

  async start(call: UpstreamCall, gate: SendGate, cx: CallContext): Promise<UpstreamRef> {
    if (cx.signal.aborted) throw aborted().withDelivery('NOT_SENT');
    await gate.confirm?.();
    gate.open();
    this.world.settle();
    const rule = this.world.strike('CHANGE');
    if (!rule) {
      this.world.journal.push({ kind: 'CHANGE', what: call.path });
      return carryOut(this.world, requestOf(call));
    }
    if (rule.trouble !== 'UNREACHABLE') this.world.journal.push({ kind: 'CHANGE', what: call.path });
    if (TROUBLES[rule.trouble].carriedOut) carryOut(this.world, requestOf(call));
    throw troubleError(rule);
  }

  async findStarted(sent: SentCall, cx: CallContext): Promise<Finding> {
    await this.read(`evidence for ${sent.call.label}`, cx);
    return evidenceFor(this.world, sent);
  }

  async observe(watched: readonly WatchedOperation[], cx: CallContext): Promise<Observation[]> {
    if (watched.length === 0) return [];
    await this.read('observe', cx);
    cx.noticed?.(surveyOf(this.siteId, this.world));
    return watched.map((operation) => this.observation(operation));
  }

  cancelCall(command: ActionCommand): UpstreamCall {
    return cancelCallFor(command);
  }

  answerCall(command: ActionCommand, promptId: string): UpstreamCall {
    return answerCallFor(command, promptId);
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  private observation({ operationId, command, calls }: WatchedOperation): Observation {
    const { world } = this;
    const ids = calls.flatMap(({ ref }) => ref?.jobIds ?? []);
    const known = ids.map((id) => world.jobById(id));
    const subject = subjectOf(command);
    const unnamed = calls.length === 0 && subject !== null ? world.runningOn(subject) : null;
    const job = known.find((candidate) => candidate !== null) ?? unnamed;
    const jobs = ids.map((id, index) => map.jobOf(id, known[index] ?? null, world.now));
    const created = subject === null ? (job?.targetId ?? null) : null;
    return {
      operationId,
      jobs,
      resource: this.factsOf(command, created ?? subject),
      progressPercent: job && map.jobOf(job.id, job, world.now).progressPercent,
      steps: map.stepsOf(job, world.now),
      prompts: map.promptsOf(job, world.now),
      createdId: created === null ? null : publicId(this.siteId, created),
      warnings: [],
    };
  }

  private factsOf(command: ActionCommand, subject = subjectOf(command)): ResourceFacts {
    const { world } = this;
    const id = subject ?? '';
    const plan = isOfPlan(command) ? world.plans.get(id) : undefined;
    const machine = isOfPart(command) ? world.machineAt(id) : null;
    const group = isOfPlan(command) || isOfPart(command) ? undefined : world.groups.get(id);
    if (plan) return map.planFacts(world, plan);
    if (machine) return map.instanceFacts(world, machine);
    return group ? map.groupFacts(world, group) : map.ABSENT;
  }

  private unguarded(plan: MemoryPlan): Blocker[] {
    const idle = plan.groupIds.map((id) => this.group(id)).filter((group) => group.word === 'idle');
    return idle.map((group) => ({
      code: 'group-not-protected',
      text: `The group ${group.name} is not protected.`,
      remedy: `Enable the protection of ${group.name} first.`,
    }));
  }

  /** Every read passes here: it can be aborted, it is noted, it may meet trouble, and it sees the world as of now. */
  private async read(what: string, cx: CallContext): Promise<void> {
    if (cx.signal.aborted) throw aborted();
    this.world.journal.push({ kind: 'READ', what });
    const rule = this.world.strike('READ');
    if (rule?.trouble === 'SILENT') await abortOf(cx.signal);
    if (rule) throw troubleError(rule);
    this.world.settle();
  }

  private group(id: string): MemoryGroup {
    const group = this.world.groups.get(id);
    if (!group) throw new ProviderError('NOT_FOUND', `There is no protection group ${id}.`);
    return group;
  }

  private plan(id: string): MemoryPlan {
    const plan = this.world.plans.get(id);
    if (!plan) throw new ProviderError('NOT_FOUND', `There is no recovery plan ${id}.`);
    return plan;
  }

  private groupOf(group: MemoryGroup): ProtectionGroup {
    return map.groupOf(this.siteId, this.world, group);
  }

  private planOf(plan: MemoryPlan): RecoveryPlan {
    return map.planOf(this.siteId, this.world, plan);
  }
}

function aborted(): ProviderError {
  return new ProviderError('TIMEOUT', 'The call was given up.', { retry: 'TEMPORARY' });
}

/** Resolves when the caller gives up. */
function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
