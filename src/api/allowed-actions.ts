import { Injectable } from '@nestjs/common';
import { judgeAction, type AllowedAction } from '../domain/allowed-actions.js';
import { ACTION_FACTS, BUTTONS } from '../domain/action-facts.js';
import type { DrAction } from '../domain/dr-action.js';
import type { RecoveryPlan } from '../domain/inventory.js';
import type { ResourceFacts } from '../domain/observation.js';
import { OperationsService } from '../operations/operations.service.js';
import { isoTime, Clock } from '../platform/clock.js';
import type { Provider } from '../providers/provider.js';
import type { AllowedActionsDto } from './dto/operation.dto.js';
import { SiteReads } from './site-reads.js';

const PLAN_ACTIONS = BUTTONS.filter((action) => ACTION_FACTS[action].targetType === 'RECOVERY_PLAN');

/** Every action of a plan, judged as the guard would judge it. */
@Injectable()
export class AllowedActions {
  constructor(
    private readonly reads: SiteReads,
    private readonly operations: OperationsService,
    private readonly clock: Clock,
  ) {}

  async ofPlan(planId: string): Promise<AllowedActionsDto> {
    return this.reads.ofId(planId, async (provider) => {
      const plan = await provider.getRecoveryPlan(planId);
      const held = await this.operations.holdersOf(provider.siteId, [
        planId,
        ...(plan.protectionGroupIds ?? []),
      ]);
      const [heldBy = null] = held.values();
      const items = await Promise.all(
        PLAN_ACTIONS.map((action) => this.judge(provider, plan, action, heldBy)),
      );
      return { targetId: planId, observedTime: isoTime(this.clock.now()), items };
    });
  }

  /** What only the upstream can tell is asked only of actions that nothing else stands against. */
  private async judge(
    provider: Provider,
    plan: RecoveryPlan,
    action: DrAction,
    heldBy: string | null,
  ): Promise<AllowedAction> {
    const { lifecycle } = provider.descriptor;
    const facts = factsOf(plan);
    const judged = judgeAction(lifecycle, action, facts, { heldBy });
    if (!judged.allowed) return judged;
    const direction = ACTION_FACTS[action].needsDirection ? plan.nextDirection : null;
    const preparation = await provider.prepare(
      {
        action,
        targetNativeId: provider.nativeId(plan.id),
        direction,
        options: {},
        group: null,
        changes: null,
        partNativeId: null,
        input: null,
      },
      `${provider.siteId}.00000000-0000-7000-8000-000000000000`,
    );
    return judgeAction(lifecycle, action, preparation.resource ?? facts, {
      direction,
      blockers: preparation.blockers,
    });
  }
}

function factsOf(plan: RecoveryPlan): ResourceFacts {
  return {
    exists: true,
    name: plan.name,
    state: plan.state,
    word: plan.upstream.state,
    activeSite: plan.activeSite,
    nextDirection: plan.nextDirection,
  };
}
