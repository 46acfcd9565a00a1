import { DR_ACTIONS, type DrAction } from '../domain/dr-action.js';
import { OUTSIDE, type Operation } from '../domain/operation.js';
import { meaningOf } from '../domain/lifecycle.js';
import type { ProviderDescriptor } from '../providers/provider-driver.js';
import { canBegin, isPassing, rowFor, type SeenResource } from './external-resources.js';
import type { Sign } from './external-signs.js';

/** Who did it, as far as the upstream tells. */
export function by({ requestedBy }: Operation): string {
  return requestedBy === OUTSIDE ? OUTSIDE : `${OUTSIDE} by ${requestedBy}`;
}

/**
 * Other actions that look the same from outside, where no job and no earlier look tells which it is. A job that tells
 * no more than the state does may have been named after it.
 */
export function alternatives(
  descriptor: ProviderDescriptor,
  action: DrAction,
  { kind, word }: SeenResource,
  { runs, before }: Sign,
): DrAction[] {
  const byState = meaningOf(descriptor.lifecycle, kind, word).action === action;
  if (!byState && runs.some((run) => run.action === action)) return [];
  const first = rowFor(descriptor, kind, action)?.via[0];
  const told = word === first || runs.length > 0 || (before !== null && isPassing(descriptor, before));
  return DR_ACTIONS.filter((other) => {
    const row = other === action ? null : rowFor(descriptor, kind, other);
    if (!row?.via.includes(word) || (told && row.via[0] !== first)) return false;
    return !before || isPassing(descriptor, before) || canBegin(row, before);
  });
}

const LOOKALIKE = ': from outside they look alike.';

export function lookalikes(actions: readonly DrAction[]): string[] {
  return actions.length > 0 ? [`It may be ${actions.join(' or ')} instead${LOOKALIKE}`] : [];
}

export function isLookalike(warning: string): boolean {
  return warning.endsWith(LOOKALIKE);
}

/** A request of ours of which a person said what became of it may have been carried out late. */
export function lateRequests(lately: readonly Operation[], action: DrAction): string[] {
  return lately
    .filter((operation) => operation.resolution && operation.action === action)
    .map(
      ({ id, resolution }) =>
        `Operation ${id} asked for the same and was settled as ${resolution?.verdict}: this may be its request, carried out late.`,
    );
}
