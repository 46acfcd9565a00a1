import type { DrAction } from '../../domain/dr-action.js';
import { meaningOf } from '../../domain/lifecycle.js';
import type { JobObservation } from '../../domain/observation.js';
import type { WatchedOperation } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import type { SrmClient } from './srm.client.js';
import { SRM_DESCRIPTOR } from './srm.descriptor.js';
import { OLD_MACHINES_MAY_RUN } from './srm.mapper.js';
import { isOver } from './srm.tasks.js';
import type { WirePlan, WirePlanVm, WirePrompt } from './srm.wire.js';

/** How the words of a machine begin that belong to a run of this kind (3.8). */
const VM_WORDS: Readonly<Partial<Record<DrAction, string>>> = {
  START_DRILL: 'TEST_',
  CLEAN_UP_DRILL: 'CLEANUP_',
  PLANNED_FAILOVER: 'RECOVERY_',
  FAILOVER: 'RECOVERY_',
  REPROTECT: 'REPROTECT_',
};

const MAX_REMEMBERED = 500;

export interface RunDetails {
  prompts: WirePrompt[];
  warnings: string[];
}

/** What a run's plan has to say beyond its state: a prompt while it waits, blemishes once it is over. */
export class SrmAftermath {
  /** By operation: the machines are read once for each run that ended. */
  private readonly machines = new Map<string, string[]>();

  constructor(private readonly client: SrmClient) {}

  async of(
    operation: WatchedOperation,
    jobs: readonly JobObservation[],
    plan: WirePlan | null,
    signal: AbortSignal,
  ): Promise<RunDetails> {
    if (plan === null) return { prompts: [], warnings: [] };
    if (plan.status === 'WAITING_FOR_USER_INPUT') return this.prompts(plan, signal);
    if (!hasEnded(jobs, plan)) return { prompts: [], warnings: [] };
    const isFailover =
      operation.command.action === 'FAILOVER' || operation.command.action === 'PLANNED_FAILOVER';
    return {
      prompts: [],
      warnings: [
        ...(isFailover && plan.status === 'DISASTER_RECOVERY_COMPLETE' ? [OLD_MACHINES_MAY_RUN] : []),
        ...(await this.machineWarnings(operation, plan, signal)),
      ],
    };
  }

  private async prompts(plan: WirePlan, signal: AbortSignal): Promise<RunDetails> {
    try {
      return { prompts: (await this.client.prompts(plan.id, signal)).items, warnings: [] };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return {
        prompts: [],
        warnings: [`The plan waits at a prompt that could not be read: ${error.message}`],
      };
    }
  }

  private async machineWarnings(
    operation: WatchedOperation,
    plan: WirePlan,
    signal: AbortSignal,
  ): Promise<string[]> {
    const known = this.machines.get(operation.operationId);
    if (known !== undefined) return known;
    const words = VM_WORDS[operation.command.action];
    if (words === undefined) return [];
    try {
      const vms = await this.client.vmsOfPlan(plan.id, signal);
      const warnings = [
        ...vms.items.filter((vm) => isTroubled(vm, words)).map(troubleOf),
        ...vms.gaps.map((gap) => `SRM could not tell everything of the machines: ${gap}.`),
      ];
      this.remember(operation.operationId, warnings);
      return warnings;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return [`Whether machines had trouble could not be read: ${error.message}`];
    }
  }

  private remember(operationId: string, warnings: string[]): void {
    this.machines.set(operationId, warnings);
    const oldest = this.machines.keys().next().value;
    if (this.machines.size > MAX_REMEMBERED && oldest !== undefined) this.machines.delete(oldest);
  }
}

/** The task is over; without a task, the plan rests. */
function hasEnded(jobs: readonly JobObservation[], plan: WirePlan): boolean {
  if (jobs.length > 0 && !jobs.every(isOver)) return false;
  const meaning = meaningOf(SRM_DESCRIPTOR.lifecycle, 'RECOVERY_PLAN', plan.status ?? '');
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
