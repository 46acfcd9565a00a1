import type { ActionCommand, UpstreamCall } from '../../../domain/action-command.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { checkMachine, checkTexts, invalid } from './srm.call-checks.js';
import { markOf } from '../reading/srm.mapper.js';
import { groupPath, groupsPath, planPath, vmPath } from '../wire/srm.paths.js';
import type { WireGroup, WireGroupVm } from '../wire/srm.wire.js';

export type PlanAction = Extract<
  DrAction,
  'PLANNED_FAILOVER' | 'FAILOVER' | 'REPROTECT' | 'START_DRILL' | 'CLEAN_UP_DRILL'
>;

/**
 * The body of a run. Every flag is sent: absent booleans count as false in REST, but the API beneath has
 * other defaults (4.1).
 */
export function planCall(
  action: PlanAction,
  planId: string,
  name: string,
  command: ActionCommand,
): UpstreamCall {
  const { options } = command;
  const post = (word: string, label: string, body: unknown): UpstreamCall => ({
    label: `${label} plan ${name}`,
    method: 'POST',
    path: planPath(planId, `/actions/${word}`),
    body,
  });
  switch (action) {
    case 'START_DRILL':
      return post('test', 'Test', { sync_data: options.syncData ?? true });
    case 'CLEAN_UP_DRILL':
      return post('cleanup', 'Clean up the test of', { forced: options.forced ?? false });
    case 'PLANNED_FAILOVER':
      return post('recovery', 'Run (planned)', {
        planned_failover: true,
        sync_data: options.syncData ?? true,
        migrate_eligible_vms: options.migrateEligibleVms ?? false,
        skip_protection_site_operations: false,
      });
    case 'FAILOVER':
      return post('recovery', 'Run (disaster)', {
        planned_failover: false,
        sync_data: options.syncData ?? false,
        migrate_eligible_vms: false,
        skip_protection_site_operations: options.skipProtectionSiteOperations ?? false,
      });
    case 'REPROTECT':
      return post('reprotect', 'Reprotect', { forced: options.forced ?? false });
  }
}

export function cancelCall(planId: string): UpstreamCall {
  return {
    label: `Cancel the run of plan ${planId}`,
    method: 'POST',
    path: planPath(planId, '/actions/cancel'),
    body: undefined,
  };
}

export function configureAllCall(group: WireGroup): UpstreamCall {
  return {
    label: `Protect every machine of group ${group.name ?? group.id}`,
    method: 'POST',
    path: groupPath(group.id, '/actions/configure-all-vms'),
    body: undefined,
  };
}

/** There is no switch for a whole group: one call for each machine (4.2). */
export function removeProtectionCall(group: WireGroup, vm: WireGroupVm): UpstreamCall {
  return {
    label: `Stop protecting machine ${vm.name ?? vm.id} of group ${group.name ?? group.id}`,
    method: 'POST',
    path: vmPath(group.id, vm.id, '/actions/remove-protection'),
    body: undefined,
  };
}

export function deleteGroupCall(group: WireGroup): UpstreamCall {
  return {
    label: `Delete group ${group.name ?? group.id}`,
    method: 'DELETE',
    path: groupPath(group.id),
    body: undefined,
  };
}

/** What is not named must be said again: the member list given replaces the old one (3.4). */
export function reconfigureCall(
  group: WireGroup,
  members: readonly { id: string }[],
  changes: NonNullable<ActionCommand['changes']>,
): UpstreamCall {
  const name = changes.name ?? group.name ?? group.id;
  checkTexts(name, changes.description);
  return {
    label: `Reconfigure group ${group.name ?? group.id}`,
    method: 'POST',
    path: groupPath(group.id, '/actions/reconfigure'),
    body: {
      name,
      description: changes.description ?? group.description ?? '',
      ...(group.replication_type === 'HBR' ? { hbr_spec: { vms: members.map((vm) => vm.id) } } : {}),
    },
  };
}

/** @param localVcenterId protects where nothing else is said. */
export function createCall(
  command: ActionCommand,
  operationId: string,
  localVcenterId: string | null,
): UpstreamCall {
  const { group } = command;
  if (group === null) throw invalid('A group to be created needs its fields.');
  checkTexts(group.name, group.description);
  if ((group.replicationType ?? 'HBR') !== 'HBR') {
    throw invalid(
      `"replicationType" ${group.replicationType} cannot be created here: such a group is made of datastores, replication groups or storage policies, which the gateway does not administer. Make it in SRM, or write HBR.`,
      '/replicationType',
    );
  }
  const vms = group.hbrSpec?.vms ?? [];
  if (vms.length === 0)
    throw invalid('"hbrSpec.vms" is empty; name at least one replicated machine.', '/hbrSpec/vms');
  vms.forEach((vm, index) => checkMachine(vm, 'hbrSpec.vms', `/hbrSpec/vms/${index}`));
  const protectedVcenterId = group.protectedVcenterId ?? localVcenterId;
  if (protectedVcenterId === null) {
    throw invalid(
      'SRM does not tell its own vCenter; name one in "protectedVcenterId".',
      '/protectedVcenterId',
    );
  }
  return {
    label: `Create group ${group.name}`,
    method: 'POST',
    path: groupsPath(),
    body: {
      name: group.name,
      // The only place for a mark by which the group is found again after a lost answer (5.1.6).
      description: group.description ?? markOf(operationId),
      replication_type: 'HBR',
      protected_vc_guid: protectedVcenterId,
      hbr_spec: { vms: [...new Set(vms)] },
    },
  };
}
