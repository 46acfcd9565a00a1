import { ACTION_FACTS } from '../../../domain/action-facts.js';
import { publicId } from '../../../domain/ids.js';
import type { JobObservation, Observation } from '../../../domain/observation.js';
import type { CallContext, WatchedOperation } from '../../provider-driver.js';
import { SrmAbsence } from './srm.absence.js';
import { hasEnded, SrmAftermath } from './srm.aftermath.js';
import type { SrmClient } from '../wire/srm.client.js';
import { DetailReads } from './srm.detail-reads.js';
import { SrmForgotten } from './srm.forgotten.js';
import type { SrmHome } from '../reading/srm.home.js';
import { isAtMachineEnd, SrmMachineLook } from './srm.machine-look.js';
import { machineStepsOf } from './srm.machine-steps.js';
import type { SiteLists, SrmInventory } from '../reading/srm.inventory.js';
import { SrmPlanPrompts } from '../reading/srm.plan-prompts.js';
import { indexOf, lookAt, machineOf, NO_LISTS, wantedOf, type Look, type Round } from './srm.round.js';
import { SrmRunSteps } from './srm.run-steps.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { startErrorsOf } from './srm.start-errors.js';
import { isOver } from './srm.tasks.js';
import { TaskMemory, TaskReading } from './srm.task-reading.js';
import type { WirePlan } from '../wire/srm.wire.js';

/** What was read of single operations in one round, by their ids, or by their plans'. */
interface Details {
  machines: Awaited<ReturnType<SrmMachineLook['of']>>;
  prompts: Awaited<ReturnType<SrmPlanPrompts['of']>>;
  aftermaths: Awaited<ReturnType<SrmAftermath['of']>>;
  steps: Awaited<ReturnType<SrmRunSteps['running']>>;
  forgotten: Awaited<ReturnType<SrmForgotten['of']>>;
  absences: Awaited<ReturnType<SrmAbsence['of']>>;
}

/** So often the groups are read for the inventory's sake, which then need not be refreshed. */
const GROUPS_FOR_ALL_MS = 25_000;

/**
 * Looks at all watched operations with the same few lists: tasks, plans and, where a group is being
 * changed, groups. What must be asked of single ones is asked of a few in a round, in turn, so that the
 * requests stay within the budget. An operation that is left in the dark is absent from the answer.
 */
