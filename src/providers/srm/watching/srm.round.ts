import { ACTION_FACTS } from '../../../domain/action-facts.js';
import type { ActionInputs } from '../../../domain/action-inputs.js';
import type { JobObservation, ResourceFacts } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { baselineIn } from '../evidence/srm.baseline.js';
import { madeBy } from '../evidence/srm.created.js';
import type { WireList } from '../wire/srm.lists.js';
import { absentFacts, groupFacts, planFacts } from '../reading/srm.mapper.js';
import { isOver } from './srm.tasks.js';
import { srmDescriptor } from '../srm.descriptor.js';
import type { TaskReading, WantedTask } from './srm.task-reading.js';
import type { WireGroup, WirePlan } from '../wire/srm.wire.js';

/** Plans and groups by id: a thousand operations look for theirs in every round. null = not read. */
export interface RoundIndex {
  planOf: ReadonlyMap<string, WirePlan> | null;
  groupOf: ReadonlyMap<string, WireGroup> | null;
}

export const NO_LISTS: RoundIndex = { planOf: null, groupOf: null };

export function indexOf({ plans, groups }: Pick<Round, 'plans' | 'groups'>): RoundIndex {
  return {
    planOf: plans && new Map(plans.items.map((plan) => [plan.id, plan])),
    groupOf: groups && new Map(groups.items.map((group) => [group.id, group])),
  };
}

/** What was read of the site in one round, for every operation that is watched. */
export interface Round extends RoundIndex {
  tasks: TaskReading;
  plans: WireList<WirePlan> | null;
  groups: WireList<WireGroup> | null;
  homes: ReadonlyMap<string, string>;
}

/** What a round's lists say of one operation. */
export interface Look {
  operation: WatchedOperation;
  jobs: JobObservation[];
  /** Of a group or a plan; null = not read, or a machine, which no list of the round holds. */
  resource: ResourceFacts | null;
  plan: WirePlan | null;
  /** Of what a creating action made; of a machine that was taken in, once it is seen to be. */
  createdNativeId: string | null;
}

/** null = its tasks could not be looked at this time. */
export function lookAt(operation: WatchedOperation, round: Round): Look | null {
  const jobs = round.tasks.jobs(jobIdsOf(operation));
  if (jobs === null) return null;
  const { command } = operation;
  const createdNativeId = createdIn(operation, round);
  const targetId = command.targetNativeId ?? createdNativeId;
  const kind = ACTION_FACTS[command.action].targetType;
  const plan = kind === 'RECOVERY_PLAN' ? (round.planOf?.get(targetId ?? '') ?? null) : null;
  const isMachine = kind === 'PROTECTED_INSTANCE';
  const isPlan = kind === 'RECOVERY_PLAN';
  const ofTarget = targetId === null ? unmade(jobs, isPlan, round) : facts(targetId, isPlan, round);
  const resource = isMachine ? null : ofTarget;
  return { operation, jobs, resource, plan, createdNativeId };
}

/** The tasks of an operation, and what the lists say of what they work on. */
export function wantedOf(operation: WatchedOperation, index: RoundIndex): WantedTask[] {
  const { operationId } = operation;
  const target = targetIn(operation, index);
  return jobIdsOf(operation).map((id) => ({ operationId, id, target }));
}

/** A machine is in no list, and its group's word does not tell of it: its tasks are asked after. */
function targetIn({ command }: WatchedOperation, index: RoundIndex): WantedTask['target'] {
  const kind = ACTION_FACTS[command.action].targetType;
  if (command.targetNativeId === null || kind === 'PROTECTED_INSTANCE') return 'AT_REST';
  const list = kind === 'RECOVERY_PLAN' ? index.planOf : index.groupOf;
  if (list === null) return 'UNSEEN';
  const word = list.get(command.targetNativeId)?.status ?? '';
  const via = srmDescriptor.lifecycle.actions[command.action]?.via;
  return via?.includes(word) === true ? 'UNDER_WAY' : 'AT_REST';
}

function jobIdsOf(operation: WatchedOperation): string[] {
  return operation.calls.flatMap(({ ref }) => ref?.jobIds ?? []);
}

/** The machine that an operation is about, in its group; null = it is about none. */
export function machineOf({ command }: WatchedOperation): { groupId: string; vmId: string } | null {
  if (ACTION_FACTS[command.action].targetType !== 'PROTECTED_INSTANCE') return null;
  const added = (command.input as Partial<ActionInputs['ADD_PROTECTED_INSTANCE']> | null)?.serverId;
  const vmId = command.partNativeId ?? added ?? null;
  const groupId = command.targetNativeId;
  return groupId === null || vmId === null ? null : { groupId, vmId };
}

/**
 * The native id of a new group or plan: from the result of its task, unless that was found by evidence alone;
 * else what bears what was sent.
 */
function createdIn(operation: WatchedOperation, round: Round): string | null {
  const { command, operationId, calls } = operation;
  const isGroup = command.action === 'CREATE_PROTECTION_GROUP';
  if (!isGroup && command.action !== 'CREATE_RECOVERY_PLAN') return null;
  for (const { ref, adopted } of calls) {
    if (adopted === true) continue;
    const made = ref?.jobIds.map((id) => round.tasks.of(id)?.createdId ?? null) ?? [];
    const [first] = made.filter((id) => id !== null);
    if (first !== undefined) return first;
  }
  const baseline = baselineIn(operation.baseline);
  if (baseline?.kind !== 'CREATE' && baseline?.kind !== 'PLAN_CREATE') return null;
  const sending = { operationId, body: calls[0]?.call.body };
  const items = (isGroup ? round.groups : round.plans)?.items ?? [];
  const { ours } = madeBy<WireGroup | WirePlan>(items, sending, baseline.namesakeIds);
  return ours.length === 1 ? (ours[0]?.id ?? null) : null;
}

/**
 * What was to be made is not there: after a task that failed, or when no task is left that could still make it and
 * a whole list does not hold it. null = it may still come.
 */
function unmade(jobs: readonly JobObservation[], isPlan: boolean, round: Round): ResourceFacts | null {
  const hasFailed = jobs.some(({ state }) => state === 'FAILED' || state === 'CANCELLED');
  if (hasFailed && jobs.every(isOver)) return absentFacts();
  const list = isPlan ? round.plans : round.groups;
  const isWhole = list !== null && list.gaps.length === 0;
  return isWhole && jobs.every((job) => isOver(job) || job.state === 'GONE') ? absentFacts() : null;
}

/** null = not read, or not in a list that is known to be whole: absence is concluded from nothing less. */
function facts(targetId: string, isPlan: boolean, round: Round): ResourceFacts | null {
  const home = round.homes.get(targetId) ?? null;
  if (isPlan) {
    const plan = round.planOf?.get(targetId);
    if (plan !== undefined) return planFacts(plan, home);
  } else {
    const group = round.groupOf?.get(targetId);
    if (group !== undefined) return groupFacts(group, home);
  }
  const list = isPlan ? round.plans : round.groups;
  return list !== null && list.gaps.length === 0 ? absentFacts() : null;
}
