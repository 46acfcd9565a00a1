import { nextNumber } from './ids.js';
import { leavesOf } from './steps.js';
import type { Action, Ending } from './transitions.js';
import type { Run } from './run-state.js';
import type { HistoryRecord, Plan, SrmSim } from './world.js';

const OPERATIONS: Record<Action, HistoryRecord['operation']> = {
  test: 'TEST',
  cleanup: 'CLEANUP',
  recovery: 'FAILOVER',
  reprotect: 'REPROTECT',
};

export function recordRun(
  sim: SrmSim,
  plan: Plan,
  run: Run,
  ending: Ending,
  errors: string[],
  warnings: string[],
): void {
  const fromSteps = leavesOf(run.steps).flatMap((step) => step.warnings);
  sim.state.history.push({
    planId: plan.id,
    planName: plan.name,
    username: run.username,
    operation: OPERATIONS[run.action],
    startedAt: run.startedAt,
    endedAt: sim.instant,
    result: resultOf(ending, errors.length + warnings.length > 0),
    runKey: nextNumber(sim.state),
    errors,
    warnings: [...warnings, ...fromSteps],
  });
}

/** A run that completed although a VM had errors ends with WARNINGS; ERRORS means it did not complete. */
function resultOf(ending: Ending, troubled: boolean): HistoryRecord['result'] {
  if (ending === 'cancelled') return 'CANCELLED';
  if (ending !== 'succeeded') return 'ERRORS';
  return troubled ? 'WARNINGS' : 'SUCCESS';
}

export interface HistoryQuestion {
  planId: string | null;
  from: number;
  to: number;
}

/** Newest first; the window is about the start of the run. */
export function findHistory(
  records: HistoryRecord[],
  { planId, from, to }: HistoryQuestion,
): HistoryRecord[] {
  return records
    .filter((record) => planId === null || record.planId === planId)
    .filter((record) => record.startedAt >= from && record.startedAt <= to)
    .sort((one, other) => other.startedAt - one.startedAt || other.runKey - one.runKey);
}

export const historyEffects = {
  /** The task's result is the list itself (srm reference 3.11), made when the question was asked. */
  history: (_sim: SrmSim, { reports }: { reports: object[] }) => reports,
};

export function historyView(record: HistoryRecord): object {
  const duration = record.endedAt - record.startedAt;
  return {
    plan_name: record.planName,
    username: record.username,
    operation_type: record.operation,
    start_time_ms: record.startedAt,
    human_friendly_duration: humanDuration(duration),
    duration_ms: duration,
    result_state: record.result,
    error_count: record.errors.length,
    warning_count: record.warnings.length,
    run_key: record.runKey,
    errors_list: record.errors,
    warnings_list: record.warnings,
  };
}

/** "1 d 2 h 3 m 4 s", leaving out what is empty. */
function humanDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const said = parts.filter(([count, unit]) => count > 0 || (unit === 's' && seconds === 0));
  return said.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
