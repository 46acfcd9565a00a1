import type { DrillsService } from '../../inventory/drills/drills.service.js';
import type { InventoryService, Source } from '../../inventory/inventory.service.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { StatisticsService } from '../statistics/statistics.service.js';
import { coverageOf, type PlanCoverage } from './drill-coverage.js';

/** Which plans were rehearsed when, by whom, with what result: of every plan that exists, worst first. */
export interface CoverageReport {
  generatedTime: string;
  plans: PlanCoverage[];
  /** How each site's plans are known. */
  sources: Source[];
  /** Sites whose history is still being counted: drills of theirs may be missing. */
  uncountedSiteIds: string[];
}

const WORST_FIRST = { NEVER: 0, OVERDUE: 1, CURRENT: 2 } as const;
const ACTIONS = ['START_DRILL', 'CLEAN_UP_DRILL', 'PLANNED_FAILOVER', 'FAILOVER'] as const;
const EVER = { from: null, until: null };
const PLANS_AT_ONCE = 200;

/** Asks no site: plans and drills as the inventory knows them, and what was counted of the history. */
export class DrillCoverageService {
  constructor(
    private readonly inventory: InventoryService,
    private readonly drills: DrillsService,
    private readonly statistics: StatisticsService,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  /** @param provider only sites of that provider; absent = all */
  async report(siteId?: string, provider?: string): Promise<CoverageReport> {
    const readings = (await this.inventory.recoveryPlans(siteId, false)).filter(
      ({ source }) => provider === undefined || source.provider === provider,
    );
    const drills = await this.drills.ofSites(siteId, false);
    const now = this.clock.now();
    const plans: PlanCoverage[] = [];
    for (const { value, source } of readings) {
      const standing = drills.find((one) => one.source.siteId === source.siteId)?.drills ?? [];
      const all = value ?? [];
      for (let i = 0; i < all.length; i += PLANS_AT_ONCE) {
        const some = all.slice(i, i + PLANS_AT_ONCE);
        plans.push(...(await Promise.all(some.map((plan) => this.coverage(plan, standing, now)))));
      }
    }
    return {
      generatedTime: isoTime(now),
      plans: plans.sort(
        (a, b) => WORST_FIRST[a.coverage] - WORST_FIRST[b.coverage] || (a.plan.id < b.plan.id ? -1 : 1),
      ),
      sources: readings.map(({ source }) => source),
      uncountedSiteIds: await this.statistics.uncounted(readings.map(({ source }) => source.siteId)),
    };
  }

  private async coverage(
    plan: PlanCoverage['plan'],
    drills: Parameters<typeof coverageOf>[2],
    now: number,
  ): Promise<PlanCoverage> {
    const { siteId, id } = plan;
    const counted = await this.statistics.of({ siteId, targetId: id }, { range: EVER, actions: ACTIONS });
    return coverageOf(plan, counted, drills, this.providers.objectivesOf(siteId, plan), now);
  }
}
