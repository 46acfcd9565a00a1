import type { ActionCommand, UpstreamCall } from '../../domain/action-command.js';
import { ACTION_FACTS } from '../../domain/action-facts.js';
import type { DrAction } from '../../domain/dr-action.js';

/** What travels to the world, and no more: like a real upstream it is told no operation's id. */
export type MemoryRequest = Pick<ActionCommand, 'direction' | 'options' | 'group' | 'changes' | 'input'> & {
  what: DrAction | 'CANCEL' | 'ANSWER';
  targetId: string | null;
  partId: string | null;
};

export function callFor(command: ActionCommand): UpstreamCall {
  const {
    action,
    targetNativeId: targetId,
    partNativeId: partId,
    direction,
    options,
    group,
    changes,
  } = command;
  const { pathName, holder } = ACTION_FACTS[action];
  const place = holder === 'RECOVERY_PLAN' ? '/plans' : '/groups';
  const { input } = command;
  const body: MemoryRequest = { what: action, targetId, partId, direction, options, group, changes, input };
  return {
    label: `${pathName} ${targetId ?? group?.name ?? ''}`.trim(),
    method: 'POST',
    path: `${place}${targetId === null ? '' : `/${targetId}`}/${pathName}`,
    body,
  };
}

export function cancelCallFor(command: ActionCommand): UpstreamCall {
  const call = callFor(command);
  const targetId = command.targetNativeId ?? '';
  return {
    label: `cancel ${call.label}`,
    method: 'POST',
    path: `/plans/${targetId}/cancel`,
    body: { ...requestOf(call), what: 'CANCEL' },
  };
}

export function answerCallFor(command: ActionCommand, promptId: string): UpstreamCall {
  const call = callFor(command);
  return {
    label: `answer ${promptId} of ${call.label}`,
    method: 'POST',
    path: `/plans/${command.targetNativeId ?? ''}/questions/${promptId}`,
    body: { ...requestOf(call), what: 'ANSWER', partId: promptId },
  };
}

export function requestOf(call: UpstreamCall): MemoryRequest {
  return call.body as MemoryRequest;
}
