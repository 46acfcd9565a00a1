import { ACTION_FACTS } from './action-facts.js';
import { destinationOf, type DrAction } from './dr-action.js';
import type { LifecycleRow } from './lifecycle.js';
import type { JobObservation, Observation, ResourceFacts } from './observation.js';
import type { Operation, Outcome } from './operation.js';

/** What an observation means for the operation. */
export type Judgement =
  | { kind: 'KEEP_WATCHING' }
  /**
   * Every job is over, yet the resource does not show the end. `halfDone` = why it will not, should it stay so: some
   * of the calls were refused.
   */
  | {
      kind: 'UNSETTLED';
      evidence: string;
      halfDone: string | null;
      /** What it comes to, should it stay so; absent = that is for a person to say. */
      then?: VerdictJudgement;
    }
  | VerdictJudgement;

export interface VerdictJudgement {
  kind: 'VERDICT';
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  outcome: Outcome;
  /** The upstream's words about a failure. */
  words: { code: string | null; message: string | null } | null;
  text: string;
}

/** A site itself has no state that an action could bring about: there its jobs are the only truth. */
const SITE: ResourceFacts = {
  exists: true,
  name: null,
  state: 'UNKNOWN',
  word: '',
  activeSite: null,
  nextDirection: null,
};

const OVER: ReadonlySet<JobObservation['state']> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'GONE']);

/**
 * Two truths: the jobs' verdict and the resource's state. Success is declared only when both agree; a job
 * that is gone leaves the decision to the resource, compared with what it was before.
 */
export function judge(operation: Operation, row: LifecycleRow, seen: Observation): Judgement {
  if (seen.jobs.some((job) => !OVER.has(job.state))) return { kind: 'KEEP_WATCHING' };
  const resource = seen.resource ?? (ACTION_FACTS[operation.action].targetType === 'SITE' ? SITE : null);
  if (!resource || row.via.includes(resource.word)) return { kind: 'KEEP_WATCHING' };

  const failed = seen.jobs.filter((job) => job.state === 'FAILED');
  const succeeded = seen.jobs.filter((job) => job.state === 'SUCCEEDED');
  const cancelled = seen.jobs.some((job) => job.state === 'CANCELLED');
  const cancelAccepted = operation.cancel?.state === 'ACCEPTED';
  const changed = seen.effect === 'SEEN' || hasChanged(operation.before, resource, row);
  const shown = seen.effect === 'SEEN' || showsIt(operation, resource, row);

  if (cancelled || (failed.length > 0 && cancelAccepted)) {
    return ended('CANCELLED', changed ? 'PARTIAL' : 'NONE', failed[0], 'The upstream stopped it on request.');
  }
  if (failed.length > 0) {
    const outcome = succeeded.length > 0 || changed ? 'PARTIAL' : 'NONE';
    return ended(
      'FAILED',
      outcome,
      failed[0],
      `The upstream failed: ${failed[0]?.error?.message ?? 'no reason given'}.`,
    );
  }
  const whole = operation.calls.every((call) => call.state === 'ACCEPTED');
  const jobsSpeak =
    succeeded.length === seen.jobs.length && !(seen.jobs.length === 0 && wasAdopted(operation));
  if (cancelAccepted && succeeded.length === 0 && row.cancelled?.includes(resource.word)) {
    return ended(
      'CANCELLED',
      'PARTIAL',
      undefined,
      `It was asked to stop, and the target is ${resource.word}.`,
    );
  }
  // Where the target shows no end, only evidence or a job that can still be asked speaks for one.
  const nothingForgotten = !seen.jobs.some((job) => job.state === 'GONE');
  const trusted = jobsSpeak || shown || (row.to === 'ANY' && nothingForgotten);
  if (seen.effect !== 'MISSING' && arrived(operation, row, resource) && trusted) {
    return ended(
      'SUCCEEDED',
      whole ? 'FULL' : 'PARTIAL',
      undefined,
      `The target is ${resource.exists ? resource.word || 'as it was to be' : 'gone'}.`,
    );
  }
  const moved =
    row.observes !== 'DRILL' && operation.before !== null && operation.before.word !== resource.word;
  if (row.failed.includes(resource.word) && (jobsSpeak || shown || moved)) {
    const state = cancelAccepted ? 'CANCELLED' : 'FAILED';
    return ended(state, 'PARTIAL', undefined, `The target stopped in ${resource.word}.`);
  }
  const jobsSay = seen.jobs.map((job) => job.word ?? 'forgotten').join(', ') || 'nothing';
  return {
    kind: 'UNSETTLED',
    evidence: `The upstream's job says ${jobsSay}, while the target is ${resource.exists ? resource.word : 'gone'}.`,
    // What was refused cannot arrive: the target rests where the calls that were taken have brought it.
    halfDone: !whole && jobsSpeak ? refusals(operation) : null,
  };
}

