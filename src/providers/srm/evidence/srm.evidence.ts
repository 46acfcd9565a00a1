import type { Finding } from '../../../domain/observation.js';
import type { LifecycleRow } from '../../../domain/lifecycle.js';
import type { SentCall } from '../../provider-driver.js';
import { baselineIn, isNewSince, type PlanBaseline } from './srm.baseline.js';
import { absent, adopted } from './srm.candidates.js';
import type { SrmClient } from '../wire/srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { findGroupStarted } from './srm.group-evidence.js';
import type { SrmHistory } from '../reading/srm.history.js';
import { findVmStarted } from './srm.part-evidence.js';
import { actionIn, planIdIn } from '../wire/srm.paths.js';
import { findPlanChangeStarted } from './srm.plan-evidence.js';
import { textOf, type WirePlan } from '../wire/srm.wire.js';

/**
 * After a send whose answer was lost: what speaks for its having been taken. In this order: a new task on
 * the target, the target's state against the baseline, the plan's history under our own user name. Two
 * candidates are none. Times are compared by the appliance's clock only.
 */
export class SrmEvidence {
  constructor(
    private readonly client: SrmClient,
    private readonly history: SrmHistory,
  ) {}

  async findStarted(sent: SentCall, signal: AbortSignal): Promise<Finding> {
    const planId = planIdIn(sent.call.path);
    const action = actionIn(sent.call.path);
    if (planId !== null && action === 'cancel') return this.findCancelled(planId, signal);
    const baseline = baselineIn(sent.baseline);
    if (baseline === null)
      return { verdict: 'UNDECIDABLE', evidence: 'There is no baseline to compare with.' };
    switch (baseline.kind) {
      case 'PLAN':
        break;
      case 'GROUP':
      case 'CREATE':
        return findGroupStarted(this.client, sent, baseline, signal);
      case 'VM':
        return findVmStarted(this.client, sent, baseline, signal);
      default:
        return findPlanChangeStarted(this.client, sent, baseline, signal);
    }
    if (planId === null) return { verdict: 'UNDECIDABLE', evidence: 'The call names no plan.' };
    return this.findRun(planId, sent, baseline, signal);
  }

  /** A cancel leaves no task: it is seen in the plan's state, or in nothing. */
  private async findCancelled(planId: string, signal: AbortSignal): Promise<Finding> {
    const word = textOf((await this.client.plan(planId, signal)).status) ?? 'no state';
    return word === 'CANCEL_IN_PROGRESS'
      ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'The plan is in CANCEL_IN_PROGRESS.' }
      : { verdict: 'NOT_SEEN', evidence: `The plan is in ${word}.` };
  }

  private async findRun(
    planId: string,
    sent: SentCall,
    baseline: PlanBaseline,
    signal: AbortSignal,
  ): Promise<Finding> {
    const [tasks, plan] = await Promise.all([
      this.client.newestTasks(signal),
      this.client.plan(planId, signal).catch(absent),
    ]);
    const fresh = tasks.items.filter(
      (task) => task.entity === planId && !this.history.isOurs(task) && isNewSince(task, baseline),
    );
    const byTask = adopted(fresh);
    if (plan === null) return byTask ?? { verdict: 'UNDECIDABLE', evidence: 'The plan is no more.' };
    const row = srmDescriptor.lifecycle.actions[sent.command.action];
    const word = textOf(plan.status) ?? '';
    if (byTask?.verdict === 'STARTED' && runsAnother(row, word))
      return { verdict: 'UNDECIDABLE', evidence: `${byTask.evidence} But the plan is in ${word}.` };
    const isDone = fresh.some(({ id, status }) => isOf(byTask, id) && status === 'SUCCESS');
    if (byTask?.verdict === 'STARTED' && isDone) return this.findDone(planId, byTask, word, sent, baseline, signal);
    if (byTask !== null) return byTask;
    if (row?.via.includes(word) === true && word !== baseline.status) {
      return {
        verdict: 'STARTED',
        ref: { jobIds: [] },
        evidence: `No task is listed, but the plan went from ${baseline.status} to ${word}.`,
      };
    }
    const reported = await this.history.findRun(planId, sent, baseline, signal);
    if (reported.verdict !== 'NOT_SEEN') return reported;
    const moved = row === undefined ? null : hasMoved(row, plan, baseline);
    if (moved !== null && reported.otherUser === null) {
      return { verdict: 'STARTED', ref: { jobIds: [] }, evidence: `${moved} ${reported.evidence}` };
    }
    if (moved !== null || (word !== baseline.status && reported.otherUser !== null)) {
      return {
        verdict: 'UNDECIDABLE',
        evidence: `${moved ?? `The plan is in ${word}.`} ${reported.evidence}`,
      };
    }
    return {
      verdict: 'NOT_SEEN',
      evidence: `No new task on the plan; it is in ${word}, before ${baseline.status}. ${reported.evidence}`,
    };
  }
}

const RUNS: readonly DrAction[] = [
  ...(['START_DRILL', 'CLEAN_UP_DRILL', 'PLANNED_FAILOVER', 'FAILOVER', 'REPROTECT'] as const),
];

/** Whether the word is that of a run which is not this action's. */
function runsAnother(row: LifecycleRow | undefined, word: string): boolean {
  const { actions } = srmDescriptor.lifecycle;
  return row?.via.includes(word) !== true && RUNS.some((run) => actions[run]?.via.includes(word) === true);
}

/** Whether the plan rests where this action ends, and did not before. The plan is locked by us meanwhile. */
function hasMoved(row: LifecycleRow, plan: WirePlan, baseline: PlanBaseline): string | null {
  const word = textOf(plan.status) ?? '';
  const ends: readonly string[] = typeof row.to === 'string' ? row.failed : [...row.to, ...row.failed];
  // PARTIAL_… is what another plan's run leaves behind.
  if (word === baseline.status || word.startsWith('PARTIAL_') || !ends.includes(word)) return null;
  return `No task is listed, but the plan went from ${baseline.status} to ${word}, where this action ends.`;
}
