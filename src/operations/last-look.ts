import { judgeAction, type Blocking } from '../domain/allowed-actions.js';
import { deviationFrom } from '../domain/expected-target.js';
import type { Operation } from '../domain/operation.js';
import { problem, type Problem } from '../domain/problem.js';
import type { Preparation } from '../providers/provider-driver.js';
import type { ProviderError } from '../providers/provider-error.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';

/** The judge's words for a target that is not what it was: they say it better. */
const SAYS_THE_SAME: readonly string[] = ['wrong-state', 'wrong-direction'];

/** Why the target, as it is now, must not be sent the request; null = send. */
export function objectionTo(
  operation: Operation,
  preparation: Preparation,
  provider: Provider,
): Problem | null {
  const judged = judgeAction(provider.descriptor.lifecycle, operation.action, preparation.resource, {
    direction: operation.direction,
    blockers: preparation.blockers,
    companions: preparation.companions ?? [],
  });
  const blocking = [...judged.blocking, ...unlocked(operation, preparation)];
  const deviation = operation.expected ? deviationFrom(operation.expected, preparation.resource) : null;
  const texts = [...blocking, ...(deviation ? [deviation] : [])].map(({ text }) => text);
  if (deviation && !blocking.some(({ code }) => SAYS_THE_SAME.includes(code))) blocking.push(deviation);
  if (blocking.length === 0) return null;
  return problem('state-changed', `${texts.join(' ')} Nothing was sent.`, { blocking });
}

/** The target cannot be acted upon as it was when the operation was accepted. */
export function changedBefore(error: ProviderError, provider: Provider): Problem {
  const { upstream } = providerProblem(error, provider);
  return problem('state-changed', `${error.message} Nothing was sent.`, { upstream });
}

function unlocked(operation: Operation, { groupIds }: Preparation): Blocking[] {
  const more = groupIds.filter((id) => !operation.lockedGroupIds.includes(id));
  if (more.length === 0) return [];
  return [
    {
      code: 'groups-changed',
      text: `It now touches groups that this operation does not hold: ${more.join(', ')}.`,
      remedy: 'Ask again.',
    },
  ];
}
