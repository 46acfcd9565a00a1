import type { DrAction } from '../../../domain/dr-action.js';
import type { Outcome } from '../../../domain/operation.js';
import type { PastRun, PastRunsPage, PastRunsQuestion } from '../../../domain/past-run.js';
import { epochMsOf, timeOf, type WireHistoryReport } from '../wire/srm.wire.js';
import type { SrmHistory } from './srm.history.js';
import { runReportOf } from './srm.site-mapper.js';

/** The history calls every recovery FAILOVER (3.11): the graver of the two is named. */
const ACTIONS_OF: Readonly<Record<string, readonly [DrAction, ...DrAction[]]>> = {
  TEST: ['START_DRILL'],
  CLEANUP: ['CLEAN_UP_DRILL'],
  FAILOVER: ['FAILOVER', 'PLANNED_FAILOVER'],
  REPROTECT: ['REPROTECT'],
};

/**
 * Part after part until one is empty: whether a part was cut to less than was asked for is not told (3.11). Reports
 * name a plan only by what it was called.
 */
export async function pastRunsOf(
  history: SrmHistory,
  { fromMs, untilMs, after }: PastRunsQuestion,
  signal: AbortSignal,
): Promise<PastRunsPage> {
  const offset = Number(after ?? 0);
  const { reports, aheadMs } = await history.part({ fromMs, untilMs, offset }, signal);
  // An appliance may know better than to keep to the window.
  const wanted = reports.filter((report) => {
    const startMs = epochMsOf(report.start_time_ms);
    return startMs === null || (startMs >= fromMs && startMs <= untilMs);
  });
  const runs = wanted.map(pastRunOf).filter((run) => run !== null);
  const next = reports.length === 0 ? null : String(offset + reports.length);
  return { runs, leftOut: wanted.length - runs.length, next, aheadMs };
}

/** null = what it was, when it began or how it ended is not told, or in a word that is not known. */
export function pastRunOf(wire: WireHistoryReport): PastRun | null {
  const report = runReportOf(wire, null);
  const startMs = epochMsOf(wire.start_time_ms);
  const actions = ACTIONS_OF[report.upstreamAction];
  const end = endOf(report.result, (report.errorCount ?? 0) > 0 || report.errors.length > 0);
  if (report.startedTime === null || startMs === null || !actions || !end) return null;
  const [action, ...orElse] = actions;
  return {
    id: report.id,
    action,
    orElse,
    targetType: 'RECOVERY_PLAN',
    targetNativeId: null,
    targetName: report.planName,
    ...end,
    upstreamState: report.upstreamResult,
    requestedBy: report.requestedBy,
    startedTime: report.startedTime,
    endedTime: report.durationMs === null ? null : timeOf(startMs + Math.max(0, report.durationMs)),
    errors: report.errors,
    warnings: report.warnings,
  };
}

/** A run that completed although a machine had errors ends with WARNINGS (4.1: RECOVERY_COMPLETE may hide them). */
function endOf(
  result: ReturnType<typeof runReportOf>['result'],
  hasErrors: boolean,
): { state: PastRun['state']; outcome: Outcome } | null {
  switch (result) {
    case 'SUCCEEDED':
    case 'SUCCEEDED_WITH_WARNINGS':
      return { state: 'SUCCEEDED', outcome: hasErrors ? 'PARTIAL' : 'FULL' };
    case 'FAILED':
      return { state: 'FAILED', outcome: 'PARTIAL' };
    case 'CANCELLED':
      return { state: 'CANCELLED', outcome: 'PARTIAL' };
    case 'UNKNOWN':
      return null;
  }
}
