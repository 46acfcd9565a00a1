import { Injectable } from '@nestjs/common';
import type { ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { OperationsService } from '../operations/operations.service.js';
import type { ProtectionGroupDto, RecoveryPlanDto } from './dto/inventory.dto.js';

interface Holdable {
  id: string;
  siteId: string;
  state: string;
  stateSinceTime?: string;
}

/** What the gateway itself knows of groups and plans: since when they are in their state, and which operation holds them. */
@Injectable()
export class Standing {
  constructor(
    private readonly inventory: InventoryService,
    private readonly operations: OperationsService,
  ) {}

  ofGroups(groups: readonly ProtectionGroup[]): Promise<ProtectionGroupDto[]> {
    return this.of('groups', groups, ({ id }) => [id]);
  }

  /** An operation locks what it is about, and every group that it touches, as far as they are known here. */
  ofPlans(plans: readonly RecoveryPlan[]): Promise<RecoveryPlanDto[]> {
    return this.of('plans', plans, ({ id, protectionGroupIds }) => [id, ...(protectionGroupIds ?? [])]);
  }

  async ofGroup(group: ProtectionGroup): Promise<ProtectionGroupDto> {
    const [told] = await this.ofGroups([group]);
    return told ?? { ...group, stateSinceTime: null, activeOperationId: null };
  }

  async ofPlan(plan: RecoveryPlan): Promise<RecoveryPlanDto> {
    const [told] = await this.ofPlans([plan]);
    return told ?? { ...plan, stateSinceTime: null, activeOperationId: null };
  }

  private async of<T extends Holdable>(
    kind: 'groups' | 'plans',
    things: readonly T[],
    locksOf: (thing: T) => readonly string[],
  ): Promise<(T & { stateSinceTime: string | null; activeOperationId: string | null })[]> {
    const bySite = new Map<string, T[]>();
    for (const thing of things) bySite.set(thing.siteId, [...(bySite.get(thing.siteId) ?? []), thing]);
    const facts = await Promise.all(
      [...bySite].map(async ([siteId, ofSite]) => {
        const fromModel = ofSite.filter(({ stateSinceTime }) => stateSinceTime === undefined);
        const [holders, since] = await Promise.all([
          this.operations.holdersOf(siteId, [...new Set(ofSite.flatMap(locksOf))]),
          fromModel.length > 0
            ? this.inventory.since(siteId, kind, fromModel)
            : Promise.resolve(new Map<string, string>()),
        ]);
        return [siteId, { holders, since }] as const;
      }),
    );
    const ofSites = new Map(facts);
    return things.map((thing) => {
      const { holders, since } = ofSites.get(thing.siteId) ?? {};
      const [heldBy = null] = locksOf(thing).flatMap((id) => holders?.get(id) ?? []);
      const stateSinceTime = thing.stateSinceTime ?? since?.get(thing.id) ?? null;
      return { ...thing, stateSinceTime, activeOperationId: heldBy };
    });
  }
}
