import type { DrAction } from '../../../domain/dr-action.js';
import type { LifecycleRow } from '../../../domain/lifecycle.js';
import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { isNewSince, type PlanBaseline } from './srm.baseline.js';
import { absent, adopted } from './srm.candidates.js';
import type { SrmClient } from '../wire/srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import type { HistoryFinding, SrmHistory } from '../reading/srm.history.js';
import { textOf, type WirePlan } from '../wire/srm.wire.js';

interface SentRun {
  planId: string;
  sent: SentCall;
  baseline: PlanBaseline;
}

/**
 * Of a run of a plan, in this order: a new task on the plan, the plan's state against the baseline, the plan's
 * history under our own user name. A task says which plan it is on, but not, in words that are documented,
 * what it does: the state, and of a task that is over the history, must not speak against it.
 */
export async function findRunStarted(
  client: SrmClient,
  history: SrmHistory,
  { planId, sent, baseline }: SentRun,
  signal: AbortSignal,
): Promise<Finding> {
  const [tasks, plan] = await Promise.all([
    client.newestTasks(signal),
    client.plan(planId, signal).catch(absent),
  ]);
  const fresh = tasks.items.filter(
    (task) => task.entity === planId && !history.isOurs(task) && isNewSince(task, baseline),
  );
  const byTask = adopted(fresh);
  if (plan === null) return byTask ?? { verdict: 'UNDECIDABLE', evidence: 'The plan is no more.' };
  const row = srmDescriptor.lifecycle.actions[sent.command.action];
  const word = textOf(plan.status) ?? '';
  const runs = row?.via.includes(word) === true;
  const reports = (): Promise<HistoryFinding> => history.findRun(planId, sent, baseline, signal);
  if (byTask?.verdict === 'STARTED') {
    const isDone = fresh.some(({ id, status }) => byTask.ref.jobIds.includes(id) && status === 'SUCCESS');
    // Where the plan rests at the end of this action from the beginning, its state would prove any task right.
    const wasThere = Array.isArray(row?.to) && row.to.includes(baseline.status);
    const told = {
      ...byTask,
      evidence: `${byTask.evidence} The plan is in ${word}, before ${baseline.status}.`,
    };
    if (runs) return byTask;
    if (isOfAnotherRun(word)) return { verdict: 'UNDECIDABLE', evidence: told.evidence };
    return isDone || wasThere ? byHistory(told, await reports(), word !== baseline.status) : byTask;
  }
  if (byTask !== null) return byTask;
  if (runs && word !== baseline.status) {
    return {
      verdict: 'STARTED',
      ref: { jobIds: [] },
      evidence: `No task is listed, but the plan went from ${baseline.status} to ${word}.`,
    };
  }
  const reported = await reports();
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

/** A task that the plan's state does not bear out: whether the history does, or at least does not deny it. */
function byHistory(told: Finding, reported: HistoryFinding, hasMoved: boolean): Finding {
  const evidence = `${told.evidence} ${reported.evidence}`;
  const isOurs =
    reported.verdict === 'STARTED' ||
    (reported.verdict === 'NOT_SEEN' && reported.otherUser === null && hasMoved);
  return isOurs ? { ...told, evidence } : { verdict: 'UNDECIDABLE', evidence };
}

const RUNS: readonly DrAction[] = [
  ...(['START_DRILL', 'CLEAN_UP_DRILL', 'PLANNED_FAILOVER', 'FAILOVER', 'REPROTECT'] as const),
];
/** Any run may be in these. */
const OF_ALL: readonly string[] = ['WAITING_FOR_USER_INPUT', 'CANCEL_IN_PROGRESS'];

/** Of a word that this action does not pass through: whether it is one that another run does. */
function isOfAnotherRun(word: string): boolean {
  const { actions } = srmDescriptor.lifecycle;
  return !OF_ALL.includes(word) && RUNS.some((run) => actions[run]?.via.includes(word) === true);
}

/** Whether the plan rests where this action ends, and did not before. The plan is locked by us meanwhile. */
function hasMoved(row: LifecycleRow, plan: WirePlan, baseline: PlanBaseline): string | null {
  const word = textOf(plan.status) ?? '';
  const ends: readonly string[] = typeof row.to === 'string' ? row.failed : [...row.to, ...row.failed];
  // PARTIAL_… is what another plan's run leaves behind.
  if (word === baseline.status || word.startsWith('PARTIAL_') || !ends.includes(word)) return null;
  return `No task is listed, but the plan went from ${baseline.status} to ${word}, where this action ends.`;
}
