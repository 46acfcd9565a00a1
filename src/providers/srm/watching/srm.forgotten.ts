import type { DrAction } from '../../../domain/dr-action.js';
import type { Finding, JobObservation, Observation } from '../../../domain/observation.js';
import type { SentCall, WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselineIn, type GroupBaseline } from '../evidence/srm.baseline.js';
import { lacksPlaceholder } from '../preparing/srm.blockers.js';
import type { SrmClient } from '../wire/srm.client.js';
import { reconfiguredGroup } from '../evidence/srm.group-evidence.js';
import { vmEffect } from '../evidence/srm.part-evidence.js';
import { vmIdIn } from '../wire/srm.paths.js';
import { planEffect } from '../evidence/srm.plan-evidence.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import type { Look, Round } from './srm.round.js';
import { isOver } from './srm.tasks.js';
import { isProtected } from '../lifecycle/srm.vm-states.js';
import { textOf, type WireGroupVm } from '../wire/srm.wire.js';

/** Operations that are asked after in one round; the others are told of in the next. */
const OPERATIONS_A_ROUND = 2;

/** What the parts of a group or plan say in place of its tasks. */
export interface Told {
  jobs: JobObservation[];
  effect: Observation['effect'];
  warnings: string[];
}

/**
 * Tasks that the appliance has forgotten say nothing of their end (5). Where the state of a group or plan tells
 * nothing either, because the change is one of its parts, those parts are looked at: what was asked for is seen,
 * or a machine that was to lose its protection has failed to, or nothing can be told.
 */
export class SrmForgotten {
  private readonly turns: DetailTurns;

  constructor(
    private readonly client: SrmClient,
    details: DetailReads,
  ) {
    this.turns = new DetailTurns(details, 'CHANGES', OPERATIONS_A_ROUND);
  }

