import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { lacksPlaceholder } from '../preparing/srm.blockers.js';
import { isNewSince, type CreateBaseline, type GroupBaseline } from './srm.baseline.js';
import type { SrmClient } from '../wire/srm.client.js';
import { absent, adopted } from './srm.candidates.js';
import { markOf } from '../reading/srm.mapper.js';
import { vmIdIn } from '../wire/srm.paths.js';
import { createdBy } from '../watching/srm.tasks.js';
import type { WireGroup, WireTask } from '../wire/srm.wire.js';

/** The same question for a change of a group: by its machines, its members, its name, its absence. */
export function findGroupStarted(
  client: SrmClient,
  sent: SentCall,
  baseline: GroupBaseline | CreateBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  if (baseline.kind === 'CREATE') return findCreated(client, sent, baseline, signal);
  const groupId = sent.command.targetNativeId ?? '';
  const vmId = vmIdIn(sent.call.path);
  if (vmId !== null) return findRemovedProtection(client, groupId, vmId, baseline, signal);
  switch (sent.command.action) {
    case 'ENABLE_PROTECTION':
      return findConfigured(client, groupId, baseline, signal);
    case 'RESTORE_PLACEHOLDERS':
      return findRestored(client, groupId, baseline, signal);
    case 'DELETE_PROTECTION_GROUP':
      return findDeleted(client, groupId, baseline, signal);
    default:
      return findReconfigured(client, groupId, sent, baseline, signal);
  }
}

async function findCreated(
  client: SrmClient,
  sent: SentCall,
  baseline: CreateBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const name = sent.command.group?.name ?? '';
  const [groups, tasks] = await Promise.all([client.groups(signal), client.newestTasks(signal)]);
  const found = createdGroups(groups.items, name, sent.operationId, baseline.namesakeIds);
  const fresh = tasks.items.filter((task) => isNewSince(task, baseline));
  if (found.length > 1) {
    return { verdict: 'UNDECIDABLE', evidence: `${found.length} new groups are named ${name}.` };
  }
  const [group] = found;
  if (group !== undefined) {
    const maker = fresh.filter((task) => createdBy(task) === group.id || task.entity === group.id);
    return started(maker.length === 1 ? maker : [], `Group ${name} is there, and was not before.`);
  }
  const naming = adopted(fresh.filter((task) => task.entity_name === name));
  return naming ?? notSeen(`There is no new group ${name}, and no new task that names it.`);
}

/** The groups that may be the one an operation made: by our mark, else by name. */
export function createdGroups(
  groups: readonly WireGroup[],
  name: string,
  operationId: string,
  namesakeIds: readonly string[],
): WireGroup[] {
  const marked = groups.filter((group) => group.description === markOf(operationId));
  if (marked.length > 0) return marked;
  return groups.filter((group) => group.name === name && !namesakeIds.includes(group.id));
}

async function findDeleted(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [groups, tasks] = await Promise.all([client.groups(signal), client.newestTasks(signal)]);
  const byTask = adopted(newOn([groupId], tasks.items, baseline));
  if (byTask !== null) return byTask;
  const stands = groups.items.some((group) => group.id === groupId);
  if (stands) return notSeen('The group stands, and no new task is on it.');
  return groups.gaps.length === 0
    ? started([], 'The group is no more.')
    : notSeen('The list of groups is not complete, and no new task is on the group.');
}

async function findReconfigured(
  client: SrmClient,
  groupId: string,
  sent: SentCall,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [group, tasks] = await Promise.all([client.group(groupId, signal), client.newestTasks(signal)]);
  const byTask = adopted(newOn([groupId], tasks.items, baseline));
  if (byTask !== null) return byTask;
  return reconfiguredGroup(group, sent.call.body, baseline)
    ? started([], 'The group has the new name and description.')
    : notSeen('The group is not as it was to become, and no new task is on it.');
}

