import type { RecoveryPlan } from '../../domain/inventory.js';
import { judgeRecovery, type Objectives, type ObjectiveState } from '../../domain/objectives.js';
import type { DrillView } from '../../inventory/drills/drill-view.js';
import { isoTime } from '../../platform/clock.js';
import {
  FAILOVER_ACTIONS,
  later,
  nothing,
  type CountedOperation,
  type RollUp,
} from '../statistics/roll-up.js';
import type { SubjectStatistics } from '../statistics/statistics.service.js';

const DAY_MS = 86_400_000;

/**
 * NEVER: no drill of the plan has gone well, as far as the history goes back. OVERDUE: the last one that did is longer ago
 * than was promised. CURRENT: neither.
 */
export const COVERAGES = ['CURRENT', 'OVERDUE', 'NEVER'] as const;
export type Coverage = (typeof COVERAGES)[number];

const WORST_FIRST: readonly Coverage[] = ['NEVER', 'OVERDUE', 'CURRENT'];

/** A place in the order of the report: the worst first, then by id. */
export interface CoveragePlace {
  coverage: Coverage;
  planId: string;
}

export function placeOf({ coverage, plan }: Pick<PlanCoverage, 'coverage' | 'plan'>): CoveragePlace {
  return { coverage, planId: plan.id };
}

export function comparePlaces(a: CoveragePlace, b: CoveragePlace): number {
  const order = WORST_FIRST.indexOf(a.coverage) - WORST_FIRST.indexOf(b.coverage);
  return order || (a.planId < b.planId ? -1 : a.planId > b.planId ? 1 : 0);
}

/** What is known of the rehearsals of one plan. */
export interface PlanCoverage {
  plan: Pick<RecoveryPlan, 'id' | 'siteId' | 'provider' | 'name' | 'state'>;
  coverage: Coverage;
  /** By when the next drill is due; null = nothing was promised, or there was none that it counts from. */
  nextDrillDueTime: string | null;
  /** The last drill that was not REJECTED, however it ended, and the last one that went well. */
  lastDrill: CountedOperation | null;
  lastSuccessfulDrill: CountedOperation | null;
  /** Of those that went well or failed: what was rejected or cancelled is no drill. */
  drillCount: number;
  failedDrillCount: number;
  lastCleanUp: CountedOperation | null;
  /** The drill that stands now; null = none, or it is not known. */
  standing: DrillView | null;
  /** However it ended, unless it was REJECTED. */
  lastFailover: CountedOperation | null;
  objectives: Objectives;
  /** Whether the last drill that went well was ready within the recovery time that was promised. */
  rehearsedRto: ObjectiveState | null;
}

/** Works on what is known; asks nobody. */
export function coverageOf(
  plan: PlanCoverage['plan'],
  statistics: Pick<SubjectStatistics, 'actions'>,
  drills: readonly DrillView[],
  objectives: Objectives,
  now: number,
): PlanCoverage {
  const of = (action: string): RollUp | null =>
    statistics.actions.find((one) => one.action === action)?.rollUp ?? null;
  const drill = of('START_DRILL');
  const lastSuccessfulDrill = drill?.lastSucceeded ?? null;
  const { ends } = drill ?? nothing();
  const dueMs = dueAfter(lastSuccessfulDrill, objectives);
  return {
    plan,
    coverage: lastSuccessfulDrill === null ? 'NEVER' : dueMs !== null && now > dueMs ? 'OVERDUE' : 'CURRENT',
    nextDrillDueTime: dueMs === null ? null : isoTime(dueMs),
    lastDrill: drill?.lastDone ?? null,
    lastSuccessfulDrill,
    drillCount: (ends.SUCCEEDED ?? 0) + (ends.FAILED ?? 0),
    failedDrillCount: ends.FAILED ?? 0,
    lastCleanUp: of('CLEAN_UP_DRILL')?.lastDone ?? null,
    standing:
      drills.find(({ recoveryPlanId, state }) => recoveryPlanId === plan.id && state !== 'ENDED') ?? null,
    lastFailover: FAILOVER_ACTIONS.map((action) => of(action)?.lastDone ?? null).reduce(later, null),
    objectives,
    rehearsedRto: judgeRecovery(objectives.rtoSeconds, lastSuccessfulDrill),
  };
}

/** When the next drill is due after that one, milliseconds; null = whenever. */
export function dueAfter(
  drill: CountedOperation | null,
  { drillEveryDays }: Pick<Objectives, 'drillEveryDays'>,
): number | null {
  if (drill === null || drillEveryDays === null) return null;
  return Date.parse(drill.createdTime) + drillEveryDays * DAY_MS;
}
