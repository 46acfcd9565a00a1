import type { UpstreamRef } from '../../domain/action-command.js';
import { ACTION_FACTS } from '../../domain/action-facts.js';
import type { ActionInputs } from '../../domain/action-inputs.js';
import type { DrAction } from '../../domain/dr-action.js';
import { ProviderError } from '../provider-error.js';
import type { MemoryRequest } from './memory.calls.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { newGroup } from './memory.seed.js';
import { GATEWAY, rowOf, type MemoryWorld } from './memory.world.js';

/** Does in the world what a call asks for, or refuses. The world judges for itself, as an upstream does. */
export function carryOut(world: MemoryWorld, request: MemoryRequest): UpstreamRef {
  const targetId = request.targetId ?? '';
  switch (request.what) {
    case 'CANCEL':
      return halt(world, targetId);
    case 'ANSWER':
      return answer(world, targetId, request.partId ?? '');
    case 'CREATE_PROTECTION_GROUP':
      return createGroup(world, request);
    case 'CREATE_RECOVERY_PLAN':
      return createPlan(world, request);
    case 'ADD_PROTECTED_INSTANCE':
      mustAllow(world, request.what, targetId, request.partId);
      return addMachine(world, targetId, request);
    default:
      return onSomething(world, request.what, targetId, request);
  }
}

/** Somebody else in the world does it, at the world's own door: no request of ours, and no trouble on its way. */
export function doOutside(
  world: MemoryWorld,
  doer: string,
  what: MemoryRequest['what'],
  targetId: string,
  more: Partial<MemoryRequest> = {},
): UpstreamRef {
  const wishes = { partId: null, direction: null, options: {}, group: null, changes: null, input: null };
  world.settle();
  world.doer = doer;
  try {
    return carryOut(world, { ...wishes, ...more, what, targetId });
  } finally {
    world.doer = GATEWAY;
  }
}

function onSomething(
  world: MemoryWorld,
  action: DrAction,
  targetId: string,
  request: MemoryRequest,
): UpstreamRef {
  mustAllow(world, action, targetId, request.partId);
  if (rowOf(action).to === 'ANY') return atOnce(world, action, request.partId ?? targetId, request);
  if (action === 'DELETE_PROTECTION_GROUP' && world.plansHolding(targetId).length > 0) {
    throw refusal('CONFLICT', 'in-use', `${targetId} is held by a plan`);
  }
  return { jobIds: [world.begin(action, request.partId ?? targetId).id] };
}

/** The target's word, and that of the group of a part, by the table that the driver declares. */
function mustAllow(world: MemoryWorld, action: DrAction, targetId: string, partId: string | null): void {
  const { from, companions } = rowOf(action);
  const { holder, targetType } = ACTION_FACTS[action];
  const wants: [string, string, readonly string[] | 'ANY'][] = [];
  if (targetType === holder) wants.push([targetId, wordOf(world, holder, targetId), from]);
  else {
    wants.push([targetId, wordOf(world, holder, targetId), companions?.[holder] ?? 'ANY']);
    if (partId !== null) wants.push([partId, wordOf(world, targetType, partId), from]);
  }
  for (const [id, word, words] of wants) {
    if (words === 'ANY' || words.includes(word)) continue;
    throw refusal('WRONG_STATE', 'not-now', `${id} is ${word}; it would have to be ${words.join(' or ')}`);
  }
}

function wordOf(world: MemoryWorld, kind: string, id: string): string {
  const plan = kind === 'RECOVERY_PLAN' ? world.plans.get(id) : undefined;
  const group = kind === 'PROTECTION_GROUP' ? world.groups.get(id) : undefined;
  const machine = kind === 'PROTECTED_INSTANCE' ? world.machineAt(id) : null;
  if (plan) return world.planWord(plan);
  if (group) return world.groupWord(group);
  if (machine) return world.machineWord(machine);
  throw refusal('NOT_FOUND', 'unheard-of', `there is no ${id}`);
}

function createGroup(world: MemoryWorld, { group }: MemoryRequest): UpstreamRef {
  const name = group?.name ?? '';
  if ([...world.groups.values()].some((other) => other.name === name)) {
    throw refusal('CONFLICT', 'name-taken', `there is a group named ${name} already`);
  }
  const id = `group-${world.jobs.length + 1}`;
  const made = newGroup(id, { name, description: group?.description ?? null, now: world.now });
  world.groups.set(id, made);
  return { jobIds: [world.begin('CREATE_PROTECTION_GROUP', id).id] };
}

function createPlan(world: MemoryWorld, { input }: MemoryRequest): UpstreamRef {
  const { name, protectionGroupIds = [] } = input as ActionInputs['CREATE_RECOVERY_PLAN'];
  const strange = protectionGroupIds.find((id) => !world.groups.has(id));
  if (strange !== undefined) throw refusal('NOT_FOUND', 'unheard-of', `there is no ${strange}`);
  const id = `plan-${world.jobs.length + 1}`;
  world.plans.set(id, { id, name, word: 'drafting', groupIds: protectionGroupIds });
  return { jobIds: [world.begin('CREATE_RECOVERY_PLAN', id).id] };
}

function addMachine(world: MemoryWorld, groupId: string, { input }: MemoryRequest): UpstreamRef {
  const { serverId, name } = input as ActionInputs['ADD_PROTECTED_INSTANCE'];
  const taken = [...world.groups.values()].some(({ machines }) => machines.some(({ id }) => id === serverId));
  if (taken) throw refusal('CONFLICT', 'taken', `${serverId} is protected already`);
  world.groups.get(groupId)?.machines.push({ id: serverId, name: name ?? serverId, word: 'joining' });
  return { jobIds: [world.begin('ADD_PROTECTED_INSTANCE', `${groupId}:${serverId}`).id] };
}

/** Done at once: there is nothing to watch. */
function atOnce(
  world: MemoryWorld,
  action: DrAction,
  id: string,
  { changes, input }: MemoryRequest,
): UpstreamRef {
  const group = world.groups.get(id);
  const plan = world.plans.get(id);
  const machine = world.machineAt(id)?.machine;
  const wish = (input ?? {}) as { name?: string; protectionGroupIds?: string[] };
  if (group) Object.assign(group, changes, { updatedAt: world.now });
  if (machine && wish.name !== undefined) machine.name = wish.name;
  if (plan) {
    plan.name = wish.name ?? plan.name;
    plan.groupIds = wish.protectionGroupIds ?? plan.groupIds;
  }
  world.executions.push({ action, targetId: id, jobId: '' });
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

/** An answered question is gone: a second answer finds nothing. */
function answer(world: MemoryWorld, planId: string, promptId: string): UpstreamRef {
  const job = world.runningOn(planId);
  if (job?.question === undefined || promptId !== `${job.id}-question`) {
    throw refusal('NOT_FOUND', 'not-asked', `${planId} does not ask ${promptId}`);
  }
  world.answer(planId);
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
