import { ACTION_FACTS } from '../../../domain/action-facts.js';
import { publicId } from '../../../domain/ids.js';
import type { JobObservation, Observation } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { hasEnded, SrmAftermath } from './srm.aftermath.js';
import type { SrmClient } from '../wire/srm.client.js';
import { SrmForgotten } from './srm.forgotten.js';
import type { SrmHome } from '../reading/srm.home.js';
import { isAtMachineEnd, SrmMachineLook } from './srm.machine-look.js';
import { machineStepsOf } from './srm.machine-steps.js';
import { SrmPlanPrompts } from '../reading/srm.plan-prompts.js';
import { jobIdsOf, lookAt, machineOf, type Look, type Round } from './srm.round.js';
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
}

/**
 * Looks at all watched operations with the same few lists: tasks, plans and, where a group is being
 * changed, groups. What must be asked of single ones is asked of a few in a round, in turn, so that the
 * requests stay within the budget. An operation that is left in the dark is absent from the answer.
 */
export class SrmObserver {
  private readonly memory = new TaskMemory();
  private readonly machines: SrmMachineLook;
  private readonly prompts: SrmPlanPrompts;
  private readonly runSteps: SrmRunSteps;
  private readonly aftermath: SrmAftermath;
  private readonly forgotten: SrmForgotten;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
  ) {
    this.machines = new SrmMachineLook(client);
    this.prompts = new SrmPlanPrompts(client);
    this.runSteps = new SrmRunSteps(client);
    this.aftermath = new SrmAftermath(client, this.runSteps);
    this.forgotten = new SrmForgotten(client);
  }

  async observe(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const round = await this.read(watched, signal);
    const looks = watched.map((operation) => lookAt(operation, round)).filter((look) => look !== null);
    const details = await this.details(looks, round, signal);
    return looks
      .map((look) => this.observationOf(look, round, details))
      .filter((observation) => observation !== null);
  }

  private async read(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<Round> {
    const wanted = watched.flatMap((operation) =>
      jobIdsOf(operation).map((id) => ({ operationId: operation.operationId, id })),
    );
    const kinds = new Set(watched.map((operation) => ACTION_FACTS[operation.command.action].targetType));
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
    const [list, plans, groups] = await Promise.all([
      tried(wanted.length > 0, () => this.client.newestTasks(signal)),
      tried(kinds.has('RECOVERY_PLAN'), () => this.client.plans(signal)),
      tried(kinds.has('PROTECTION_GROUP') || kinds.has('PROTECTED_INSTANCE'), () =>
        this.client.groups(signal),
      ),
    ]);
    if (troubles.length > 0 && list === null && plans === null && groups === null) throw troubles[0];
    const tasks = new TaskReading(this.client, list?.items ?? null, this.memory);
    await tasks.fill(wanted, signal);
    const homes = await this.home.of([...(plans?.items ?? []), ...(groups?.items ?? [])]);
    return { tasks, plans, groups, homes };
  }

  /** One after the other: the budget is small, and an appliance that is in trouble is not pressed. */
  private async details(looks: readonly Look[], round: Round, signal: AbortSignal): Promise<Details> {
    const machines = await this.machines.of(looks, round, signal);
    const ended = looks.flatMap(({ operation, plan, jobs }) =>
      plan !== null && !isWaiting(plan) && hasEnded(jobs, plan) ? [{ operation, plan }] : [],
    );
    const aftermaths = await this.aftermath.of(ended, signal);
    const waiting = looks.flatMap(({ plan }) => (plan !== null && isWaiting(plan) ? [plan.id] : []));
    const prompts = await this.prompts.of(waiting, signal);
    const running = looks.filter(isRunning).map(({ operation }) => operation);
    const steps = await this.runSteps.running(running, signal);
    return { machines, aftermaths, prompts, steps, forgotten: await this.forgotten.of(looks, round, signal) };
  }

  private observationOf(look: Look, round: Round, details: Details): Observation | null {
    const { operation, plan } = look;
    const { operationId, command } = operation;
    const told = details.forgotten.get(operationId);
    if (told === null) return null;
    const jobs = [...(told?.jobs ?? look.jobs), ...startErrorsOf(operation)];
    const machine = details.machines.get(operationId) ?? null;
    const resource = machine ?? look.resource;
    // A verdict needs both truths: without the second one there is nothing to tell yet.
    const needsResource = command.targetNativeId !== null || isAtMachineEnd(look);
    if (resource === null && needsResource && jobs.every(isOver)) return null;
    const isPrompted = plan !== null && isWaiting(plan);
    const prompted = isPrompted ? details.prompts.get(plan.id) : undefined;
    const aftermath = details.aftermaths.get(operationId);
    if (isPrompted && prompted === undefined) return null;
    if (plan !== null && !isPrompted && hasEnded(jobs, plan) && aftermath === undefined) return null;
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
