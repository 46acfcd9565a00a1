import type { ActionCommand } from '../../../domain/action-command.js';
import type { ActionInputs } from '../../../domain/action-inputs.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { publicId } from '../../../domain/ids.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import {
  busyBlockers,
  idleBlockers,
  namesakeBlockers,
  placeholderWarnings,
  protectedVms,
  runBlockers,
} from './srm.blockers.js';
import { createBaseline, groupBaseline, planBaseline } from '../evidence/srm.baseline.js';
import * as calls from './srm.calls.js';
import type { SrmClient } from '../wire/srm.client.js';
import {
  blockersOfBoth,
  blockersOfRun,
  blockersOfServer,
  farSiteOf,
  runWarnings,
} from '../access/srm.far-site.js';
import type { SrmHome } from '../reading/srm.home.js';
import { partialList, tellsAll, type WireList } from '../wire/srm.lists.js';
import { everyMember } from './srm.members.js';
import { groupFacts, planFacts } from '../reading/srm.mapper.js';
import { SrmPlanPartPreparation } from './srm.plan-part-preparation.js';
import { SrmPlanPreparation } from './srm.plan-preparation.js';
import type { PlanGroups } from '../reading/srm.plan-groups.js';
import { restorePlaceholdersCall } from './srm.vm-calls.js';
import { SrmVmPreparation } from './srm.vm-preparation.js';
import type { WireGroup, WireGroupVm } from '../wire/srm.wire.js';

/** What the actions of groups and plans take, and what stands in their way. Reads only. */
export class SrmPreparation {
  private readonly plans: SrmPlanPreparation;
  private readonly planParts: SrmPlanPartPreparation;
  private readonly vms: SrmVmPreparation;

  constructor(
    private readonly siteId: string,
    private readonly client: SrmClient,
    private readonly home: SrmHome,
    private readonly planGroups: PlanGroups,
  ) {
    this.plans = new SrmPlanPreparation(siteId, client, home, planGroups);
    this.planParts = new SrmPlanPartPreparation(siteId, client, home, planGroups);
    this.vms = new SrmVmPreparation(siteId, client, home);
  }

  async prepare(command: ActionCommand, operationId: string, signal: AbortSignal): Promise<Preparation> {
    const { action, input } = command;
    if (action === 'CREATE_PROTECTION_GROUP') return this.creation(command, operationId, signal);
    if (action === 'CREATE_RECOVERY_PLAN') {
      const plan = input as ActionInputs['CREATE_RECOVERY_PLAN'];
      return this.plans.creation(plan, operationId, signal);
    }
    const targetId = command.targetNativeId;
    if (targetId === null) throw new ProviderError('INVALID_ARGUMENT', 'The action needs a target.');
    switch (action) {
      case 'PLANNED_FAILOVER':
      case 'FAILOVER':
      case 'REPROTECT':
      case 'START_DRILL':
      case 'CLEAN_UP_DRILL':
        return this.planRun(action, targetId, command, signal);
      case 'ENABLE_PROTECTION':
      case 'DISABLE_PROTECTION':
      case 'UPDATE_PROTECTION_GROUP':
      case 'DELETE_PROTECTION_GROUP':
      case 'RESTORE_PLACEHOLDERS':
        return this.groupChange(action, targetId, command, signal);
      case 'ADD_PROTECTED_INSTANCE':
      case 'REMOVE_PROTECTED_INSTANCE':
      case 'ENABLE_INSTANCE_PROTECTION':
      case 'DISABLE_INSTANCE_PROTECTION':
        return this.vms.prepare(action, command, signal);
      case 'UPDATE_RECOVERY_PLAN':
        return this.plans.change(targetId, input as ActionInputs[typeof action], signal);
      case 'DELETE_RECOVERY_PLAN':
        return this.plans.deletion(targetId, signal);
      case 'UPDATE_RECOVERY_SETTINGS': {
        const wish = input as ActionInputs[typeof action];
        return this.planParts.settings(targetId, command.partNativeId ?? '', wish, signal);
      }
      case 'ADD_RECOVERY_STEP':
      case 'UPDATE_RECOVERY_STEP':
      case 'REMOVE_RECOVERY_STEP':
        return this.planParts.steps({ ...command, action }, signal);
      default:
        throw new ProviderError('UNSUPPORTED', `SRM has no ${action}.`);
    }
  }