function refusals({ calls }: Operation): string {
  const refused = calls.filter((call) => call.state === 'REFUSED');
  const told = refused.map(({ call, refusal }) => `${call.label}: ${refusal ?? 'refused.'}`);
  return `${refused.length} of ${calls.length} parts of it were refused. ${told.join(' ')}`;
}

/** Whether the resource is where the action was to bring it. */
export function arrived(operation: Operation, row: LifecycleRow, resource: ResourceFacts): boolean {
  if (row.to === 'GONE') return !resource.exists;
  if (!resource.exists) return false;
  if (row.to === 'ANY') return true;
  if (!row.to.includes(resource.word)) return false;
  if (!row.flipsActiveSite || operation.direction === null) return true;
  return resource.activeSite === null || resource.activeSite === destinationOf(operation.direction);
}

/** Whether the resource is not what it was before. A drill is another resource than the plan it was asked of. */
export function hasChanged(before: ResourceFacts | null, now: ResourceFacts, row: LifecycleRow): boolean {
  if (row.observes === 'DRILL') return row.to === 'GONE' ? !now.exists : now.exists;
  if (now === SITE) return false;
  if (!before) return now.exists;
  return (
    before.exists !== now.exists ||
    before.word !== now.word ||
    before.activeSite !== now.activeSite ||
    before.name !== now.name
  );
}

/**
 * Whether the resource alone shows that it was this action which came to its end. Where the action's own words do
 * not move, a word that changed tells of something else, and so does a name, unless it is the one that was asked for.
 */
function showsIt(operation: Operation, now: ResourceFacts, row: LifecycleRow): boolean {
  const { before } = operation;
  if (row.observes === 'DRILL' || before === null || now === SITE) return hasChanged(before, now, row);
  if (before.exists !== now.exists) return true;
  if (row.flipsActiveSite && before.activeSite !== now.activeSite) return true;
  const stays = row.to === 'ANY' || (row.to !== 'GONE' && row.to.includes(before.word));
  return stays ? before.name !== now.name && now.name === nameWanted(operation) : before.word !== now.word;
}

/** What these call a name is the target's own; elsewhere it may be that of a part. */
const RENAMES: readonly DrAction[] = [
  ...(['UPDATE_PROTECTION_GROUP', 'UPDATE_PROTECTED_INSTANCE', 'UPDATE_REPLICATION_PAIR'] as const),
  ...(['UPDATE_RECOVERY_PLAN', 'UPDATE_DRILL'] as const),
];

function nameWanted({ action, command: { changes, input } }: Operation): string | null {
  if (!RENAMES.includes(action)) return null;
  return changes?.name ?? (input && 'name' in input ? (input.name ?? null) : null);
}

function wasAdopted(operation: Operation): boolean {
  return operation.calls.some((call) => call.adopted);
}

export function ended(
  state: VerdictJudgement['state'],
  outcome: Outcome,
  job: JobObservation | undefined,
  text: string,
): VerdictJudgement {
  return { kind: 'VERDICT', state, outcome, words: job?.error ?? null, text };
}
