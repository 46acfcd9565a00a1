import { isSeenAtWork } from './external-verdict.js';
import type { Lifecycle, LifecycleRow } from './lifecycle.js';
import type { Finding, JobState, Observation } from './observation.js';
import type { Change } from './operation-change.js';
import { ended, type Applied } from './operation-end.js';
import { isVerdict, type Operation, type Outcome, type Resolution } from './operation.js';
import { arrived, hasChanged } from './verdict.js';

/** What the upstream shows of an UNKNOWN operation when a person is about to settle it. */
export interface ResolutionSight {
  /** One for every send whose answer was lost. */
  findings: Finding[];
  observation: Observation;
}

const AT_WORK: ReadonlySet<JobState> = new Set(['QUEUED', 'RUNNING', 'UNRECOGNIZED']);

/**
 * Why the verdict cannot be: what the upstream shows against it, in a sentence; null = nothing does. What is begun
 * or runs is nobody's to settle, for it will be adopted. A target that passes on may be stuck there for good, so
 * that FAILED can still be said of it.
 */
export function contradictionOf(
  operation: Operation,
  row: LifecycleRow,
  verdict: Resolution['verdict'],
  sight: ResolutionSight,
): string | null {
  const { jobs, prompts } = sight.observation;
  // Where others have taken over, the target shows what they do, and what is found to have begun may be theirs.
  const isItsOwn = operation.groupIdsOfOthers === undefined;
  const { resource = null, effect = null } = isItsOwn ? sight.observation : {};
  const started = isItsOwn && sight.findings.find((finding) => finding.verdict === 'STARTED');
  if (started) return `The upstream has taken it: ${started.evidence}.`;
  const job = jobs.find(({ state }) => AT_WORK.has(state));
  if (job) return `The upstream is at work on it: ${job.id} is ${job.word ?? 'not over'}.`;
  if (prompts[0]) return `The upstream waits for a person: ${prompts[0].text}`;
  if (verdict === 'FAILED') return null;
  if (resource && row.via.includes(resource.word)) return `The target is in ${resource.word}: it is at work.`;
  if (verdict === 'NOT_EXECUTED') {
    const taken = operation.calls.find((call) => call.state === 'ACCEPTED');
    if (taken)
      return `The upstream has taken "${taken.call.label}": it failed or succeeded, but it was begun.`;
    return shows(operation, row, { resource, effect })
      ? `${told(sight.observation)}: its effect shows.`
      : null;
  }
  if (effect === 'MISSING') return `${told(sight.observation)}: what it was to bring about does not show.`;
  if (effect === 'SEEN' || !resource || row.to === 'ANY') return null;
  return arrived(operation, row, resource) ? null : `${told(sight.observation)}, which is not where it ends.`;
}

/**
 * Whether a person may settle it now. Of what was begun outside always: nothing was sent for it that could be doubled,
 * and no other operation may wait for ever for a run that hangs. Except while a request of ours is on its way to it.
 */
export function mayBeSettled({ state, origin, cancel, input }: Operation): boolean {
  if (state === 'UNKNOWN') return true;
  return (
    origin === 'EXTERNAL' && !isVerdict(state) && cancel?.state !== 'SENDING' && input?.state !== 'SENDING'
  );
}

/**
 * The same of an operation that was begun outside. A job that says that it runs while its target rests contradicts
 * nothing. A target that is seen at work, or waits for a person, does, unless nothing has moved for long: then that it
 * FAILED can be said of it.
 *
 * @param hangs nothing of it has moved for long
 */
export function externalContradictionOf(
  operation: Operation,
  lifecycle: Lifecycle,
  verdict: Resolution['verdict'],
  observation: Observation,
  hangs: boolean,
): string | null {
  const row = lifecycle.actions[operation.action];
  const { resource, prompts } = observation;
  if (!row) return null;
  const isBusy = isSeenAtWork(operation, lifecycle, resource);
  if (verdict !== 'FAILED' || !hangs) {
    if (prompts[0]) return `The upstream waits for a person: ${prompts[0].text}`;
    if (isBusy) return `The target is in ${resource?.word ?? ''}: it is at work.`;
  }
  return verdict === 'FAILED'
    ? null
    : contradictionOf(operation, row, verdict, { findings: [], observation: { ...observation, jobs: [] } });
}

/** Whether something of the action is to be seen: its effect, or the target in one of its ends, and not before. */
export function shows(
  operation: Operation,
  row: LifecycleRow,
  { resource, effect }: Pick<Observation, 'resource' | 'effect'>,
): boolean {
  if (effect) return effect === 'SEEN';
  if (!resource || row.to === 'ANY' || !hasChanged(operation.before, resource, row)) return false;
  return arrived(operation, row, resource) || row.failed.includes(resource.word);
}

/** A person's verdict closes the record like any other. */
export function resolved(
  operation: Operation,
  { resolution, shows: something, problem, createdId }: Extract<Change, { kind: 'RESOLVED' }>,
  now: string,
): Applied | null {
  if (!mayBeSettled(operation)) return null;
  if (operation.composite?.some((step) => step.state === 'RUNNING')) return null;
  const { verdict, reason, resolvedBy } = resolution;
  const state = verdict === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
  return ended(
    { ...operation, resolution },
    {
      kind: 'VERDICT',
      state,
      outcome: outcomeOf(operation, verdict, something),
      problem,
      createdId,
      text: `${resolvedBy} settled it as ${verdict}: ${reason}`,
    },
    now,
  );
}

function outcomeOf(
  { calls, composite }: Operation,
  verdict: Resolution['verdict'],
  something: boolean,
): Outcome {
  if (verdict === 'NOT_EXECUTED') return 'NONE';
  if (verdict === 'FAILED') return something ? 'PARTIAL' : 'NONE';
  if (composite?.some(({ state }) => state !== 'SUCCEEDED')) return 'PARTIAL';
  // What was refused, or will now never be sent, is missing.
  return calls.every(({ state }) => state === 'ACCEPTED' || state === 'AMBIGUOUS') ? 'FULL' : 'PARTIAL';
}

function told({ resource, effect }: Observation): string {
  if (effect && !resource?.word) return 'It was looked at';
  return `The target is ${resource?.exists ? resource.word || 'there' : 'not there'}`;
}
