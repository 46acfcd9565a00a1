import type { ActionCommand } from '../../../domain/action-command.js';
import type { ActionInputs } from '../../../domain/action-inputs.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { publicId } from '../../../domain/ids.js';
import type { ResourceFacts } from '../../../domain/observation.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { marksOf, type VmBaseline } from '../evidence/srm.baseline.js';
import { busyBlockers, changedMeanwhile, membersBlockers, runBlockers } from './srm.blockers.js';
import { removeProtectionCall } from './srm.calls.js';
import { checkMachine, invalid } from './srm.call-checks.js';
import { ChangeReads, type SentProtectionSettings } from './srm.change-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import { membersElsewhere } from '../reading/srm.creation-options.js';
import { blockersOfBoth, blockersOfDependent, farSiteOf, type FarSite } from '../access/srm.far-site.js';
import type { SrmHome } from '../reading/srm.home.js';
import type { WireList } from '../wire/srm.lists.js';
import { everyMember } from './srm.members.js';
import { groupFacts, vmFacts } from '../reading/srm.mapper.js';
import { addMemberCall, protectCall, removeFromGroupCall } from './srm.vm-calls.js';
import { textOf, type WireGroup, type WireGroupVm } from '../wire/srm.wire.js';

export type VmAction = Extract<
  DrAction,
  | 'ADD_PROTECTED_INSTANCE'
  | 'REMOVE_PROTECTED_INSTANCE'
  | 'ENABLE_INSTANCE_PROTECTION'
  | 'DISABLE_INSTANCE_PROTECTION'
>;

/** What the group of a machine says before something is done to the machine. */
interface Ground {
  group: WireGroup;
  vms: WireList<WireGroupVm>;
  far: FarSite;
  facts: ResourceFacts;
  marks: ReturnType<typeof marksOf>;
  common: Pick<Preparation, 'groupIds' | 'companions' | 'blockers'>;
}

/** What it takes to take a machine into a group, out of it, and to protect it there. Reads only. */
export class SrmVmPreparation {
  private readonly reads: ChangeReads;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
  ) {
    this.reads = new ChangeReads(client);
  }

  async prepare(action: VmAction, command: ActionCommand, signal: AbortSignal): Promise<Preparation> {
    const groupId = command.targetNativeId ?? '';
    if (action === 'ADD_PROTECTED_INSTANCE') {
      const { serverId } = command.input as ActionInputs['ADD_PROTECTED_INSTANCE'];
      checkMachine(serverId, 'serverId', '/serverId');
      return this.taking(await this.groundOf(groupId, serverId, signal), serverId, signal);
    }
    const vmId = command.partNativeId ?? '';
    const [ground, vm] = await Promise.all([
      this.groundOf(groupId, vmId, signal),
      this.client.vmOfGroup(groupId, vmId, signal),
    ]);
    switch (action) {
      case 'REMOVE_PROTECTED_INSTANCE':
        return about(ground, vm, {
          blockers: [...blockersOfDependent(ground.far, ground.group), ...membersBlockers(ground.group)],
          calls: [removeFromGroupCall(ground.group, vm)],
        });
      case 'DISABLE_INSTANCE_PROTECTION':
        return about(ground, vm, { blockers: [], calls: [removeProtectionCall(ground.group, vm)] });
      case 'ENABLE_INSTANCE_PROTECTION':
        return this.protecting(ground, vm, command.input as EnableInput | null, signal);
    }
  }

  /** A reconfiguration with the members there are, and this one. */
  private async taking(ground: Ground, serverId: string, signal: AbortSignal): Promise<Preparation> {
    const { group, vms, far, marks, common } = ground;
    const hindered = [...blockersOfBoth(far), ...membersBlockers(group)];
    const members = hindered.length === 0 ? everyMember(group, vms) : vms.items;
    const isMember = vms.items.some((vm) => vm.id === serverId);
    const look = hindered.length === 0 && !isMember;
    const elsewhere = look ? await this.candidate(group, serverId, signal) : null;
    return {
      ...common,
      resource: null,
      blockers: [
        ...common.blockers,
        ...hindered,
        ...(isMember ? [ALREADY_MEMBER] : []),
        ...(elsewhere === 'YES' ? [MEMBER_ELSEWHERE] : []),
      ],
      warnings: elsewhere === 'NOT_CHECKED' ? [MEMBERSHIP_NOT_CHECKED] : [],
      baseline: vmBaseline(serverId, null, null, marks),
      calls: [addMemberCall(group, members, serverId)],
    };
  }

  /** It must be replicated by vSphere Replication and in no other group (3.4). */
  private async candidate(
    group: WireGroup,
    serverId: string,
    signal: AbortSignal,
  ): Promise<'NO' | 'YES' | 'NOT_CHECKED'> {
    const vcenterId = textOf(group.protected_vc_guid);
    if (vcenterId === null) return 'NOT_CHECKED';
    const replicated = await this.client.replicatedVms(vcenterId, signal);
    if (replicated.gaps.length === 0 && !replicated.items.some((vm) => vm.id === serverId)) {
      throw invalid(
        `${serverId} is not replicated by vSphere Replication from ${group.protected_site_name ?? 'the protected site'}.`,
        '/serverId',
      );
    }
    const taken = await membersElsewhere(this.client, group.id, vcenterId, signal);
    if (taken === null) return 'NOT_CHECKED';
    return taken.has(serverId) ? 'YES' : 'NO';
  }

  /** The settings are read first, and go back with the version that they had (3.5). */
  private async protecting(
    ground: Ground,
    vm: WireGroupVm,
    input: EnableInput | null,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const { group, far } = ground;
    const wish = input?.settings ?? {};
    const hindered = blockersOfBoth(far);
    if (hindered.length > 0) return about(ground, vm, { blockers: hindered, calls: [] });
    const settings = await this.reads.protectionSettings(group.id, vm.id, signal);
    const version = textOf(settings.change_version);
    const { changeVersion, ...changes } = wish;
    const isWish = Object.values(changes).some((value) => value !== undefined);
    return about(ground, vm, {
      blockers: [
        ...changedMeanwhile(changeVersion, version),
        ...(settings.placeholder_needs_repair === true ? [REPAIR_FIRST] : []),
        ...(!isWish && wordOf(vm) === 'OK' ? [ALREADY_PROTECTED] : []),
      ],
      warnings: warningsOf(settings, isWish),
      changeVersion: version,
      calls: [protectCall(group, vm, settings, changes)],
    });
  }

  private async groundOf(groupId: string, vmId: string, signal: AbortSignal): Promise<Ground> {
    const [group, plans, tasks, vms, far] = await Promise.all([
      this.client.group(groupId, signal),
      this.client.plansOfGroup(groupId, signal),
      this.client.newestTasks(signal),
      this.client.vmsOfGroup(groupId, signal),
      farSiteOf(this.client, signal),
    ]);
    const home = (await this.home.of([group])).get(group.id) ?? null;
    const facts = groupFacts(group, home);
    const entities = [groupId, vmId];
    return {
      group,
      vms,
      far,
      facts,
      marks: marksOf(entities, tasks),
      common: {
        groupIds: [publicId(this.siteId, groupId)],
        companions: [{ kind: 'PROTECTION_GROUP', facts }],
        blockers: [...busyBlockers(tasks.items, entities), ...runBlockers(plans.items)],
      },
    };
  }
}

