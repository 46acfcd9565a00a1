import type { CreationOptions } from '../../provider-driver.js';
import type { SrmClient } from '../wire/srm.client.js';
import { tellsAll } from '../wire/srm.lists.js';
import type { WireGroup } from '../wire/srm.wire.js';

/** Groups whose members are looked at; beyond that it would cost the minute's budget. */
const MAX_GROUPS_READ = 8;

/** What a new group may be made of: machines that vSphere Replication replicates, and that no group has. */
export async function creationOptionsOf(client: SrmClient, signal: AbortSignal): Promise<CreationOptions> {
  const { localVcenter, remoteVcenter } = await client.pairedSites(signal);
  const [replicated, groups] = await Promise.all([
    localVcenter.id === null ? null : client.replicatedVms(localVcenter.id, signal),
    client.groups(signal),
  ]);
  const taken = await membersOf(client, groups.items, localVcenter.id, signal);
  const candidates = (replicated?.items ?? []).filter((vm) => taken === null || !taken.has(vm.id));
  return {
    replicationTypes: ['HBR'],
    vcenters: [
      { ...localVcenter, isDefault: true },
      { ...remoteVcenter, isDefault: false },
    ].filter((vcenter) => vcenter.id !== null),
    candidateVms: candidates.map((vm) => ({
      id: vm.id,
      name: vm.name ?? vm.id,
      template: vm.template ?? null,
      replicationState: vm.replication_status ?? null,
    })),
    /** false = there are too many groups to tell which candidates one of them has already. */
    membershipChecked: taken !== null,
    gaps: [...(replicated?.gaps ?? []), ...groups.gaps],
  };
}

/** The machines that groups other than this one have; null = too many groups to look, or not told. */
export async function membersElsewhere(
  client: SrmClient,
  groupId: string,
  vcenterId: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const groups = await client.groups(signal);
  if (groups.gaps.length > 0) return null;
  const others = groups.items.filter((group) => group.id !== groupId);
  return membersOf(client, others, vcenterId, signal);
}

async function membersOf(
  client: SrmClient,
  groups: readonly WireGroup[],
  vcenterId: string | null,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const here = groups.filter(
    (group) => group.replication_type === 'HBR' && group.protected_vc_guid === vcenterId,
  );
  if (here.length > MAX_GROUPS_READ) return null;
  const members = await Promise.all(here.map((group) => client.vmsOfGroup(group.id, signal)));
  if (!members.every((list) => tellsAll(list))) return null;
  return new Set(members.flatMap((list) => list.items.map((vm) => vm.id)));
}