  private async planRun(
    action: calls.PlanAction,
    planId: string,
    command: ActionCommand,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const [plan, groups, tasks, far] = await Promise.all([
      this.client.plan(planId, signal),
      this.client.groupsOfPlan(planId, signal),
      this.client.newestTasks(signal),
      farSiteOf(this.client, signal),
    ]);
    if (groups.gaps.length > 0) throw partialList(groups, 'which groups the plan holds');
    const groupIds = groups.items.map((group) => group.id);
    this.planGroups.note(planId, groupIds);
    const home = (await this.home.of([plan])).get(plan.id) ?? null;
    return {
      resource: planFacts(plan, home),
      groupIds: groupIds.map((id) => publicId(this.siteId, id)),
      blockers: [
        ...(action === 'REPROTECT' ? blockersOfBoth(far) : blockersOfRun(far, plan)),
        ...busyBlockers(tasks.items, [planId]),
      ],
      warnings: [
        ...(action === 'REPROTECT' ? [] : runWarnings(far)),
        ...(command.options.skipProtectionSiteOperations === true
          ? ['Nothing is shut down or synchronised at the protected site; SRM ignores "syncData" then.']
          : []),
      ],
      baseline: planBaseline(plan, tasks),
      calls: [calls.planCall(action, planId, plan.name ?? planId, command)],
    };
  }

  private async groupChange(
    action: GroupAction,
    groupId: string,
    command: ActionCommand,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const [group, plans, tasks, vms, remote] = await Promise.all([
      this.client.group(groupId, signal),
      this.client.plansOfGroup(groupId, signal),
      this.client.newestTasks(signal),
      this.client.vmsOfGroup(groupId, signal),
      this.farBlockers(action, signal),
    ]);
    const home = (await this.home.of([group])).get(group.id) ?? null;
    const blockers = [
      ...remote,
      ...busyBlockers(tasks.items, [groupId, ...vms.items.map((vm) => vm.id)]),
      ...runBlockers(plans.items),
    ];
    const change = { group, vms, command };
    return {
      resource: groupFacts(group, home),
      groupIds: [publicId(this.siteId, groupId)],
      blockers: [...blockers, ...idleBlockers(action, vms)],
      warnings: action === 'RESTORE_PLACEHOLDERS' ? placeholderWarnings(vms) : [],
      baseline: groupBaseline(group, vms.items, tasks),
      calls: groupCalls(action, change),
    };
  }

  private async creation(
    command: ActionCommand,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const sites = await this.client.pairedSites(signal);
    const call = calls.createCall(command, operationId, sites.localVcenter.id);
    const name = command.group?.name ?? '';
    const vcenters = [sites.localVcenter.id, sites.remoteVcenter.id].filter((id) => id !== null);
    const wanted = command.group?.protectedVcenterId;
    if (wanted !== undefined && vcenters.length === 2 && !vcenters.includes(wanted)) {
      throw new ProviderError(
        'INVALID_ARGUMENT',
        `"protectedVcenterId" ${wanted} is neither end of the pairing; it is one of ${vcenters.join(', ')}.`,
        { pointer: '/protectedVcenterId' },
      );
    }
    const [groups, tasks, far] = await Promise.all([
      this.client.groups(signal),
      this.client.newestTasks(signal),
      farSiteOf(this.client, signal),
    ]);
    return {
      resource: null,
      groupIds: [],
      blockers: [...blockersOfBoth(far), ...namesakeBlockers(name, groups.items)],
      warnings: [],
      baseline: createBaseline(name, groups.items, tasks),
      calls: [call],
    };
  }

  /** What each change of a group needs of the far site (column "Remote" of section 2). */
  private async farBlockers(action: GroupAction, signal: AbortSignal): Promise<Blocker[]> {
    switch (action) {
      case 'ENABLE_PROTECTION':
      case 'UPDATE_PROTECTION_GROUP':
      case 'RESTORE_PLACEHOLDERS':
        return blockersOfBoth(await farSiteOf(this.client, signal));
      case 'DELETE_PROTECTION_GROUP':
        return blockersOfServer(await this.client.pairedSites(signal, true));
      case 'DISABLE_PROTECTION':
        return [];
    }
  }
}

type GroupAction = Extract<
  DrAction,
  | 'ENABLE_PROTECTION'
  | 'DISABLE_PROTECTION'
  | 'UPDATE_PROTECTION_GROUP'
  | 'DELETE_PROTECTION_GROUP'
  | 'RESTORE_PLACEHOLDERS'
>;

interface GroupChange {
  group: WireGroup;
  vms: WireList<WireGroupVm>;
  command: ActionCommand;
}

function groupCalls(action: GroupAction, { group, vms, command }: GroupChange): Preparation['calls'] {
  switch (action) {
    case 'ENABLE_PROTECTION':
      return [calls.configureAllCall(group)];
    case 'DELETE_PROTECTION_GROUP':
      return [calls.deleteGroupCall(group)];
    case 'RESTORE_PLACEHOLDERS':
      return [restorePlaceholdersCall(group)];
    case 'DISABLE_PROTECTION':
      if (!tellsAll(vms, 'protection_status_details')) throw partialList(vms, 'which machines are protected');
      return protectedVms(vms).map((vm) => calls.removeProtectionCall(group, vm));
    case 'UPDATE_PROTECTION_GROUP': {
      const members = group.replication_type === 'HBR' ? everyMember(group, vms) : [];
      return [calls.reconfigureCall(group, members, command.changes ?? {})];
    }
  }
}
