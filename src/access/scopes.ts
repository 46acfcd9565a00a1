import type { Principal } from '../domain/access/principal.js';
import type { Right } from '../domain/access/rights.js';
import { scopeOf, type Scope } from '../domain/access/scope.js';
import type { InventoryService } from '../inventory/inventory.service.js';

/** Over what a principal holds a right now: plans that are granted bring the groups that they hold. */
export class Scopes {
  constructor(private readonly inventory: Pick<InventoryService, 'recoveryPlans'>) {}

  of(principal: Principal, right: Right): Promise<Scope> {
    return scopeOf(principal, right, (siteId, targetIds) => this.groupsOf(siteId, targetIds));
  }

  /** By what is known of the site, which may be some seconds old; nothing, if nothing is known. */
  private async groupsOf(siteId: string, targetIds: readonly string[]): Promise<readonly string[]> {
    const readings = await this.inventory.recoveryPlans(siteId, false);
    return readings
      .flatMap(({ value }) => value ?? [])
      .filter(({ id }) => targetIds.includes(id))
      .flatMap(({ protectionGroupIds }) => protectionGroupIds ?? []);
  }
}
