import { Injectable } from '@nestjs/common';
import { rightOf } from '../domain/access/rights.js';
import { ACTION_FACTS, BUTTONS } from '../domain/action-facts.js';
import { judgeAction, type AllowedAction, type Blocking } from '../domain/allowed-actions.js';
import {
  DR_ACTIONS,
  type ActiveSite,
  type Direction,
  type DrAction,
  type TargetType,
} from '../domain/dr-action.js';
import { publicId } from '../domain/ids.js';
import type { ProtectionState } from '../domain/inventory.js';
import type { ResourceFacts } from '../domain/observation.js';
import { OperationsService } from '../operations/operations.service.js';
import { Clock, isoTime } from '../platform/clock.js';
import type { Preparation } from '../providers/provider-driver.js';
import type { Provider } from '../providers/provider.js';
import { Holding, missingRight } from './access/holding.js';
import type { RequestAccess } from './access/request-access.js';
import { ActionGate } from './action-gate.js';
import type { AllowedActionsDto } from './dto/operation.dto.js';
import { readInstance, readPair } from './part-reads.js';
import type { NamedPart } from './public-ids.js';
import { SiteReads } from './site-reads.js';

/** What makes something new has no target yet; these two make it in a group, and are judged by the group. */
const INTO_A_GROUP: readonly DrAction[] = ['ADD_PROTECTED_INSTANCE', 'CREATE_REPLICATION_PAIR'];
const CREATING: readonly DrAction[] = [
  ...INTO_A_GROUP,
  'CREATE_PROTECTION_GROUP',
  'PROVISION_PROTECTION_GROUP',
  'CREATE_RECOVERY_PLAN',
];

/** Never kept: what is prepared here is not sent. */
const NO_OPERATION = '00000000-0000-7000-8000-000000000000';

type Asker = Pick<RequestAccess, 'principal'>;

interface Subject {
  provider: Provider;
  id: string;
  type: TargetType;
  facts: ResourceFacts;
  /** Public id of the group or plan that is held. */
  holderId: string;
  partNativeId: string | null;
  /** What it belongs to. */
  companions: NonNullable<Preparation['companions']>;
  groupIds: string[];
}

/**
 * Every action of a target, judged as the guard would judge it. What an operator can only press is prepared, as
 * the guard does; what needs fields of its own is judged by state, companions and locks.
 */
@Injectable()
export class AllowedActions {
  constructor(
    private readonly reads: SiteReads,
    private readonly operations: OperationsService,
    private readonly holding: Holding,
    private readonly gate: ActionGate,
    private readonly clock: Clock,
  ) {}

  ofPlan(id: string, asker: Asker): Promise<AllowedActionsDto> {
    return this.reads.ofId(id, (provider) =>
      provider.judging(async () => {
        const plan = await provider.getRecoveryPlan(id);
        const groupIds = plan.protectionGroupIds ?? [];
        return this.judgeAll({ ...whole(provider, id, 'RECOVERY_PLAN', plan), groupIds }, asker);
      }),
    );
  }

  ofGroup(id: string, asker: Asker): Promise<AllowedActionsDto> {
    return this.reads.ofId(id, (provider) =>
      provider.judging(async () => {
        const group = await provider.getProtectionGroup(id);
        return this.judgeAll({ ...whole(provider, id, 'PROTECTION_GROUP', group), groupIds: [id] }, asker);
      }),
    );
  }

  ofInstance(named: NamedPart, asker: Asker): Promise<AllowedActionsDto> {
    return this.ofPart(named, 'PROTECTED_INSTANCE', readInstance, asker);
  }

  ofPair(named: NamedPart, asker: Asker): Promise<AllowedActionsDto> {
    return this.ofPart(named, 'REPLICATION_PAIR', readPair, asker);
  }

  private ofPart(
    named: NamedPart,
    type: TargetType,
    read: (named: NamedPart) => Promise<Shown>,
    asker: Asker,
  ): Promise<AllowedActionsDto> {
    const { provider, siteId, targetNativeId, partNativeId } = named;
    const groupId = publicId(siteId, targetNativeId);
    return this.reads.of(provider, () =>
      provider.judging(async () => {
        const [part, group] = await Promise.all([read(named), provider.getProtectionGroup(groupId)]);
        const subject = {
          provider,
          type,
          id: publicId(siteId, partNativeId),
          facts: factsOf(part),
          holderId: groupId,
          partNativeId,
          companions: [{ kind: 'PROTECTION_GROUP' as const, facts: factsOf(group) }],
          groupIds: [groupId],
        };
        return this.judgeAll(subject, asker);
      }),
    );
  }

