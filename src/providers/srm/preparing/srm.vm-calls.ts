import type { UpstreamCall } from '../../../domain/action-command.js';
import type { ProtectionSettingsWish } from '../../../domain/action-inputs.js';
import { invalid } from './srm.call-checks.js';
import { reconfigureCall } from './srm.calls.js';
import type { SentPlacement, SentProtectionSettings } from './srm.change-reads.js';
import { groupPath, vmPath } from '../wire/srm.paths.js';
import type { WireGroup, WireGroupVm } from '../wire/srm.wire.js';

/** A machine comes in by the list of members, which replaces the old one (3.4). */
export function addMemberCall(
  group: WireGroup,
  members: readonly WireGroupVm[],
  serverId: string,
): UpstreamCall {
  return {
    ...reconfigureCall(group, [...members, { id: serverId }], {}),
    label: `Add machine ${serverId} to group ${group.name ?? group.id}`,
  };
}

export function removeFromGroupCall(group: WireGroup, vm: WireGroupVm): UpstreamCall {
  return {
    label: `Take machine ${vm.name ?? vm.id} out of group ${group.name ?? group.id}`,
    method: 'POST',
    path: vmPath(group.id, vm.id, '/actions/remove-from-group'),
    body: undefined,
  };
}

export function restorePlaceholdersCall(group: WireGroup): UpstreamCall {
  return {
    label: `Restore the placeholders of group ${group.name ?? group.id}`,
    method: 'POST',
    path: groupPath(group.id, '/actions/restore-all-placeholders'),
    body: undefined,
  };
}

/** The settings as they were read, with what was wished in their place and the version they had (3.5). */
export function protectCall(
  group: WireGroup,
  vm: WireGroupVm,
  settings: SentProtectionSettings,
  wish: ProtectionSettingsWish,
): UpstreamCall {
  const { _meta, ...now } = settings;
  return {
    label: `Configure the protection of machine ${vm.name ?? vm.id} of group ${group.name ?? group.id}`,
    method: 'PUT',
    path: vmPath(group.id, vm.id, '/protection-settings'),
    body: {
      ...now,
      ...(wish.folderId === undefined ? {} : { folder: moved(now.folder, wish.folderId, 'folderId') }),
      ...(wish.resourcePoolId === undefined
        ? {}
        : { resource_pool: moved(now.resource_pool, wish.resourcePoolId, 'resourcePoolId') }),
      ...(wish.hostId === undefined ? {} : { host: moved(now.host, wish.hostId, 'hostId') }),
      ...(wish.networks === undefined ? {} : { networks: movedNetworks(now.networks ?? [], wish.networks) }),
    },
  };
}

function moved(now: SentPlacement | null | undefined, target: string, field: string): SentPlacement {
  if (now?.editable === false) {
    throw invalid(`SRM does not let "${field}" be changed for this machine now.`, `/settings/${field}`);
  }
  // The name was the old target's.
  const { target_name: _oldName, ...rest } = now ?? {};
  return now?.target === target ? now : { ...rest, target, is_inventory_mapped_target: false };
}

function movedNetworks(
  now: readonly (SentPlacement | null)[],
  wishes: NonNullable<ProtectionSettingsWish['networks']>,
): (SentPlacement | null)[] {
  const sources = now.map((network) => network?.source);
  const unknown = wishes.findIndex(({ sourceNetworkId }) => !sources.includes(sourceNetworkId));
  if (unknown >= 0) {
    throw invalid(
      `The machine is in no network ${wishes[unknown]?.sourceNetworkId}; it is in ${sources.join(', ') || 'none'}.`,
      `/settings/networks/${unknown}/sourceNetworkId`,
    );
  }
  return now.map((network) => {
    const index = wishes.findIndex(({ sourceNetworkId }) => sourceNetworkId === network?.source);
    const wish = wishes[index];
    return wish === undefined ? network : moved(network, wish.targetNetworkId, `networks/${index}`);
  });
}
