import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { lacksPlaceholder } from '../preparing/srm.blockers.js';
import { isNewSince, type CreateBaseline, type GroupBaseline } from './srm.baseline.js';
import { findMade, madeBy } from './srm.created.js';
import type { SrmClient } from '../wire/srm.client.js';
import { absent, weighed } from './srm.candidates.js';
import { vmIdIn } from '../wire/srm.paths.js';
import { isUnderWay } from '../watching/srm.tasks.js';
import type { WireGroup, WireTask } from '../wire/srm.wire.js';
import type { WireList } from '../wire/srm.lists.js';
import { isProtected } from '../lifecycle/srm.vm-states.js';

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
  const sending = { operationId: sent.operationId, body: sent.call.body };
  const made = madeBy(groups.items, sending, baseline.namesakeIds);
  const fresh = tasks.items.filter((task) => isNewSince(task, baseline));
  return findMade({ kind: 'group', name }, made, fresh);
}

async function findDeleted(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [groups, tasks] = await Promise.all([client.groups(signal), client.newestTasks(signal)]);
  return weighed(deletion(groups, groupId), newOn([groupId], tasks.items, baseline));
}

function deletion(groups: WireList<WireGroup>, groupId: string): Finding {
  if (groups.items.some((group) => group.id === groupId)) return notSeen('The group stands.');
  return groups.gaps.length === 0
    ? started([], 'The group is no more.')
    : notSeen('The list of groups is not complete.');
}

async function findReconfigured(
  client: SrmClient,
  groupId: string,
  sent: SentCall,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [group, tasks] = await Promise.all([client.group(groupId, signal), client.newestTasks(signal)]);
  const effect = reconfiguredGroup(group, sent.call.body, baseline)
    ? started([], 'The group has the new name and description.')
    : notSeen('The group is not as it was to become.');
  return weighed(effect, newOn([groupId], tasks.items, baseline));
}

/** Whether the group is as the body was to make it, and was not. */
export function reconfiguredGroup(group: WireGroup, body: unknown, baseline: GroupBaseline): boolean {
  const wanted = body as { name?: string; description?: string } | null | undefined;
  const changed = group.name !== baseline.name || (group.description ?? null) !== baseline.description;
  return changed && group.name === wanted?.name && (group.description ?? '') === (wanted?.description ?? '');
}

async function findRestored(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [vms, tasks] = await Promise.all([client.vmsOfGroup(groupId, signal), client.newestTasks(signal)]);
  const lostIds = idsIn(baseline, lacksPlaceholder);
  const mended = vms.items.find(
    ({ id, protection_status_details: details }) =>
      lostIds.includes(id) && ['RESTORING_PLACEHOLDER', 'OK'].includes(details?.status ?? ''),
  );
  const sign = mended === undefined ? null : `Machine ${mended.name ?? mended.id} has its placeholder again.`;
  return byMachines(newOn(lostIds, tasks.items, baseline), sign, 'No machine has its placeholder again.');
}

async function findConfigured(
  client: SrmClient,
  groupId: string,
  baseline: GroupBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const [group, vms, tasks] = await Promise.all([
    client.group(groupId, signal),
    client.vmsOfGroup(groupId, signal),
    client.newestTasks(signal),
  ]);
  const bareIds =
    baseline.vmWords === undefined ? baseline.vmIds : idsIn(baseline, (word) => !isProtected(word));
  const configured = vms.items.find(
    ({ id, protection_status_details: details }) =>
      baseline.vmWords?.[id] === 'NOT_CONFIGURED' &&
      ['CONFIGURING_PROTECTION', 'OK'].includes(details?.status ?? ''),
  );
  const word = group.status ?? '';
  const sign =
    word !== baseline.status && (word === 'CONFIGURING_PROTECTION' || word === 'OK')
      ? `The group went from ${baseline.status} to ${word}.`
      : configured === undefined
        ? null
        : `Machine ${configured.name ?? configured.id} was not protected.`;
  return byMachines(newOn(bareIds, tasks.items, baseline), sign, `The group is in ${word}.`);
}

/**
 * One call makes a task for each machine that needs it: several are one candidate, unless a machine has two.
 * As with `weighed`, tasks that are over show nothing by themselves.
 */
function byMachines(tasks: readonly WireTask[], sign: string | null, lack: string): Finding {
  const isTwice = new Set(tasks.map((task) => task.entity)).size < tasks.length;
  const told = `${tasks.length} new tasks are on the group's machines.`;
  if (isTwice) return { verdict: 'UNDECIDABLE', evidence: told };
  if (sign !== null) return started(tasks, `${sign} ${told}`);
  if (tasks.some(isUnderWay)) return started(tasks, told);
  return tasks.length === 0 ? notSeen(lack) : { verdict: 'UNDECIDABLE', evidence: `${told} ${lack}` };
}

function idsIn(baseline: GroupBaseline, isMeant: (word: string) => boolean): string[] {
  return Object.entries(baseline.vmWords ?? {}).flatMap(([id, word]) => (isMeant(word) ? [id] : []));
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
  if (vm === null) return { verdict: 'UNDECIDABLE', evidence: 'The machine is not in the group any more.' };
  const word = vm.protection_status_details?.status ?? '';
  const effect =
    word === 'REMOVING_PROTECTION' || word === 'NOT_CONFIGURED'
      ? started([], `The machine was protected and is in ${word}.`)
      : notSeen(`The machine is in ${word}.`);
  return weighed(effect, newOn([vmId], tasks.items, baseline));
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
