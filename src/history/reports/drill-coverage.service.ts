import type { Scope } from '../../domain/access/scope.js';
import type { DrillsService } from '../../inventory/drills/drills.service.js';
import type { InventoryService, Source } from '../../inventory/inventory.service.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { StatisticsService } from '../statistics/statistics.service.js';
import { comparePlaces, coverageOf, placeOf, type PlanCoverage } from './drill-coverage.js';

/** Which plans were rehearsed when, by whom, with what result: of every plan that exists, worst first. */
export interface CoverageReport {
  generatedTime: string;
  plans: PlanCoverage[];
  /** How each site's plans are known. */
  sources: Source[];
  /** Sites whose history is still being counted: drills of theirs may be missing. */
  uncountedSiteIds: string[];
}

const ACTIONS = ['START_DRILL', 'CLEAN_UP_DRILL', 'PLANNED_FAILOVER', 'FAILOVER'] as const;
interface MadeReport {
  /** Of the scope that it was made for. */
  key: string;
  siteId: string | undefined;
  provider: string | undefined;
  madeMs: number;
  report: CoverageReport;
}

const EVER = { from: null, until: null };
const PLANS_AT_ONCE = 200;
/** For so long further pages are of the same report. */
const KEPT_MS = 30_000;
const KEPT_REPORTS = 8;

/** Asks no site: plans and drills as the inventory knows them, and what was counted of the history. */
export class DrillCoverageService {
  /** The last ones first. */
  private kept: MadeReport[] = [];

  constructor(
    private readonly inventory: InventoryService,
    private readonly drills: DrillsService,
    private readonly statistics: StatisticsService,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  /**
   * All of it that is seen, as of now. What is not seen is not looked at.
   * @param provider only sites of that provider; absent = all
   */
  async report(seen: Scope, siteId?: string, provider?: string): Promise<CoverageReport> {
    const sites = seen.siteIds()?.filter((id) => (siteId ?? id) === id) ?? [siteId];
    const readings = (await Promise.all(sites.map((id) => this.inventory.recoveryPlans(id, false))))
      .flat()
      .filter(({ source }) => provider === undefined || source.provider === provider);
    const drills = (await Promise.all(sites.map((id) => this.drills.ofSites(id, false)))).flat();
    const now = this.clock.now();
    const plans: PlanCoverage[] = [];
    for (const { value, source } of readings) {
      const { siteId: site } = source;
      const standing = drills.find((one) => one.source.siteId === site)?.drills ?? [];
      const seenPlans = (value ?? []).filter(({ id }) => seen.covers({ siteId: site, targetIds: [id] }));
      plans.push(...(await this.coverages(site, seenPlans, standing, now)));
    }
    const report = {
      generatedTime: isoTime(now),
      plans: plans.sort((a, b) => comparePlaces(placeOf(a), placeOf(b))),
      sources: readings.map(({ source }) => source),
      uncountedSiteIds: await this.statistics.uncounted(readings.map(({ source }) => source.siteId)),
    };
    this.keep({ key: seen.key, siteId, provider, madeMs: this.clock.monotonic(), report });
    return report;
  }

  /**
   * For a further page: the report of which the page before was, if this process made it a moment ago.
   * @param generatedTime of that report
   */
  async reportAgain(
    generatedTime: string,
    seen: Scope,
    siteId?: string,
    provider?: string,
  ): Promise<CoverageReport> {
    this.dropOld();
    const kept = this.kept.find(
      ({ report, ...one }) =>
        one.key === seen.key &&
        one.siteId === siteId &&
        one.provider === provider &&
        report.generatedTime === generatedTime,
    );
    return kept?.report ?? this.report(seen, siteId, provider);
  }

  private keep(made: MadeReport): void {
    this.dropOld();
    this.kept = [made, ...this.kept].slice(0, KEPT_REPORTS);
  }

  private dropOld(): void {
    const now = this.clock.monotonic();
    this.kept = this.kept.filter(({ madeMs }) => now - madeMs < KEPT_MS);
  }

  private async coverages(
    siteId: string,
    plans: readonly PlanCoverage['plan'][],
    drills: Parameters<typeof coverageOf>[2],
    now: number,
  ): Promise<PlanCoverage[]> {
    const told: PlanCoverage[] = [];
    const query = { range: EVER, actions: ACTIONS };
    for (let i = 0; i < plans.length; i += PLANS_AT_ONCE) {
      const some = plans.slice(i, i + PLANS_AT_ONCE);
      const ids = some.map(({ id }) => id);
      const counted = await this.statistics.ofEach(siteId, ids, query);
      for (const [n, plan] of some.entries()) {
        const objectives = this.providers.objectivesOf(siteId, plan);
        told.push(coverageOf(plan, counted[n] ?? { actions: [] }, drills, objectives, now));
      }
    }
    return told;
  }
}
