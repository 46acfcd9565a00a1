import type { JobObservation } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';

/** What SRM did not even begin, while it began the rest (4.2): as failed as a task that failed. */
export function startErrorsOf({ calls }: WatchedOperation): JobObservation[] {
  const words = calls.flatMap(({ ref }) => ref?.startErrors ?? []);
  return words.map((message, index) => ({
    id: `not-begun-${index + 1}`,
    state: 'FAILED',
    word: null,
    progressPercent: null,
    error: { code: null, message },
  }));
}
