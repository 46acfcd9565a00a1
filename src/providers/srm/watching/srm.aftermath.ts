import type { DrAction } from '../../../domain/dr-action.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { JobObservation, OperationStep } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { OLD_MACHINES_MAY_RUN } from '../reading/srm.mapper.js';
import type { SrmRunSteps } from './srm.run-steps.js';
import { isOver } from './srm.tasks.js';
import { Turns } from './srm.turns.js';
import { clauseOf, type WirePlan, type WirePlanVm } from '../wire/srm.wire.js';

/** How the words of a machine begin that belong to a run of this kind (3.8). */
const VM_WORDS: Readonly<Partial<Record<DrAction, string>>> = {
  START_DRILL: 'TEST_',
  CLEAN_UP_DRILL: 'CLEANUP_',
  PLANNED_FAILOVER: 'RECOVERY_',
  FAILOVER: 'RECOVERY_',
  REPROTECT: 'REPROTECT_',
};

/** Runs that ended and are looked at in one round; the others are told of in the next. */
const ENDS_A_ROUND = 4;
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
  private readonly turns = new Turns();

  constructor(
    private readonly client: SrmClient,
    private readonly runSteps: SrmRunSteps,
  ) {}

  /** By operation; who is absent has not had its turn yet. */
  async of(ended: readonly EndedRun[], signal: AbortSignal): Promise<ReadonlyMap<string, Aftermath>> {
    const found = new Map<string, Aftermath>();
    const open = ended.filter(({ operation }) => {
      const known = isRun(operation) ? this.known.get(operation.operationId) : NOTHING;
      if (known !== undefined) found.set(operation.operationId, known);
      return known === undefined;
    });
    const ids = open.map(({ operation }) => operation.operationId);
    const turn = this.turns.take(ids, ENDS_A_ROUND);
    for (const run of open.filter(({ operation }) => turn.has(operation.operationId)))
      found.set(run.operation.operationId, await this.read(run, signal));
    return found;
  }

  private async read({ operation, plan }: EndedRun, signal: AbortSignal): Promise<Aftermath> {
    const { action } = operation.command;
    const steps = await this.runSteps.ended(operation, signal);
    const blemishes =
      action.endsWith('FAILOVER') && plan.status === 'DISASTER_RECOVERY_COMPLETE'
        ? [OLD_MACHINES_MAY_RUN]
        : [];
    try {
      const vms = await this.client.vmsOfPlan(plan.id, signal);
      const words = VM_WORDS[action] ?? '';
      const warnings = [
        ...blemishes,
        ...vms.items.filter((vm) => isTroubled(vm, words)).map(troubleOf),
        ...vms.gaps.map((gap) => `SRM could not tell everything of the machines: ${clauseOf(gap)}.`),
      ];
      return this.remember(operation.operationId, { warnings, steps });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const unread = `Whether machines had trouble could not be read: ${error.message}`;
      return { warnings: [...blemishes, unread], steps };
    }
  }

  private remember(operationId: string, aftermath: Aftermath): Aftermath {
    this.known.set(operationId, aftermath);
    const oldest = this.known.keys().next().value;
    if (this.known.size > MAX_REMEMBERED && oldest !== undefined) this.known.delete(oldest);
    return aftermath;
  }
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