  private async judgeAll(subject: Subject, asker: Asker): Promise<AllowedActionsDto> {
    const held = await this.holderOf(subject, subject.groupIds);
    const items = await Promise.all(
      actionsOf(subject.type).map(async (action) => {
        const judged = await this.judge(subject, action, held, await this.missing(subject, action, asker));
        const deed = { action, targetId: subject.holderId, touches: judged.touches };
        const approvalMinutes = await this.gate.approvalMinutes(subject.provider.siteId, deed);
        return { ...judged, approvalMinutes };
      }),
    );
    return { targetId: subject.id, observedTime: isoTime(this.clock.now()), items };
  }

  /** As the path of the action would judge it: by the group or plan that it names. */
  private async missing(
    { provider: { siteId }, holderId }: Subject,
    action: DrAction,
    asker: Asker,
  ): Promise<Blocking[]> {
    const right = rightOf(action);
    const isHeld = await this.holding.holds(asker, right, { siteId, targetIds: [holderId] });
    return isHeld ? [] : [missingRight(right)];
  }

  /** What only the upstream can tell is asked only of actions that nothing else stands against. */
  private async judge(
    subject: Subject,
    action: DrAction,
    held: Held,
    missing: readonly Blocking[],
  ): Promise<AllowedAction> {
    const { provider, facts, companions, groupIds } = subject;
    const { lifecycle } = provider.descriptor;
    const [target, others] = INTO_A_GROUP.includes(action)
      ? [null, [...companions, { kind: subject.type, facts }]]
      : [facts, companions];
    const judged = judgeAction(lifecycle, action, target, {
      ...held,
      blockers: missing,
      companions: others,
      touches: groupIds,
    });
    if (!judged.allowed || !BUTTONS.includes(action)) return judged;
    const direction = ACTION_FACTS[action].needsDirection ? facts.nextDirection : null;
    const preparation = await provider.prepare(
      {
        action,
        targetNativeId: provider.nativeId(subject.holderId),
        partNativeId: subject.partNativeId,
        direction,
        options: {},
        group: null,
        changes: null,
        input: takesFields(provider, action) ? {} : null,
      },
      `${provider.siteId}.${NO_OPERATION}`,
    );
    return judgeAction(lifecycle, action, preparation.resource ?? facts, {
      direction,
      blockers: preparation.blockers,
      companions: preparation.companions ?? [],
      ...(await this.holderOf(subject, preparation.groupIds)),
      touches: preparation.groupIds,
    });
  }

  private async holderOf({ provider, holderId }: Subject, groupIds: readonly string[]): Promise<Held> {
    const held = await this.operations.holdersOf(provider.siteId, [...new Set([holderId, ...groupIds])]);
    const [heldBy = null] = held.values();
    return { heldBy, heldOutsideBy: heldBy === null ? null : await this.operations.outsideBy(heldBy) };
  }
}

/** The operation that holds a group it touches, and who began that, if not through the gateway. */
interface Held {
  heldBy: string | null;
  heldOutsideBy: string | null;
}

function actionsOf(type: TargetType): DrAction[] {
  const own = DR_ACTIONS.filter(
    (action) => ACTION_FACTS[action].targetType === type && !CREATING.includes(action),
  );
  return type === 'PROTECTION_GROUP' ? [...own, ...INTO_A_GROUP] : own;
}

/** As the request would have it: an action with fields of its own gets them, though none of them is given. */
function takesFields({ descriptor }: Provider, action: DrAction): boolean {
  return (descriptor.capabilities.inputs[action]?.length ?? 0) > 0;
}

function whole(provider: Provider, id: string, type: TargetType, shown: Shown): Omit<Subject, 'groupIds'> {
  return { provider, id, type, facts: factsOf(shown), holderId: id, partNativeId: null, companions: [] };
}

interface Shown {
  name: string;
  state: ProtectionState;
  upstream: { state: string };
  activeSite?: ActiveSite | null;
  nextDirection?: Direction | null;
}

function factsOf({ name, state, upstream, activeSite = null, nextDirection = null }: Shown): ResourceFacts {
  return { exists: true, name, state, word: upstream.state, activeSite, nextDirection };
}