/** Whether the group is as the body was to make it, and was not. */
export function reconfiguredGroup(group: WireGroup, body: unknown, baseline: GroupBaseline): boolean {
  const wanted = body as { name?: string; description?: string } | null | undefined;
  const changed = group.name !== baseline.name || (group.description ?? null) !== baseline.description;
  return changed && group.name === wanted?.name && (group.description ?? '') === (wanted?.description ?? '');
}

/** As with a configuration of all: a task for each machine that had lost its placeholder. */
async function findRestored(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [vms, tasks] = await Promise.all([client.vmsOfGroup(groupId, signal), client.newestTasks(signal)]);
  const lost = Object.entries(baseline.vmWords ?? {}).filter(([, word]) => lacksPlaceholder(word));
  const lostIds = lost.map(([id]) => id);
  const fresh = newOn([groupId, ...lostIds], tasks.items, baseline);
  const entities = fresh.map((task) => task.entity);
  if (new Set(entities).size < entities.length)
    return { verdict: 'UNDECIDABLE', evidence: `${fresh.length} new tasks are on the group’s machines.` };
  if (fresh.length > 0) return started(fresh, `${fresh.length} new tasks are on machines that lost theirs.`);
  const mended = vms.items.find(
    (vm) =>
      lostIds.includes(vm.id) &&
      ['RESTORING_PLACEHOLDER', 'OK'].includes(vm.protection_status_details?.status ?? ''),
  );
  return mended === undefined
    ? notSeen('No new task, and no machine has its placeholder again.')
    : started([], `No task is listed, but machine ${mended.name ?? mended.id} has its placeholder again.`);
}

/** One call makes a task for each machine, so several tasks are one candidate, unless a machine has two. */
async function findConfigured(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [group, tasks] = await Promise.all([client.group(groupId, signal), client.newestTasks(signal)]);
  const fresh = newOn([groupId, ...baseline.vmIds], tasks.items, baseline);
  const machines = fresh.map((task) => task.entity).filter((entity) => entity !== groupId);
  const twice = new Set(machines).size < machines.length || fresh.length > Math.max(1, baseline.vmIds.length);
  if (twice)
    return { verdict: 'UNDECIDABLE', evidence: `${fresh.length} new tasks are on the group's machines.` };
  if (fresh.length > 0) return started(fresh, `${fresh.length} new tasks are on the group or its machines.`);
  const word = group.status ?? '';
  return word !== baseline.status && (word === 'CONFIGURING_PROTECTION' || word === 'OK')
    ? started([], `No task is listed, but the group went from ${baseline.status} to ${word}.`)
    : notSeen(`No new task; the group is in ${word}.`);
}

/** The machine was protected when the call was made, so its own state tells. */
async function findRemovedProtection(
  client: SrmClient,
  groupId: string,
  vmId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [vm, tasks] = await Promise.all([
    client.vmOfGroup(groupId, vmId, signal).catch(absent),
    client.newestTasks(signal),
  ]);
  const byTask = adopted(newOn([vmId], tasks.items, baseline));
  if (byTask !== null) return byTask;
  if (vm === null) return { verdict: 'UNDECIDABLE', evidence: 'The machine is not in the group any more.' };
  const word = vm.protection_status_details?.status ?? '';
  return word === 'REMOVING_PROTECTION' || word === 'NOT_CONFIGURED'
    ? started([], `The machine was protected and is in ${word}.`)
    : notSeen(`No new task; the machine is in ${word}.`);
}

function newOn(entities: readonly string[], tasks: readonly WireTask[], baseline: GroupBaseline): WireTask[] {
  return tasks.filter((task) => entities.includes(task.entity ?? '') && isNewSince(task, baseline));
}

function started(tasks: readonly WireTask[], evidence: string): Finding {
  return { verdict: 'STARTED', ref: { jobIds: tasks.map((task) => task.id) }, evidence };
}

function notSeen(evidence: string): Finding {
  return { verdict: 'NOT_SEEN', evidence };
}