export class SrmObserver {
  private readonly memory: TaskMemory;
  private readonly detailReads: DetailReads;
  private readonly machines: SrmMachineLook;
  private readonly prompts: SrmPlanPrompts;
  private readonly runSteps: SrmRunSteps;
  private readonly aftermath: SrmAftermath;
  private readonly forgotten: SrmForgotten;
  private readonly absence: SrmAbsence;
  private groupsReadAt: number | null = null;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
    private readonly inventory: SrmInventory,
    sessionRequestsPerMinute?: number,
  ) {
    const details = new DetailReads(client.clock, sessionRequestsPerMinute);
    this.detailReads = details;
    this.memory = new TaskMemory(details);
    this.machines = new SrmMachineLook(client, details);
    this.prompts = new SrmPlanPrompts(client, details);
    this.runSteps = new SrmRunSteps(client, details);
    this.aftermath = new SrmAftermath(client, this.runSteps, details);
    this.forgotten = new SrmForgotten(client, details);
    this.absence = new SrmAbsence(client, details);
  }

  async observe(
    watched: readonly WatchedOperation[],
    { signal, noticed }: CallContext,
  ): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const lists = await this.read(watched, noticed !== undefined, signal);
    if (noticed !== undefined) noticed(await this.inventory.noticedIn(lists));
    this.detailReads.beginRound();
    // First of all: a person is waited for.
    const waiting = waitingIn(watched, lists);
    const prompts = waiting === null ? this.prompts.known : await this.prompts.of(waiting, signal);
    const round = await this.roundOf(watched, lists, signal);
    const looks = watched.map((operation) => lookAt(operation, round)).filter((look) => look !== null);
    this.inventory.touched.noteEnded(new Map(looks.flatMap(endedIn)));
    const details = { prompts, ...(await this.details(looks, round, signal)) };
    return looks
      .map((look) => this.observationOf(look, round, details))
      .filter((observation) => observation !== null);
  }

  private async read(
    watched: readonly WatchedOperation[],
    isNoticed: boolean,
    signal: AbortSignal,
  ): Promise<SiteLists> {
    const wanted = watched.flatMap((operation) => wantedOf(operation, NO_LISTS));
    const kinds = new Set(watched.map((operation) => ACTION_FACTS[operation.command.action].targetType));
    const now = this.client.clock.monotonic();
    const areGroupsOld = this.groupsReadAt === null || now - this.groupsReadAt >= GROUPS_FOR_ALL_MS;
    const wantsGroups = kinds.has('PROTECTION_GROUP') || kinds.has('PROTECTED_INSTANCE');
    const troubles: unknown[] = [];
    const tried = async <T>(wanted: boolean, read: () => Promise<T>): Promise<T | null> => {
      if (!wanted) return null;
      try {
        return await read();
      } catch (error) {
        troubles.push(error);
        return null;
      }
    };
    const [tasks, plans, groups] = await Promise.all([
      tried(wanted.length > 0, () => this.client.newestTasks(signal, this.memory.pageSize(wanted))),
      tried(kinds.has('RECOVERY_PLAN'), () => this.client.plans(signal)),
      tried(wantsGroups || (isNoticed && areGroupsOld), () => this.client.groups(signal)),
    ]);
    if (troubles.length > 0 && tasks === null && plans === null && groups === null) throw troubles[0];
    if (groups !== null) this.groupsReadAt = now;
    return { tasks, plans, groups };
  }

  private async roundOf(
    watched: readonly WatchedOperation[],
    lists: SiteLists,
    signal: AbortSignal,
  ): Promise<Round> {
    const { plans, groups } = lists;
    const tasks = new TaskReading(this.client, lists.tasks, this.memory);
    const index = indexOf(lists);
    await tasks.fill(
      watched.flatMap((operation) => wantedOf(operation, index)),
      signal,
    );
    const homes = await this.home.of([...(plans?.items ?? []), ...(groups?.items ?? [])]);
    return { tasks, plans, groups, homes, ...index };
  }

  /** One after the other: the budget is small, and an appliance that is in trouble is not pressed. */
  private async details(
    looks: readonly Look[],
    round: Round,
    signal: AbortSignal,
  ): Promise<Omit<Details, 'prompts'>> {
    const ended = looks.flatMap(({ operation, plan, jobs }) =>
      plan !== null && !isWaiting(plan) && hasEnded(jobs, plan) ? [{ operation, plan }] : [],
    );
    // An end is told in this round, whether or not it is looked at.
    const aftermaths = await this.aftermath.of(ended, signal);
    const machines = await this.machines.of(looks, round, signal);
    const absences = await this.absence.of(looks, round, signal);
    const forgotten = await this.forgotten.of(looks, round, signal);
    const running = looks.filter(isRunning).map(({ operation }) => operation);
    const steps = await this.runSteps.running(running, signal);
    return { machines, absences, forgotten, aftermaths, steps };
  }

  private observationOf(look: Look, round: Round, details: Details): Observation | null {
    const { operation, plan } = look;
    const { operationId, command } = operation;
    const told = details.forgotten.get(operationId);
    if (told === null) return null;
    const jobs = [...(told?.jobs ?? look.jobs), ...startErrorsOf(operation)];
    const machine = details.machines.get(operationId) ?? null;
    const absence = details.absences.get(operationId);
    const resource = machine ?? (absence === undefined ? look.resource : absence);
    // A verdict needs both truths: without the second one there is nothing to tell yet.
    const needsResource = command.targetNativeId !== null || isAtMachineEnd(look);
    if (resource === null && needsResource && jobs.every(isOver)) return null;
    const isPrompted = plan !== null && isWaiting(plan);
    const prompted = isPrompted ? details.prompts.get(plan.id) : undefined;
    const aftermath = details.aftermaths.get(operationId);
    if (isPrompted && prompted === undefined) return null;
    // It waited when it was seen last.
    if (round.plans === null && details.prompts.has(command.targetNativeId ?? '')) return null;
    const created = look.createdNativeId ?? takenIn(operation, machine?.exists === true);
    return {
      operationId,
      jobs,
      resource,
      progressPercent: progressOf(jobs, plan),
      steps: aftermath?.steps ?? details.steps.get(operationId) ?? machineStepsOf(operation, round.tasks),
      prompts: prompted?.prompts ?? [],
      createdId: created === null ? null : publicId(this.siteId, created),
      warnings: [...(prompted?.warnings ?? aftermath?.warnings ?? []), ...(told?.warnings ?? [])],
      effect: told?.effect ?? null,
    };
  }
}

function isWaiting(plan: WirePlan): boolean {
  return plan.status === 'WAITING_FOR_USER_INPUT';
}

/** The plans that are watched and wait for a person; null = it could not be seen this time. */
function waitingIn(watched: readonly WatchedOperation[], { plans }: SiteLists): string[] | null {
  const ids = new Set(watched.map(({ command }) => command.targetNativeId));
  if (plans === null) return null;
  return plans.items.filter((plan) => isWaiting(plan) && ids.has(plan.id)).map(({ id }) => id);
}

/** An operation that is over, with the group that it was about. */
function endedIn({ operation: { operationId, command }, jobs }: Look): [string, string][] {
  const isOfPlan = ACTION_FACTS[command.action].targetType === 'RECOVERY_PLAN';
  const { targetNativeId: groupId } = command;
  const isDone = jobs.length > 0 && jobs.every(isOver);
  return isOfPlan || groupId === null || !isDone ? [] : [[operationId, groupId]];
}

/** The run itself is seen to be under way: before and after it, a view of steps shows another one. */
function isRunning({ operation, jobs, plan }: Look): boolean {
  if (plan === null || (jobs.length > 0 && jobs.every(isOver))) return false;
  const row = srmDescriptor.lifecycle.actions[operation.command.action];
  return row?.via.includes(plan.status ?? '') === true;
}

function takenIn(operation: WatchedOperation, isThere: boolean): string | null {
  if (operation.command.action !== 'ADD_PROTECTED_INSTANCE' || !isThere) return null;
  return machineOf(operation)?.vmId ?? null;
}

function progressOf(jobs: readonly JobObservation[], plan: WirePlan | null): number | null {
  const told = jobs.map((job) => job.progressPercent).filter((percent) => percent !== null);
  if (told.length > 0) return Math.round(told.reduce((sum, percent) => sum + percent, 0) / told.length);
  return plan?.is_running === true && typeof plan.progress === 'number' ? plan.progress : null;
}
