import { endOfComposite } from '../domain/operation-composite.js';
import { isVerdict, type CompositeStep, type Operation } from '../domain/operation.js';
import { problem, type NextAction, type Problem } from '../domain/problem.js';
import { actionRequest, creationRequest, type Place } from '../domain/resource-paths.js';
import { publicId } from '../domain/ids.js';

/** What an operation has to say for itself as a step, in a sentence; null = nothing but its progress. */
export function wordsOf({ state, error, outcome, evidence, warnings }: Operation): string | null {
  if (error) return error.detail;
  if (state === 'CANCELLED') return 'It was cancelled.';
  if (state === 'SUCCEEDED' && outcome === 'PARTIAL') return `Done in part. ${warnings.join(' ')}`.trim();
  if (state === 'WAITING_FOR_INPUT') return 'It waits for a person.';
  if (state === 'UNKNOWN') return `What became of it is not known: ${evidence ?? 'nothing tells'}`;
  return isVerdict(state) || state === 'RUNNING' || state === 'PENDING' ? null : `It is ${state}.`;
}

/** What a person should know of a step that runs. */
export function warningsOf(parent: Operation, title: string, { state, cancel }: Operation): string[] {
  if (state === 'UNKNOWN') return [`${title}: what became of it is not known; no further step begins.`];
  if (parent.state !== 'CANCELLING' || cancel?.state !== 'REFUSED') return [];
  return [`${title}: it was not stopped and goes on. ${cancel.detail ?? 'No reason was given.'}`];
}

/** Why a composite did not do all of it: each step that is left, and how it can be made up for. */
export function problemOfComposite(parent: Operation): Problem {
  const { outcome, left } = endOfComposite(parent);
  const told = left.map(({ title, detail, state }) => `${title}: ${detail ?? state.toLowerCase()}`);
  const [count, all] = [left.length, parent.composite?.length ?? 0];
  const detail = `${count} of ${all} steps ${count === 1 ? 'was' : 'were'} not done. ${told.join(' ')}`;
  const nextActions = nextActionsAfterComposite(parent, left);
  if (outcome === 'PARTIAL') return problem('outcome-partial', detail, { nextActions });
  const [first] = left;
  const reason = first?.error ?? problem('upstream-failed', first?.detail ?? detail);
  return { ...reason, detail, nextActions };
}

/** How what is left can be asked for by itself, and how what was made can be undone. */
function nextActionsAfterComposite(parent: Operation, left: readonly CompositeStep[]): NextAction[] {
  const { id, type } = parent.target;
  if (!id) return [];
  const group: Place = { type, id };
  const byHand = left.flatMap((step) => byItself(step, group, parent));
  // Only an empty group can be deleted as it stands.
  const isEmpty = parent.composite?.every(
    ({ state, command }) => state !== 'SUCCEEDED' || command.group !== null,
  );
  const undo = { title: 'Delete the protection group', ...actionRequest('DELETE_PROTECTION_GROUP', id) };
  return isEmpty ? [...byHand, undo] : byHand;
}

function byItself(step: CompositeStep, group: Place, parent: Operation): NextAction[] {
  const { title } = step;
  switch (step.command.action) {
    case 'ADD_PROTECTED_INSTANCE':
      return [{ title, ...creationRequest('PROTECTED_INSTANCE', group) }];
    case 'CREATE_REPLICATION_PAIR':
      return [{ title, ...creationRequest('REPLICATION_PAIR', group) }];
    case 'ATTACH_REPLICATION_PAIR': {
      const pair = parent.composite?.[step.takes.part ?? -1]?.createdNativeId;
      if (!pair) return [];
      const pairId = publicId(parent.siteId, pair);
      return [{ title, ...actionRequest('ATTACH_REPLICATION_PAIR', pairId, group) }];
    }
    case 'CREATE_RECOVERY_PLAN':
      return [{ title, ...creationRequest('RECOVERY_PLAN') }];
    case 'ENABLE_PROTECTION':
      return [{ title, ...actionRequest('ENABLE_PROTECTION', group.id) }];
    default:
      return [];
  }
}
