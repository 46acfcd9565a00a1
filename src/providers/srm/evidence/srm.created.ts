import type { Finding } from '../../../domain/observation.js';
import { markOf } from '../reading/srm.mapper.js';
import { createdBy, isUnderWay } from '../watching/srm.tasks.js';
import { textOf, type WireTask } from '../wire/srm.wire.js';
import { adopted } from './srm.candidates.js';

interface Thing {
  id: string;
  name?: string | null;
  description?: string | null;
}

/** Of what was not there before the send. */
export interface Made<T> {
  /** Bears our mark or, where the user gave a description, the name and description that were sent. */
  ours: T[];
  /** Bears the name alone, which whoever makes the same by hand gives as well. */
  namesakes: T[];
}

/** What a creating call may have made among these; `body` is what was sent. */
export function madeBy<T extends Thing>(
  items: readonly T[],
  { operationId, body }: { operationId: string; body: unknown },
  namesakeIds: readonly string[],
): Made<T> {
  const sent = (body ?? {}) as { name?: unknown; description?: unknown };
  const name = textOf(sent.name);
  const description = textOf(sent.description) ?? '';
  const isMarked = description === markOf(operationId);
  const fresh = items.filter(({ id }) => !namesakeIds.includes(id));
  const isOurs = (item: Thing): boolean =>
    description !== '' && item.description === description && (isMarked || item.name === name);
  return {
    ours: fresh.filter(isOurs),
    namesakes: fresh.filter((item) => item.name === name && !isOurs(item)),
  };
}

/** After a lost answer about a creation; `tasks` are those that are new. */
export function findMade(
  what: { kind: 'group' | 'plan'; name: string },
  { ours, namesakes }: Made<Thing>,
  tasks: readonly WireTask[],
): Finding {
  const { kind, name } = what;
  const [made] = ours;
  if (ours.length > 1) return undecidable(`${ours.length} new ${kind}s are described as ${name} was to be.`);
  if (made !== undefined) {
    const makers = tasks.filter((task) => createdBy(task) === made.id || task.entity === made.id);
    return {
      verdict: 'STARTED',
      ref: { jobIds: makers.length === 1 ? makers.map((task) => task.id) : [] },
      evidence: `The ${kind} ${name} is there as it was to be made, and was not before.`,
    };
  }
  if (namesakes.length > 0)
    return undecidable(`A new ${kind} is named ${name}, but does not bear the description that was sent.`);
  const naming = tasks.filter((task) => task.entity_name === name);
  const candidate = adopted(naming);
  if (candidate === null)
    return {
      verdict: 'NOT_SEEN',
      evidence: `There is no new ${kind} ${name}, and no new task that names it.`,
    };
  return candidate.verdict === 'STARTED' && !naming.some(isUnderWay)
    ? undecidable(`${candidate.evidence} But there is no new ${kind} ${name}.`)
    : candidate;
}

function undecidable(evidence: string): Finding {
  return { verdict: 'UNDECIDABLE', evidence };
}