type EnableInput = ActionInputs['ENABLE_INSTANCE_PROTECTION'];

/** What is done to a machine that is there. */
function about(
  { group: _group, facts, marks, common }: Ground,
  vm: WireGroupVm,
  what: Pick<Preparation, 'blockers' | 'calls'> & { warnings?: string[]; changeVersion?: string | null },
): Preparation {
  return {
    ...common,
    resource: vmFacts(vm, facts),
    blockers: [...common.blockers, ...what.blockers],
    warnings: what.warnings ?? [],
    baseline: vmBaseline(vm.id, wordOf(vm), what.changeVersion ?? null, marks),
    calls: what.calls,
  };
}

function vmBaseline(
  vmId: string,
  word: string | null,
  changeVersion: string | null,
  marks: Ground['marks'],
): VmBaseline {
  return { kind: 'VM', vmId, word, changeVersion, ...marks };
}

function wordOf(vm: WireGroupVm): string {
  return textOf(vm.protection_status_details?.status) ?? '';
}

/** Where the site's mappings say nothing and the wish neither, SRM has no place for the machine. */
function warningsOf(settings: SentProtectionSettings, isWish: boolean): string[] {
  const places = [settings.folder, settings.resource_pool, ...(settings.networks ?? [])];
  const isOpen = places.some((place) => place !== null && place !== undefined && !textOf(place.target));
  return isOpen && !isWish
    ? ['Not every place of the machine at the recovery site is settled by the inventory mappings.']
    : [];
}

const ALREADY_MEMBER: Blocker = {
  code: 'already-member',
  text: 'The machine is in the group already.',
  remedy: 'Run ENABLE_INSTANCE_PROTECTION on it, if it is not protected.',
};
const MEMBER_ELSEWHERE: Blocker = {
  code: 'member-elsewhere',
  text: 'The machine is in another protection group.',
  remedy: 'Take it out of that group first.',
};
const ALREADY_PROTECTED: Blocker = {
  code: 'already-protected',
  text: 'The machine is protected, and no other settings are asked for.',
  remedy: 'There is nothing to do.',
  alreadyDone: true,
};
const REPAIR_FIRST: Blocker = {
  code: 'placeholder-lost',
  text: 'The placeholder of the machine must be repaired before its protection can be configured.',
  remedy: 'Run RESTORE_PLACEHOLDERS on the group.',
};
const MEMBERSHIP_NOT_CHECKED =
  'Whether another group has the machine could not be looked at; SRM refuses it if one has.';
