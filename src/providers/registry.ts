import {
  NO_OBJECTIVES,
  objectivesOfPlan,
  type Objectives,
  type SiteObjectives,
} from '../domain/objectives.js';
import type { Provider } from './provider.js';

/** The configured sites. */
export class ProviderRegistry {
  private readonly bySite: ReadonlyMap<string, Provider>;

  /** @param objectives by site; absent = none are set */
  constructor(
    providers: readonly Provider[],
    private readonly objectives: ReadonlyMap<string, SiteObjectives> = new Map(),
  ) {
    this.bySite = new Map(providers.map((provider) => [provider.siteId, provider]));
  }

  all(): Provider[] {
    return [...this.bySite.values()];
  }

  find(siteId: string): Provider | null {
    return this.bySite.get(siteId) ?? null;
  }

  /** What was promised of a plan, in the sites file. */
  objectivesOf(siteId: string, plan: { id: string; name: string | null }): Objectives {
    const ofSite = this.objectives.get(siteId);
    return ofSite ? objectivesOfPlan(ofSite, plan) : NO_OBJECTIVES;
  }
}
