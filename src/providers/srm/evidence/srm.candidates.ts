import type { Finding } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import { isHistoryTask } from '../watching/srm.tasks.js';
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

/** For a read whose absence is an answer. */
export function absent(error: unknown): null {
  if (error instanceof ProviderError && error.kind === 'NOT_FOUND') return null;
  throw error;
}