  /** By operation, of those that need it; null = could not be looked at this time. */
  async of(
    looks: readonly Look[],
    round: Round,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Told | null>> {
    const open = new Map(looks.filter(isOpen).map((look) => [look.operation.operationId, look] as const));
    const told = new Map<string, Told | null>([...open.keys()].map((id) => [id, null]));
    for (const id of this.turns.among([...open.keys()], signal)) {
      const look = open.get(id);
      if (look !== undefined) told.set(id, await this.tried(look, round, signal));
    }
    return told;
  }

  private async tried(look: Look, round: Round, signal: AbortSignal): Promise<Told | null> {
    try {
      return await this.told(look, round, signal);
    } catch (error) {
      if (error instanceof ProviderError) return null;
      throw error;
    }
  }

  private async told(look: Look, round: Round, signal: AbortSignal): Promise<Told> {
    const told = await this.ofParts(look, round, signal);
    // Whose the tasks are that evidence found is shown by what they led to, and by nothing else.
    return isByEvidence(look) && told.effect !== 'SEEN' ? { ...told, effect: 'MISSING' } : told;
  }

  private async ofParts(look: Look, round: Round, signal: AbortSignal): Promise<Told> {
    const { operation, jobs } = look;
    const baseline = baselineIn(operation.baseline);
    const sent = sentOf(operation);
    switch (baseline?.kind) {
      case 'PLAN_EDIT':
      case 'SETTINGS':
      case 'STEPS':
        return byFinding(jobs, sent && (await planEffect(this.client, sent, baseline, signal)));
      case 'VM':
        return byFinding(jobs, sent && (await vmEffect(this.client, sent, baseline, signal)));
      case 'GROUP':
        return this.ofGroup(look, baseline, round, signal);
      default:
        return byFinding(jobs, null);
    }
  }

  private async ofGroup(
    { operation, jobs }: Look,
    baseline: GroupBaseline,
    round: Round,
    signal: AbortSignal,
  ): Promise<Told> {
    const { action, targetNativeId: groupId } = operation.command;
    if (action === 'UPDATE_PROTECTION_GROUP') {
      const group = round.groups?.items.find(({ id }) => id === groupId);
      const isDone = group !== undefined && reconfiguredGroup(group, operation.calls[0]?.call.body, baseline);
      return { jobs, effect: isDone ? 'SEEN' : group && isForgotten(jobs) ? 'MISSING' : null, warnings: [] };
    }
    const vms = (await this.client.vmsOfGroup(groupId ?? '', signal)).items;
    switch (action) {
      case 'RESTORE_PLACEHOLDERS':
        return restored(jobs, baseline, vms);
      case 'ENABLE_PROTECTION':
        return { jobs, effect: isConfigured(baseline, vms) ? 'SEEN' : null, warnings: [] };
      default:
        return unprotected(operation, jobs, vms);
    }
  }
}

/** Of a forgotten task, what is as it was before is missing; of none, there may have been nothing to do. */
function byFinding(jobs: JobObservation[], finding: Finding | null): Told {
  const isMissing = finding?.verdict === 'NOT_SEEN' && isForgotten(jobs);
  return {
    jobs,
    effect: finding?.verdict === 'STARTED' ? 'SEEN' : isMissing ? 'MISSING' : null,
    warnings: [],
  };
}

function isForgotten(jobs: readonly JobObservation[]): boolean {
  return jobs.some(({ state }) => state === 'GONE');
}

/** Without a task there was nothing that SRM could begin; who lacks a placeholder all the same is told. */
function restored(jobs: JobObservation[], baseline: GroupBaseline, vms: readonly WireGroupVm[]): Told {
  const lost = Object.entries(baseline.vmWords ?? {}).flatMap(([id, word]) =>
    lacksPlaceholder(word) ? [id] : [],
  );
  const still = lost.filter((id) => !hasPlaceholder(vms.find((vm) => vm.id === id)));
  const names = still.map((id) => vms.find((vm) => vm.id === id)?.name ?? id);
  return {
    jobs,
    effect: still.length === 0 ? 'SEEN' : null,
    warnings: jobs.length > 0 ? [] : names.map((name) => `Machine ${name} has no placeholder still.`),
  };
}

const OF_PARTS: readonly DrAction[] = [
  ...(['UPDATE_PROTECTION_GROUP', 'RESTORE_PLACEHOLDERS', 'DISABLE_PROTECTION'] as const),
  ...(['UPDATE_RECOVERY_PLAN', 'UPDATE_RECOVERY_SETTINGS'] as const),
  ...(['ADD_RECOVERY_STEP', 'UPDATE_RECOVERY_STEP', 'REMOVE_RECOVERY_STEP'] as const),
  'ENABLE_INSTANCE_PROTECTION',
];
/** A good end may show in nothing but a part, even where no task was told of. */
const ALSO_WITHOUT_TASK: readonly DrAction[] = ['RESTORE_PLACEHOLDERS', 'ENABLE_INSTANCE_PROTECTION'];
/** Its group may show the end from the beginning: some of its machines were protected already. */
const ALSO_BY_EVIDENCE: readonly DrAction[] = [...OF_PARTS, 'ENABLE_PROTECTION'];
const PASSING: readonly unknown[] = [
  ...['REMOVING_PROTECTION', 'RESTORING_PLACEHOLDERS', 'OPERATIONS_IN_PROGRESS'],
];

function isOpen(look: Look): boolean {
  const { jobs, resource } = look;
  const { action } = look.operation.command;
  // Begun outside the gateway: nobody knows what was asked for.
  if (baselineIn(look.operation.baseline) === null) return false;
  if (PASSING.includes(resource?.word) || !jobs.every(isOver)) return false;
  const isUntold = isForgotten(jobs) || (jobs.length === 0 && ALSO_WITHOUT_TASK.includes(action));
  return (isUntold && OF_PARTS.includes(action)) || isByEvidence(look);
}

/** Tasks that only evidence has found, of an action that may have ended where it began. */
function isByEvidence({ operation: { command, calls } }: Look): boolean {
  const isFound = calls.some(({ adopted, ref }) => adopted === true && ref !== null && ref.jobIds.length > 0);
  return isFound && ALSO_BY_EVIDENCE.includes(command.action);
}

function isConfigured(baseline: GroupBaseline, vms: readonly WireGroupVm[]): boolean {
  const wordNow = (id: string): string | null =>
    textOf(vms.find((vm) => vm.id === id)?.protection_status_details?.status);
  const bare = Object.entries(baseline.vmWords ?? {}).filter(([, word]) => !isProtected(word));
  return bare.every(([id]) => wordNow(id) !== null && isProtected(wordNow(id)));
}

function hasPlaceholder(vm: WireGroupVm | undefined): boolean {
  const word = vm?.protection_status_details?.status;
  return vm !== undefined && !lacksPlaceholder(word) && word !== 'RESTORING_PLACEHOLDER';
}

/** A forgotten task is left out where its machine lost its protection, and has failed where it did not. */
function unprotected(
  { calls }: WatchedOperation,
  jobs: readonly JobObservation[],
  vms: readonly WireGroupVm[],
): Told {
  const machines = calls.map(({ call, ref }) => ({
    vm: vms.find(({ id }) => id === vmIdIn(call.path)),
    ref,
  }));
  const isDone = machines.every(({ vm }) => vm?.protection_status_details?.status === 'NOT_CONFIGURED');
  const told = machines.flatMap(({ vm, ref }) => {
    const own = jobs.filter(({ id }) => ref?.jobIds.includes(id) === true);
    return own.flatMap((job) => (job.state === 'GONE' ? unprotection(job, vm) : [job]));
  });
  return { jobs: told, effect: isDone ? 'SEEN' : null, warnings: [] };
}

function unprotection(job: JobObservation, vm: WireGroupVm | undefined): JobObservation[] {
  const word = textOf(vm?.protection_status_details?.status);
  if (vm === undefined || word === null) return [job];
  if (!isProtected(word)) return [];
  const message = `SRM has forgotten the task, and machine ${vm.name ?? vm.id} is still protected (${word}).`;
  return [{ ...job, state: 'FAILED', error: { code: null, message } }];
}

function sentOf({ operationId, command, baseline, calls }: WatchedOperation): SentCall | null {
  const call = calls[0]?.call;
  return call === undefined ? null : { operationId, command, baseline, call, sentTime: '' };
}
