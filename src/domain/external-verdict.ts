import { ACTION_FACTS } from './action-facts.js';
import type { TargetType } from './dr-action.js';
import type { Lifecycle, LifecycleRow } from './lifecycle.js';
import type { JobObservation, Observation, ResourceFacts } from './observation.js';
import type { Operation } from './operation.js';
import { arrived, ended, type Judgement, type VerdictJudgement } from './verdict.js';

/** Whose words the row's are. */
export function observedKind({ action }: Pick<Operation, 'action'>, row: LifecycleRow): TargetType {
  return row.observes === 'DRILL' ? 'DRILL' : ACTION_FACTS[action].targetType;
}

/** Whether the target of an operation that was begun outside is seen in the middle of something. */
export function isSeenAtWork(
  operation: Operation,
  lifecycle: Lifecycle,
  resource: ResourceFacts | null,
): boolean {
  const row = lifecycle.actions[operation.action];
  if (!row || !resource?.exists) return false;
  const meaning = lifecycle.states[observedKind(operation, row)]?.[resource.word];
  return row.via.includes(resource.word) || meaning?.passing === true;
}

/**
 * What an observation means for an operation that was begun outside. Nobody here knows what it was asked to do, so
 * it is judged by where its target comes to rest, and always ends when it does: its groups must not stay locked for
 * a run that is over. Where a list that is a moment old would show the same, the verdict waits whether it stays so.
 *
 * @param hangs nothing has moved for so long that a job which says that it runs, while its target rests or shows
 *   nothing, is for a person to judge
 */
export function judgeExternal(
  operation: Operation,
  lifecycle: Lifecycle,
  seen: Observation,
  hangs = false,
): Judgement {
  const row = lifecycle.actions[operation.action];
  const { resource, jobs } = seen;
  if (!row || isSeenAtWork(operation, lifecycle, resource)) return { kind: 'KEEP_WATCHING' };
  const job = jobs.find(({ state }) => state === 'QUEUED' || state === 'RUNNING');
  const unseen = !resource && row.to !== 'ANY';
  if ((job || unseen) && !hangs) return { kind: 'KEEP_WATCHING' };
  if (job)
    return forAPerson(`The upstream says ${job.word ?? 'at work'} of ${job.id}, yet ${told(resource)}.`);
  if (unseen) return forAPerson('Nothing is to be seen of the target any more.');
  if (resource?.exists) {
    const meaning = lifecycle.states[observedKind(operation, row)]?.[resource.word];
    // A word that nobody here knows is no rest: a person decides when it stays.
    if (!meaning || meaning.state === 'UNKNOWN') return forAPerson(`The target is ${resource.word}.`);
  }
  const said = byJobs(operation, jobs, resource);
  if (said) return said;
  const rest = atRest(operation, row, seen);
  if (rest.certain) return rest.verdict;
  return { kind: 'UNSETTLED', evidence: rest.verdict.text, halfDone: null, then: rest.verdict };
}

function forAPerson(evidence: string): Judgement {
  return { kind: 'UNSETTLED', evidence, halfDone: null };
}

function told(resource: ResourceFacts | null): string {
  if (!resource) return 'nothing has moved for long';
  return `the target rests: it is ${resource.exists ? resource.word || 'there' : 'gone'}`;
}

/** A job that failed or was stopped says so itself. */
function byJobs(
  operation: Operation,
  jobs: readonly JobObservation[],
  resource: ResourceFacts | null,
): VerdictJudgement | null {
  const failed = jobs.find(({ state }) => state === 'FAILED');
  const stopped = jobs.some(({ state }) => state === 'CANCELLED');
  if (!failed && !stopped) return null;
  const outcome = isBack(operation, resource) ? 'NONE' : 'PARTIAL';
  if (stopped || operation.cancel?.state === 'ACCEPTED')
    return ended('CANCELLED', outcome, failed, 'The upstream stopped it.');
  const words = failed?.error?.message ?? 'no reason given';
  return ended('FAILED', outcome, failed, `The upstream failed: ${words}.`);
}

function atRest(
  operation: Operation,
  row: LifecycleRow,
  { resource, jobs }: Observation,
): { verdict: VerdictJudgement; certain: boolean } {
  const jobsSpeak = jobs.length > 0 && jobs.every(({ state }) => state === 'SUCCEEDED');
  const cancelled = operation.cancel?.state === 'ACCEPTED' && !jobsSpeak;
  const where = resource?.exists ? resource.word || 'there' : 'gone';
  const back = isBack(operation, resource);
  const moved = hasMoved(operation, row, resource);
  const say = (
    state: VerdictJudgement['state'],
    outcome: VerdictJudgement['outcome'],
    text: string,
    certain: boolean,
  ) => ({ verdict: ended(state, outcome, undefined, text), certain });

  if (row.to === 'ANY') {
    return jobsSpeak
      ? say('SUCCEEDED', 'FULL', 'The upstream says that it is done.', true)
      : say('FAILED', 'PARTIAL', 'The upstream has forgotten its job: how it ended cannot be told.', false);
  }
  if (cancelled && row.cancelled?.includes(where)) {
    return say('CANCELLED', 'PARTIAL', `It was asked to stop, and the target is ${where}.`, moved);
  }
  if (resource && arrived(operation, row, resource) && (moved || jobsSpeak || !back)) {
    return say('SUCCEEDED', 'FULL', `The target is ${where}.`, moved || jobsSpeak);
  }
  if (row.failed.includes(where)) {
    return say(cancelled ? 'CANCELLED' : 'FAILED', 'PARTIAL', `The target stopped in ${where}.`, moved);
  }
  if (back || (!jobsSpeak && beginnings(row).includes(where))) {
    return say(
      'CANCELLED',
      'NONE',
      `The target is ${where}, where it began: it was stopped, or came to nothing.`,
      false,
    );
  }
  return say(
    'FAILED',
    'PARTIAL',
    `The target came to rest: it is ${where}, which is not where ${operation.action} ends.`,
    false,
  );
}

/** It is known to be as it was before. */
function isBack({ before }: Operation, now: ResourceFacts | null): boolean {
  if (!before || !now || before.exists !== now.exists || before.word !== now.word) return false;
  return before.activeSite === null || now.activeSite === null || before.activeSite === now.activeSite;
}

/** It cannot be what it was before, so that no list, however old, shows it by mistake. */
function hasMoved(operation: Operation, row: LifecycleRow, now: ResourceFacts | null): boolean {
  if (!now) return false;
  if (operation.before) return !isBack(operation, now);
  return now.exists ? !beginnings(row).includes(now.word) : row.to === 'GONE';
}

/** The words of what is seen from which it can begin; a drill is not what it was asked of. */
function beginnings({ from, observes }: LifecycleRow): readonly string[] {
  return from === 'ANY' || observes === 'DRILL' ? [] : from;
}
