import type { DrAction } from '../../domain/dr-action.js';
import { judgeRecovery, type Objectives } from '../../domain/objectives.js';
import { dueAfter } from '../../history/reports/drill-coverage.js';
import { meanMs, quantileMs, type Durations } from '../../history/statistics/durations.js';
import {
  FAILOVER_ACTIONS,
  later,
  type Breakdown,
  type CountedOperation,
  type RollUp,
} from '../../history/statistics/roll-up.js';
import type { SubjectStatistics } from '../../history/statistics/statistics.service.js';
import { isoTime } from '../../platform/clock.js';
import type {
  ActionStatisticsDto,
  BreakdownDto,
  CountedOperationDto,
  DurationsDto,
  JudgedObjectivesDto,
  RecoveryTimeDto,
  StatisticsDto,
} from '../dto/statistics.dto.js';

export function presentStatistics(provider: string, statistics: SubjectStatistics): StatisticsDto {
  const { siteId, targetId, targetName, actions } = statistics;
  return { siteId, provider, targetId, targetName, actions: actions.map(presentAction) };
}

export function presentAction({ action, rollUp }: SubjectStatistics['actions'][number]): ActionStatisticsDto {
  const { SUCCEEDED: succeeded = 0, FAILED: failed = 0, CANCELLED = 0, REJECTED = 0 } = rollUp.ends;
  const judged = succeeded + failed;
  const durationSeconds = durationsIn(rollUp.durations);
  return {
    action,
    count: judged + CANCELLED + REJECTED,
    succeeded,
    succeededInPart: rollUp.partial,
    failed,
    cancelled: CANCELLED,
    rejected: REJECTED,
    successRate: judged === 0 ? null : Math.round((1e4 * succeeded) / judged) / 1e4,
    durationSeconds,
    recoveryTimeActualSeconds: recoveryTime(action, rollUp, durationSeconds),
    last: presentCounted(rollUp.last),
    lastSucceeded: presentCounted(rollUp.lastSucceeded),
  };
}

export function presentCounted(counted: CountedOperation | null): CountedOperationDto | null {
  if (counted === null) return null;
  const { id, createdTime, endedTime, state, outcome, requestedBy, totalMs } = counted;
  return {
    ...{ operationId: id, createdTime, endedTime, state, outcome, requestedBy },
    durationSeconds: seconds(totalMs),
    breakdown: presentBreakdown(counted.breakdown),
  };
}

export function presentBreakdown({ queue, submit, upstream, verify }: Breakdown, count = 1): BreakdownDto {
  return {
    queueSeconds: seconds(queue / count),
    submitSeconds: seconds(submit / count),
    upstreamSeconds: seconds(upstream / count),
    verifySeconds: seconds(verify / count),
  };
}

/**
 * @param measured the last failover that was done, however it ended, and the last drill that went well
 * @param now milliseconds
 */
export function judgedObjectives(
  objectives: Objectives,
  measured: { lastFailover: CountedOperation | null; lastSuccessfulDrill: CountedOperation | null },
  now: number,
): JudgedObjectivesDto {
  const { rtoSeconds, rpoSeconds, drillEveryDays } = objectives;
  const dueMs = dueAfter(measured.lastSuccessfulDrill, objectives);
  const drillState = dueMs === null ? 'NOT_MEASURED' : now <= dueMs ? 'MET' : 'MISSED';
  return {
    rtoSeconds,
    rtoState: judgeRecovery(rtoSeconds, measured.lastFailover),
    rpoSeconds,
    drillEveryDays,
    drillState: drillEveryDays === null ? null : drillState,
    nextDrillDueTime: dueMs === null ? null : isoTime(dueMs),
  };
}

/** The latest of several actions, as `pick` takes it from each. */
export function latestOf(
  { actions }: SubjectStatistics,
  wanted: readonly DrAction[],
  pick: 'lastDone' | 'lastSucceeded',
): CountedOperation | null {
  const found = actions.filter(({ action }) => wanted.includes(action)).map(({ rollUp }) => rollUp[pick]);
  return found.reduce(later, null);
}

function recoveryTime(
  action: DrAction,
  { durations, breakdown, lastSucceeded }: RollUp,
  told: DurationsDto | null,
): RecoveryTimeDto | null {
  if (!FAILOVER_ACTIONS.includes(action) || told === null) return null;
  return {
    ...told,
    last: seconds(lastSucceeded?.totalMs ?? 0),
    breakdown: presentBreakdown(breakdown, durations.count),
  };
}

function durationsIn(durations: Durations): DurationsDto | null {
  if (durations.count === 0) return null;
  return {
    p50: seconds(quantileMs(durations, 0.5)),
    p95: seconds(quantileMs(durations, 0.95)),
    mean: seconds(meanMs(durations)),
    max: seconds(durations.max),
  };
}

export function seconds(ms: number | null): number {
  return Math.round(ms ?? 0) / 1000;
}
