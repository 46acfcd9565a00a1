import type { Coverage, PlanCoverage } from '../../history/reports/drill-coverage.js';
import type { CoverageReport } from '../../history/reports/drill-coverage.service.js';
import type { Source } from '../../inventory/inventory.service.js';
import type { CoverageSummaryDto, PlanCoverageDto } from '../dto/reports.dto.js';
import { csvLine, type Cell } from './csv.js';
import { facts, page, table } from './html.js';
import { presentCounted, seconds } from './statistics.presenter.js';

export function presentCoverage(one: PlanCoverage): PlanCoverageDto {
  const { plan, coverage, nextDrillDueTime, drillCount, failedDrillCount, objectives } = one;
  const { id, siteId, provider, name, state } = plan;
  return {
    plan: { id, siteId, provider, name, state },
    ...{ coverage, nextDrillDueTime },
    lastDrill: presentCounted(one.lastDrill),
    lastSuccessfulDrill: presentCounted(one.lastSuccessfulDrill),
    ...{ drillCount, failedDrillCount },
    lastCleanUp: presentCounted(one.lastCleanUp),
    standingDrillId: one.standing?.id ?? null,
    lastFailover: presentCounted(one.lastFailover),
    objectives,
    rehearsedRtoState: one.rehearsedRto,
  };
}

export function summaryOf(plans: readonly PlanCoverage[]): CoverageSummaryDto {
  const of = (wanted: Coverage): number => plans.filter(({ coverage }) => coverage === wanted).length;
  return { plans: plans.length, current: of('CURRENT'), overdue: of('OVERDUE'), never: of('NEVER') };
}

/** Fixed: spreadsheets and scripts count on the order. New columns go to the end. */
const COLUMNS: Readonly<Record<string, (one: PlanCoverage) => Cell>> = {
  siteId: ({ plan }) => plan.siteId,
  provider: ({ plan }) => plan.provider,
  recoveryPlanId: ({ plan }) => plan.id,
  name: ({ plan }) => plan.name,
  state: ({ plan }) => plan.state,
  coverage: ({ coverage }) => coverage,
  drillEveryDays: ({ objectives }) => objectives.drillEveryDays,
  nextDrillDueTime: ({ nextDrillDueTime }) => nextDrillDueTime,
  lastDrillTime: ({ lastDrill }) => lastDrill?.createdTime,
  lastDrillState: ({ lastDrill }) => lastDrill?.state,
  lastDrillOutcome: ({ lastDrill }) => lastDrill?.outcome,
  lastDrillBy: ({ lastDrill }) => lastDrill?.requestedBy,
  lastDrillSeconds: ({ lastDrill }) => lastDrill && seconds(lastDrill.totalMs),
  lastDrillOperationId: ({ lastDrill }) => lastDrill?.id,
  lastSuccessfulDrillTime: ({ lastSuccessfulDrill }) => lastSuccessfulDrill?.createdTime,
  drillCount: ({ drillCount }) => drillCount,
  failedDrillCount: ({ failedDrillCount }) => failedDrillCount,
  standingDrillId: ({ standing }) => standing?.id,
  lastFailoverTime: ({ lastFailover }) => lastFailover?.createdTime,
  lastFailoverState: ({ lastFailover }) => lastFailover?.state,
  rtoSeconds: ({ objectives }) => objectives.rtoSeconds,
  rehearsedRtoState: ({ rehearsedRto }) => rehearsedRto,
};

/**
 * The last column tells what a line may lack. A site whose plans nobody knows has a line of its own, without a plan and
 * with the coverage UNKNOWN, whatever coverage was asked for.
 */
export function coverageCsv(
  { sources, uncountedSiteIds }: Pick<CoverageReport, 'sources' | 'uncountedSiteIds'>,
  plans: readonly PlanCoverage[],
): string {
  const missing = new Map(
    sources.map((source) => [source.siteId, missingOf(source, uncountedSiteIds.includes(source.siteId))]),
  );
  const line = (cells: readonly Cell[], siteId: string): string => csvLine([...cells, missing.get(siteId)]);
  const unknown = sources.filter(({ state }) => state === 'UNAVAILABLE');
  return [
    csvLine([...Object.keys(COLUMNS), 'missing']),
    ...plans.map((one) =>
      line(
        Object.values(COLUMNS).map((of) => of(one)),
        one.plan.siteId,
      ),
    ),
    ...unknown.map(({ siteId, provider }) => {
      const told: Readonly<Record<string, Cell>> = { siteId, provider, coverage: 'UNKNOWN' };
      return line(
        Object.keys(COLUMNS).map((name) => told[name]),
        siteId,
      );
    }),
  ].join('');
}

function missingOf({ state, refreshedTime }: Source, isUncounted: boolean): string {
  return [
    ...(state === 'UNAVAILABLE' ? ['the plans of this site could not be read'] : []),
    ...(state === 'STALE'
      ? [`the plans of this site are those of ${refreshedTime ?? 'an earlier look'}`]
      : []),
    ...(isUncounted ? ['drills of this site are still being counted'] : []),
  ].join('; ');
}

export function coverageHtml(
  { generatedTime, sources, uncountedSiteIds }: CoverageReport,
  plans: readonly PlanCoverage[],
): string {
  const { current, overdue, never } = summaryOf(plans);
  const uncounted = uncountedSiteIds.length === 0 ? null : uncountedSiteIds.join(', ');
  return page(
    'Drill coverage',
    facts({
      Generated: generatedTime,
      Plans: plans.length,
      'Rehearsed in time': current,
      Overdue: overdue,
      'Never rehearsed': never,
      'History still being counted': uncounted,
    }),
    table(
      'Plans',
      ['Site', 'Plan', 'Coverage', 'Last drill', 'By', 'Result', 'Took', 'Next due', 'Last failover', 'RTO'],
      plans.map(({ plan, coverage, lastDrill, nextDrillDueTime, lastFailover, ...one }) => [
        plan.siteId,
        plan.name,
        coverage,
        lastDrill?.createdTime ?? 'never',
        lastDrill?.requestedBy,
        lastDrill?.state,
        lastDrill && `${seconds(lastDrill.totalMs)} s`,
        nextDrillDueTime,
        lastFailover && `${lastFailover.createdTime} ${lastFailover.state}`,
        one.objectives.rtoSeconds && `${one.objectives.rtoSeconds} s: ${one.rehearsedRto}`,
      ]),
    ),
    table(
      'How the plans are known',
      ['Site', 'State', 'Seen'],
      sources.map(({ siteId, state, refreshedTime }) => [siteId, state, refreshedTime ?? 'never']),
    ),
  );
}
