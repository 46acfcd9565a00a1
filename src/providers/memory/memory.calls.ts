import type { ActionCommand, UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import { ACTION_FACTS } from '../../domain/action-facts.js';
import { type DrAction } from '../../domain/dr-action.js';
import { ProviderError } from '../provider-error.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { newGroup } from './memory.seed.js';
import { rowOf, type MemoryWorld } from './memory.world.js';

/** What travels to the world, and no more: like a real upstream it is told no operation's id. */
export type MemoryRequest = Pick<ActionCommand, 'direction' | 'options' | 'group' | 'changes'> & {
  what: DrAction | 'CANCEL';
  targetId: string | null;
};

export function callFor(command: ActionCommand): UpstreamCall {
  const { action, targetNativeId: targetId, direction, options, group, changes } = command;
  const { pathName, targetType } = ACTION_FACTS[action];
  const place = targetType === 'RECOVERY_PLAN' ? '/plans' : '/groups';
  const body: MemoryRequest = { what: action, targetId, direction, options, group, changes };
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

export function requestOf(call: UpstreamCall): MemoryRequest {
  return call.body as MemoryRequest;
}

/** Does in the world what a call asks for, or refuses. The world judges for itself, as an upstream does. */
export function carryOut(world: MemoryWorld, request: MemoryRequest): UpstreamRef {
  if (request.what === 'CANCEL') return halt(world, request.targetId ?? '');
  if (request.what === 'CREATE_PROTECTION_GROUP') return create(world, request);
  const targetId = request.targetId ?? '';
  const word = wordOf(world, request.what, targetId);
  const { from } = rowOf(request.what);
  if (from !== 'ANY' && !from.includes(word)) {
    throw refusal(
      'WRONG_STATE',
      'not-now',
      `${targetId} is ${word}; it would have to be ${from.join(' or ')}`,
    );
  }
  if (request.what === 'UPDATE_PROTECTION_GROUP') return update(world, targetId, request);
  if (request.what === 'DELETE_PROTECTION_GROUP' && world.plansHolding(targetId).length > 0) {
    throw refusal('CONFLICT', 'in-use', `${targetId} is held by a plan`);
  }
  return { jobIds: [world.begin(request.what, targetId).id] };
}

function wordOf(world: MemoryWorld, action: DrAction, id: string): string {
  if (ACTION_FACTS[action].targetType === 'RECOVERY_PLAN') {
    const plan = world.plans.get(id);
    if (plan) return world.planWord(plan);
  } else {
    const group = world.groups.get(id);
    if (group) return world.groupWord(group);
  }
  throw refusal('NOT_FOUND', 'unheard-of', `there is no ${id}`);
}

function create(world: MemoryWorld, { group }: MemoryRequest): UpstreamRef {
  const name = group?.name ?? '';
  if ([...world.groups.values()].some((other) => other.name === name)) {
    throw refusal('CONFLICT', 'name-taken', `there is a group named ${name} already`);
  }
  const id = `group-${world.jobs.length + 1}`;
  const made = newGroup(id, { name, description: group?.description ?? null, now: world.now });
  world.groups.set(id, made);
  return { jobIds: [world.begin('CREATE_PROTECTION_GROUP', id).id] };
}

/** Done at once: there is nothing to watch. */
function update(world: MemoryWorld, id: string, { changes }: MemoryRequest): UpstreamRef {
  const group = world.groups.get(id);
  if (group) Object.assign(group, changes, { updatedAt: world.now });
  world.executions.push({ action: 'UPDATE_PROTECTION_GROUP', targetId: id, jobId: '' });
  return { jobIds: [] };
}

function halt(world: MemoryWorld, planId: string): UpstreamRef {
  const job = world.runningOn(planId);
  if (!job || !memoryDescriptor.capabilities.cancellable.includes(job.action)) {
    throw refusal('WRONG_STATE', 'nothing-to-stop', `nothing that could be stopped runs on ${planId}`);
  }
  job.haltedAt ??= world.now;
  return { jobIds: [] };
}

function refusal(
  kind: 'WRONG_STATE' | 'CONFLICT' | 'NOT_FOUND',
  code: string,
  message: string,
): ProviderError {
  return new ProviderError(kind, `The world refused: ${message}.`, {
    upstream: { code, message },
    delivery: 'REFUSED',
  });
}
