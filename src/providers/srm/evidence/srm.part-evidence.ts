import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { isNewSince, type VmBaseline } from './srm.baseline.js';
import { absent, weighed } from './srm.candidates.js';
import { ChangeReads } from '../preparing/srm.change-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import { shaped } from './srm.plan-shape.js';
import { textOf, type WireGroupVm } from '../wire/srm.wire.js';

/**
 * After a lost answer about one machine of a group: its own state, then a new task on it. One on its group
 * says nothing of it, unless it is the group that was to change: to take the machine in.
 */
export async function findVmStarted(
  client: SrmClient,
  sent: SentCall,
  baseline: VmBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const { action, targetNativeId } = sent.command;
  const isOfGroup = action === 'ADD_PROTECTED_INSTANCE';
  const entities: unknown[] = isOfGroup ? [targetNativeId, baseline.vmId] : [baseline.vmId];
  const tasks = await client.newestTasks(signal);
  const fresh = tasks.items.filter((task) => entities.includes(task.entity) && isNewSince(task, baseline));
  return weighed(await vmEffect(client, sent, baseline, signal), fresh);
}

/** Whether the machine shows what was asked for, and did not before. */
export async function vmEffect(
  client: SrmClient,
  sent: SentCall,
  baseline: VmBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const groupId = sent.command.targetNativeId ?? '';
  switch (sent.command.action) {
    case 'ADD_PROTECTED_INSTANCE': {
      const vm = (await client.vmsOfGroup(groupId, signal)).items.find(({ id }) => id === baseline.vmId);
      return vm === undefined
        ? notSeen('The group has no such machine.')
        : seen('The machine is in the group, and was not.');
    }
    case 'REMOVE_PROTECTED_INSTANCE': {
      const vms = await client.vmsOfGroup(groupId, signal);
      if (vms.items.some(({ id }) => id === baseline.vmId)) return notSeen('The machine is in the group.');
      return vms.gaps.length === 0
        ? seen('The machine is not in the group any more.')
        : notSeen('The list of machines is not complete.');
    }
    default: {
      const vm = await client.vmOfGroup(groupId, baseline.vmId, signal).catch(absent);
      if (vm === null) return undecidable('The machine is not in the group any more.');
      return sent.command.action === 'DISABLE_INSTANCE_PROTECTION'
        ? unprotected(vm, baseline)
        : await protectedAnew(client, sent, vm, baseline, signal);
    }
  }
}

function unprotected(vm: WireGroupVm, baseline: VmBaseline): Finding {
  const word = wordOf(vm);
  return word !== baseline.word && (word === 'REMOVING_PROTECTION' || word === 'NOT_CONFIGURED')
    ? seen(`The machine went from ${baseline.word} to ${word}.`)
    : notSeen(`The machine is in ${word}.`);
}

const HEALTHY = ['OK', 'REPLICATION_WARNING', 'VVOL_CONFIGURATION_WARNING'];

/** A machine that was protected already shows a configuration by the version of its settings alone. */
async function protectedAnew(
  client: SrmClient,
  sent: SentCall,
  vm: WireGroupVm,
  baseline: VmBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const word = wordOf(vm);
  if (word === 'CONFIGURING_PROTECTION' && word !== baseline.word)
    return seen('The machine is being configured, and was not.');
  if (word === 'OK' && baseline.word !== 'OK') return seen(`The machine went from ${baseline.word} to OK.`);
  if (baseline.word === 'NOT_CONFIGURED' && HEALTHY.includes(word)) return seen(`The machine is in ${word}.`);
  const reads = new ChangeReads(client);
  const settings = await reads.protectionSettings(sent.command.targetNativeId ?? '', baseline.vmId, signal);
  const version = textOf(settings.change_version);
  if (version === baseline.changeVersion)
    return notSeen(`The machine is in ${word}, its settings as before.`);
  const { change_version: _sentWith, ...wanted } = shaped(sent.call.body ?? {});
  const now = shaped(settings);
  const targets = ['folder', 'resource_pool', 'host', 'networks'];
  const isAsWanted = targets.every((field) => JSON.stringify(now[field]) === JSON.stringify(wanted[field]));
  return isAsWanted
    ? seen('The settings have another version than before, and are as they were to become.')
    : undecidable('The settings were changed, and are not as they were to become.');
}

function wordOf(vm: WireGroupVm): string {
  return textOf(vm.protection_status_details?.status) ?? '';
}

export function seen(evidence: string): Finding {
  return { verdict: 'STARTED', ref: { jobIds: [] }, evidence };
}

export function notSeen(evidence: string): Finding {
  return { verdict: 'NOT_SEEN', evidence };
}

export function undecidable(evidence: string): Finding {
  return { verdict: 'UNDECIDABLE', evidence };
}
