import type { Finding } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import { isHistoryTask, isUnderWay } from '../watching/srm.tasks.js';
import type { WireTask } from '../wire/srm.wire.js';

/** One new task is the one; several cannot be told apart; none says nothing (null). */
export function adopted(candidates: readonly WireTask[]): Finding | null {
  const runs = candidates.filter((task) => !isHistoryTask(task));
  const [first] = runs;
  if (first === undefined) return null;
  if (runs.length > 1) {
    return {
      verdict: 'UNDECIDABLE',
      evidence: `${runs.length} new tasks are on it: ${runs.map((task) => task.id).join(', ')}.`,
    };
  }
  return {
    verdict: 'STARTED',
    ref: { jobIds: [first.id] },
    evidence: `Task ${first.id} (${first.description ?? 'no description'}, ${first.status ?? 'no state'}) is new on it.`,
  };
}

/**
 * For a change whose end no state of its target tells: what was asked for, and did not show before, is the
 * proof. A new task may be anybody's. Under way it is followed, and believed once its effect shows; over,
 * with nothing to show for it, it leaves things open.
 */
export function weighed(effect: Finding, candidates: readonly WireTask[]): Finding {
  const tasks = candidates.filter((task) => !isHistoryTask(task));
  const byTask = adopted(tasks);
  if (byTask === null) return effect;
  const isFollowed = byTask.verdict === 'STARTED' && tasks.every(isUnderWay);
  if (effect.verdict === 'STARTED') return isFollowed ? { ...effect, ref: byTask.ref } : effect;
  if (isFollowed && effect.verdict === 'NOT_SEEN') return byTask;
  return { verdict: 'UNDECIDABLE', evidence: `${byTask.evidence} ${effect.evidence}` };
}

/** For a read whose absence is an answer. */
export function absent(error: unknown): null {
  if (error instanceof ProviderError && error.kind === 'NOT_FOUND') return null;
  throw error;
}
