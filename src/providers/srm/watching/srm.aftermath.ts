import type { DrAction } from '../../../domain/dr-action.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { JobObservation, OperationStep } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { OLD_MACHINES_MAY_RUN } from '../reading/srm.mapper.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import type { SrmRunSteps } from './srm.run-steps.js';
import { isOver } from './srm.tasks.js';
import { clauseOf, type WirePlan, type WirePlanVm } from '../wire/srm.wire.js';

/** How the words of a machine begin that belong to a run of this kind (3.8). */
const VM_WORDS: Readonly<Partial<Record<DrAction, string>>> = {
  START_DRILL: 'TEST_',
  CLEAN_UP_DRILL: 'CLEANUP_',
  PLANNED_FAILOVER: 'RECOVERY_',
  FAILOVER: 'RECOVERY_',
  REPROTECT: 'REPROTECT_',
};

/** Runs that ended and are looked at in one round; the others are told of all the same, with a warning. */
const ENDS_A_ROUND = 6;
/** What the steps of a run take that did not end well throughout. */
const STEP_READS = 2;
const MAX_REMEMBERED = 500;

/** An operation whose run is over, and its plan. */
export interface EndedRun {
  operation: WatchedOperation;
  plan: WirePlan;
}

export interface Aftermath {
  warnings: string[];
  steps: OperationStep[];
}

/** What a run leaves behind besides its plan's state: machines in trouble, and how its steps went. Read once. */
export class SrmAftermath {
  private readonly known = new Map<string, Aftermath>();
  private readonly turns: DetailTurns;

  constructor(
    private readonly client: SrmClient,
    private readonly runSteps: SrmRunSteps,
    private readonly details: DetailReads,
  ) {
    this.turns = new DetailTurns(details, 'ENDS', ENDS_A_ROUND);
  }

  /** By operation, of all of them: an end never waits for it. */
  async of(ended: readonly EndedRun[], signal: AbortSignal): Promise<ReadonlyMap<string, Aftermath>> {
    const found = new Map<string, Aftermath>();
    const open = new Map<string, EndedRun>();
    for (const run of ended) {
      const { operationId } = run.operation;
      const known = isRun(run.operation) ? this.known.get(operationId) : NOTHING;
      if (known === undefined) open.set(operationId, run);
      found.set(operationId, known ?? { warnings: [...blemishesOf(run), NOT_LOOKED_AT], steps: [] });
    }
    const looked: { run: EndedRun; machines: Machines }[] = [];
    for (const id of this.turns.among([...open.keys()], signal)) {
      const run = open.get(id);
      if (run !== undefined) looked.push({ run, machines: await this.machinesOf(run, signal) });
    }
    // What the machines say comes first: steps only explain it.
    for (const { run, machines } of looked) {
      const { operation } = run;
      const hasPlace = this.details.places('ENDS', STEP_READS) === STEP_READS;
      const steps = hasPlace ? await this.runSteps.ended(operation, signal) : [];
      const aftermath = { warnings: [...blemishesOf(run), ...machines.warnings], steps };
      if (machines.isRead) this.remember(operation.operationId, aftermath);
      found.set(operation.operationId, aftermath);
    }
    return found;
  }

  private async machinesOf({ operation, plan }: EndedRun, signal: AbortSignal): Promise<Machines> {
    try {
      const vms = await this.client.vmsOfPlan(plan.id, signal);
      const words = VM_WORDS[operation.command.action] ?? '';
      const warnings = [
        ...vms.items.filter((vm) => isTroubled(vm, words)).map(troubleOf),
        ...vms.gaps.map((gap) => `SRM could not tell everything of the machines: ${clauseOf(gap)}.`),
      ];
      return { warnings, isRead: true };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return {
        warnings: [`Whether machines had trouble could not be read: ${error.message}`],
        isRead: false,
      };
    }
  }

  private remember(operationId: string, aftermath: Aftermath): void {
    this.known.set(operationId, aftermath);
    const oldest = this.known.keys().next().value;
    if (this.known.size > MAX_REMEMBERED && oldest !== undefined) this.known.delete(oldest);
  }
}

interface Machines {
  warnings: string[];
  isRead: boolean;
}

const NOT_LOOKED_AT =
  'Whether machines had trouble was not looked at, since many runs ended at once or SRM is slow; look at the machines of the plan.';

function blemishesOf({ operation, plan }: EndedRun): string[] {
  const isFailover = operation.command.action.endsWith('FAILOVER');
  return isFailover && plan.status === 'DISASTER_RECOVERY_COMPLETE' ? [OLD_MACHINES_MAY_RUN] : [];
}

const NOTHING: Aftermath = { warnings: [], steps: [] };

function isRun({ command }: WatchedOperation): boolean {
  return VM_WORDS[command.action] !== undefined;
}

/** The task is over; without a task, the plan rests. */
export function hasEnded(jobs: readonly JobObservation[], plan: WirePlan): boolean {
  if (jobs.length > 0 && !jobs.every(isOver)) return false;
  const meaning = meaningOf(srmDescriptor.lifecycle, 'RECOVERY_PLAN', plan.status ?? '');
  return !meaning.passing && plan.is_running !== true;
}

/** A plan may end well and hide errors of single machines (4.1, 8). */
function isTroubled(vm: WirePlanVm, words: string): boolean {
  return vm.status?.startsWith(words) === true && /_(?:ERROR|WARNING|INCOMPLETE)$/.test(vm.status);
}

function troubleOf(vm: WirePlanVm): string {
  const group = vm.protection_group_name ? ` (group ${vm.protection_group_name})` : '';
  return `Machine ${vm.name ?? vm.id}${group} ended in ${vm.status}.`;
}
