import { Injectable } from '@nestjs/common';
import type { Scope } from '../domain/access/scope.js';
import type { ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { OperationsService } from '../operations/operations.service.js';
import type { ProtectionGroupDto, RecoveryPlanDto } from './dto/inventory.dto.js';

export type HeldKind = 'groups' | 'plans';

export interface Held {
  id: string;
  siteId: string;
  /** Of a plan, as far as they are known. */
  protectionGroupIds?: readonly string[] | null;
}

interface Holdable extends Held {
  state: string;
  stateSinceTime?: string;
}

/** An operation locks what it is about, and every group that it touches, as far as they are known here. */
const LOCKS: Record<HeldKind, (thing: Held) => readonly string[]> = {
  groups: ({ id }) => [id],
  plans: ({ id, protectionGroupIds }) => [id, ...(protectionGroupIds ?? [])],
};

/** What the gateway itself knows of groups and plans: since when they are in their state, and which operation holds them. */
@Injectable()
export class Standing {
  constructor(
    private readonly inventory: InventoryService,
    private readonly operations: OperationsService,
  ) {}

  ofGroups(groups: readonly ProtectionGroup[], seen: Scope): Promise<ProtectionGroupDto[]> {
    return this.of('groups', groups, seen);
  }

  ofPlans(plans: readonly RecoveryPlan[], seen: Scope): Promise<RecoveryPlanDto[]> {
    return this.of('plans', plans, seen);
  }

  /** Which operation holds each of them, in their order; null = none does, or none that is seen. */
  async holders(kind: HeldKind, things: readonly Held[], seen: Scope): Promise<(string | null)[]> {
    // An operation lies at everything that it holds: by what is seen, only operations are found that are seen.
    const locksOf = (thing: Held): readonly string[] =>
      seen.coversSite(thing.siteId)
        ? LOCKS[kind](thing)
        : LOCKS[kind](thing).filter((id) => seen.covers({ siteId: thing.siteId, targetIds: [id] }));
    const bySite = new Map<string, string[]>();
    for (const thing of things) {
      const locks = bySite.get(thing.siteId) ?? [];
      locks.push(...locksOf(thing));
      bySite.set(thing.siteId, locks);
    }
    const ofSites = new Map<string, Map<string, string>>();
    await Promise.all(
      [...bySite].map(async ([siteId, locks]) =>
        ofSites.set(siteId, await this.operations.holdersOf(siteId, [...new Set(locks)])),
      ),
    );
    return things.map((thing) => {
      const holders = ofSites.get(thing.siteId);
      if (!holders || holders.size === 0) return null;
      return locksOf(thing).flatMap((id) => holders.get(id) ?? [])[0] ?? null;
    });
  }

  async ofGroup(group: ProtectionGroup, seen: Scope): Promise<ProtectionGroupDto> {
    const [told] = await this.ofGroups([group], seen);
    return told ?? { ...group, stateSinceTime: null, activeOperationId: null };
  }

  async ofPlan(plan: RecoveryPlan, seen: Scope): Promise<RecoveryPlanDto> {
    const [told] = await this.ofPlans([plan], seen);
    return told ?? { ...plan, stateSinceTime: null, activeOperationId: null };
  }

  private async of<T extends Holdable>(
    kind: HeldKind,
    things: readonly T[],
    seen: Scope,
  ): Promise<(T & { stateSinceTime: string | null; activeOperationId: string | null })[]> {
    const bySite = new Map<string, T[]>();
    for (const thing of things) {
      if (thing.stateSinceTime !== undefined) continue;
      bySite.set(thing.siteId, [...(bySite.get(thing.siteId) ?? []), thing]);
    }
    const [heldBy, ...facts] = await Promise.all([
      this.holders(kind, things, seen),
      ...[...bySite].map(
        async ([siteId, ofSite]) => [siteId, await this.inventory.since(siteId, kind, ofSite)] as const,
      ),
    ]);
    const since = new Map(facts);
    return things.map((thing, i) => ({
      ...thing,
      stateSinceTime: thing.stateSinceTime ?? since.get(thing.siteId)?.get(thing.id) ?? null,
      activeOperationId: heldBy[i] ?? null,
    }));
  }
}
