import { ACTION_FACTS } from '../../domain/action-facts.js';
import { publicId } from '../../domain/ids.js';
import type { JobObservation, Observation, ResourceFacts } from '../../domain/observation.js';
import type { WatchedOperation } from '../provider-driver.js';
import { SrmAftermath } from './srm.aftermath.js';
import { baselineIn } from './srm.baseline.js';
import type { SrmClient } from './srm.client.js';
import { createdGroups } from './srm.group-evidence.js';
import type { SrmHome } from './srm.home.js';
import type { WireList } from './srm.lists.js';
import { absentFacts, groupFacts, planFacts, promptOf } from './srm.mapper.js';
import { isOver } from './srm.tasks.js';
import { TaskReading } from './srm.task-reading.js';
import type { WireGroup, WirePlan } from './srm.wire.js';

/** What was read of the site in one round, for every operation that is watched. */
interface Round {
  tasks: TaskReading;
  plans: WireList<WirePlan> | null;
  groups: WireList<WireGroup> | null;
  homes: ReadonlyMap<string, string>;
}

/**
 * Looks at all watched operations with the same few lists: tasks, plans and, where a group is being
 * changed, groups. An operation that a failed list leaves in the dark is absent from the answer.
 */
export class SrmObserving {
  private readonly aftermath: SrmAftermath;
  private readonly finished = TaskReading.newMemory();

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
  ) {
    this.aftermath = new SrmAftermath(client);
  }

  async observe(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const round = await this.read(watched, signal);
    const seen: Observation[] = [];
    // One after the other: what is asked for a single operation is rare, and the budget is small.
    for (const operation of watched) {
      const observation = await this.look(operation, round, signal);
      if (observation !== null) seen.push(observation);
    }
    return seen;
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
      tried(kinds.has('PROTECTION_GROUP'), () => this.client.groups(signal)),
    ]);
    if (troubles.length > 0 && list === null && plans === null && groups === null) throw troubles[0];
    const tasks = new TaskReading(this.client, list?.items ?? null, this.finished);
    await tasks.fill(wanted, signal);
    const homes = await this.home.of([...(plans?.items ?? []), ...(groups?.items ?? [])]);
    return { tasks, plans, groups, homes };
  }

  private async look(
    operation: WatchedOperation,
    round: Round,
    signal: AbortSignal,
  ): Promise<Observation | null> {
    const jobs = round.tasks.jobs(jobIdsOf(operation));
    if (jobs === null) return null;
    const isPlan = ACTION_FACTS[operation.command.action].targetType === 'RECOVERY_PLAN';
    const createdId = isPlan ? null : this.createdId(operation, round);
    const targetId = operation.command.targetNativeId ?? createdId;
    const resource = targetId === null ? null : facts(targetId, isPlan, round);
    // A verdict needs both truths: without the second one there is nothing to tell yet.
    if (resource === null && operation.command.targetNativeId !== null && jobs.every(isOver)) return null;
    const plan = isPlan ? (round.plans?.items.find((item) => item.id === targetId) ?? null) : null;
    const after = await this.aftermath.of(operation, jobs, plan, signal);
    return {
      operationId: operation.operationId,
      jobs,
      resource,
      progressPercent: progressOf(jobs, plan),
      steps: [],
      prompts: after.prompts.map(promptOf),
      createdId: createdId === null ? null : publicId(this.siteId, createdId),
      warnings: after.warnings,
    };
  }

  /** The new group's native id: from the task's result, else by mark or name among groups that are new. */
  private createdId(operation: WatchedOperation, round: Round): string | null {
    const { command, operationId } = operation;
    if (command.action !== 'CREATE_PROTECTION_GROUP') return null;
    for (const id of jobIdsOf(operation)) {
      const made = round.tasks.created(id);
      if (made !== null) return made;
    }
    const baseline = baselineIn(operation.baseline);
    if (baseline?.kind !== 'CREATE') return null;
    const groups = round.groups?.items ?? [];
    const found = createdGroups(groups, command.group?.name ?? '', operationId, baseline.namesakeIds);
    return found.length === 1 ? (found[0]?.id ?? null) : null;
  }
}

/** null = not read, or not in a list that is known to be whole: absence is concluded from nothing less. */
function facts(targetId: string, isPlan: boolean, round: Round): ResourceFacts | null {
  const home = round.homes.get(targetId) ?? null;
  if (isPlan) {
    const plan = round.plans?.items.find((item) => item.id === targetId);
    if (plan !== undefined) return planFacts(plan, home);
  } else {
    const group = round.groups?.items.find((item) => item.id === targetId);
    if (group !== undefined) return groupFacts(group, home);
  }
  const list = isPlan ? round.plans : round.groups;
  return list !== null && list.gaps.length === 0 ? absentFacts() : null;
}

function progressOf(jobs: readonly JobObservation[], plan: WirePlan | null): number | null {
  const told = jobs.map((job) => job.progressPercent).filter((percent) => percent !== null);
  if (told.length > 0) return Math.round(told.reduce((sum, percent) => sum + percent, 0) / told.length);
  return plan?.is_running === true && typeof plan.progress === 'number' ? plan.progress : null;
}

function jobIdsOf(operation: WatchedOperation): string[] {
  return operation.calls.flatMap(({ ref }) => ref?.jobIds ?? []);
}
