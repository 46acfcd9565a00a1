import type { RecoveryWorkflow } from '../../../domain/action-inputs.js';
import type { DrAction } from '../../../domain/dr-action.js';
import type { OperationStep } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselineIn } from '../evidence/srm.baseline.js';
import type { SrmClient } from '../wire/srm.client.js';
import type { WireStep } from '../wire/srm.parts-wire.js';
import {
  isFrame,
  isTopLevel,
  isTroubled,
  operationStepOf,
  stepIdOf,
  VIEW_MODES,
} from '../reading/srm.step-mapper.js';
import { stepsOf } from '../reading/srm.steps-reading.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import { epochMsOf } from '../wire/srm.wire.js';

const WORKFLOW_OF: Readonly<Partial<Record<DrAction, RecoveryWorkflow>>> = {
  START_DRILL: 'TEST',
  CLEAN_UP_DRILL: 'CLEAN_UP',
  PLANNED_FAILOVER: 'RECOVERY',
  FAILOVER: 'RECOVERY',
  REPROTECT: 'REPROTECT',
};

/** Of those that run, whatever their number: steps are worth less than the two truths. */
const PLANS_A_ROUND = 3;

/** How far the runs of plans are, by their top-level steps. */
export class SrmRunSteps {
  private readonly turns: DetailTurns;

  constructor(
    private readonly client: SrmClient,
    private readonly details: DetailReads,
  ) {
    this.turns = new DetailTurns(details, 'STEPS', PLANS_A_ROUND);
  }

  /** By operation; who is absent was not read this time. */
  async running(
    operations: readonly WatchedOperation[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, OperationStep[]>> {
    const visible = operations.filter((each) => modeOf(each) !== null);
    const byId = new Map(visible.map((operation) => [operation.operationId, operation]));
    const steps = new Map<string, OperationStep[]>();
    for (const id of this.turns.among([...byId.keys()], signal)) {
      const operation = byId.get(id);
      const read = operation === undefined ? [] : await this.read(operation, [], signal);
      if (read.length > 0) steps.set(id, topLevelOf(read));
    }
    return steps;
  }

  /**
   * The steps of a run that is over, with what went wrong in them. [] = they cannot be seen, or are those of
   * another run: the view of a workflow goes on showing the last one.
   */
  async ended(operation: WatchedOperation, signal: AbortSignal): Promise<OperationStep[]> {
    this.details.note('ENDS');
    const read = await this.read(operation, [], signal);
    if (!isOfThisRun(operation, read)) return [];
    const closed = read.filter((step) => isFrame(step) && isTroubled(step) && isTopLevel(step)).map(stepIdOf);
    if (closed.length > 0) this.details.note('ENDS');
    const open = closed.length === 0 ? [] : await this.read(operation, closed, signal);
    return topLevelOf(open.length === 0 ? read : open);
  }

  private async read(
    operation: WatchedOperation,
    expanded: readonly string[],
    signal: AbortSignal,
  ): Promise<WireStep[]> {
    const mode = modeOf(operation);
    const planId = operation.command.targetNativeId;
    if (mode === null || planId === null) return [];
    try {
      return await stepsOf(this.client, planId, mode, expanded, signal);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return [];
    }
  }
}

function modeOf({ command }: WatchedOperation): string | null {
  const workflow = WORKFLOW_OF[command.action];
  return workflow === undefined ? null : VIEW_MODES[workflow];
}

/** The top level, each with the troubles of what is in it where that was read. */
function topLevelOf(steps: readonly WireStep[]): OperationStep[] {
  return steps.flatMap((step) =>
    isTopLevel(step)
      ? [
          operationStepOf(
            step,
            steps.filter((other) => isWithin(other, step)),
          ),
        ]
      : [],
  );
}

function isWithin(step: WireStep, frame: WireStep): boolean {
  return step.step_number?.startsWith(`${frame.step_number}.`) === true;
}

/** By the appliance's clock: one of them was begun after the run was asked for. */
function isOfThisRun(operation: WatchedOperation, steps: readonly WireStep[]): boolean {
  const baseline = baselineIn(operation.baseline);
  const since = baseline?.upstreamMs ?? baseline?.newestQueuedMs ?? null;
  return since !== null && steps.some((step) => (epochMsOf(step.start_time) ?? -1) >= since);
}
