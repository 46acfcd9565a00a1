import type { ActionCommand } from '../../../domain/action-command.js';
import { publicId } from '../../../domain/ids.js';
import type { Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { EMPTY_BASELINE } from '../evidence/sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { clearedBy, keyOf, taskAddressOf } from '../reading/sdrs.failed-tasks.js';
import { invalid } from './sdrs.field-rules.js';
import { textOf } from '../wire/sdrs.fields.js';
import { inputOf } from '../lifecycle/sdrs.inputs.js';
import { SdrsInstancePreparation } from './sdrs.instance-preparation.js';
import { factsOfGroup } from '../reading/sdrs.mapper.js';
import { SdrsPairPreparation } from './sdrs.pair-preparation.js';
import type { SdrsPartCalls } from './sdrs.part-calls.js';
import { memberOf } from './sdrs.part-lookups.js';
import { factsOfDrill } from '../reading/sdrs.parts-mapper.js';
import { subjectKindOf } from '../watching/sdrs.subjects.js';
import type { WireFailureJob } from '../wire/sdrs.wire.js';

/** What an action on something that a group holds would take, and what clearing failed tasks would. */
export class SdrsPartPreparation {
  private readonly ofInstances: SdrsInstancePreparation;
  private readonly ofPairs: SdrsPairPreparation;

  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
    private readonly calls: SdrsPartCalls,
  ) {
    this.ofInstances = new SdrsInstancePreparation(siteId, client, calls);
    this.ofPairs = new SdrsPairPreparation(siteId, client, calls);
  }

  prepare(command: ActionCommand, operationId: string, signal: AbortSignal): Promise<Preparation> {
    switch (subjectKindOf(command.action)) {
      case 'INSTANCE':
        return this.ofInstances.prepare(command, operationId, signal);
      case 'PAIR':
        return this.ofPairs.prepare(command, operationId, signal);
      case 'DRILL':
        return this.forDrill(command, signal);
      default:
        return this.forTasks(command, signal);
    }
  }

  private async forDrill(command: ActionCommand, signal: AbortSignal): Promise<Preparation> {
    const { name } = inputOf('UPDATE_DRILL', command);
    const group = await this.client.getGroup(command.targetNativeId ?? '', signal);
    const drill = memberOf(group, await this.client.getDrill(command.partNativeId ?? '', signal));
    return {
      resource: factsOfDrill(drill, group),
      companions: [{ kind: 'PROTECTION_GROUP', facts: factsOfGroup(group) }],
      groupIds: [publicId(this.siteId, group.id)],
      blockers: [],
      warnings: [],
      baseline: EMPTY_BASELINE,
      calls: [this.calls.renameDrill(drill, name)],
    };
  }

  /** One task is addressed by its id, which names its list; without one, a whole list is cleared (#43 to #45). */
  private async forTasks(command: ActionCommand, signal: AbortSignal): Promise<Preparation> {
    const { failedTaskId, protectionGroupId } = inputOf('CLEAR_FAILED_TASKS', command);
    const address = failedTaskId === undefined ? null : taskAddressOf(failedTaskId);
    if (address?.groupId && protectionGroupId !== undefined && address.groupId !== protectionGroupId) {
      throw invalid('failedTaskId', 'it is a task of another group');
    }
    const groupId = address?.groupId ?? protectionGroupId ?? null;
    if (groupId !== null) await this.client.getGroup(groupId, signal);
    const listed = await this.client.listFailureJobs(groupId, signal);
    const chosen = address ? listed.filter((task) => keyOf(task) === address.key) : listed;
    const [one] = chosen;
    if (address && !one)
      throw new ProviderError('NOT_FOUND', `There is no failed task ${failedTaskId ?? ''}.`);
    return {
      resource: null,
      groupIds: groupsOf(groupId, chosen).map((id) => publicId(this.siteId, id)),
      blockers: [],
      warnings: address && one ? sharedWarnings(one, listed) : [],
      baseline: { ...EMPTY_BASELINE, tasks: { groupId, keys: chosen.map(keyOf) } },
      calls: [
        address && one ? this.calls.clearFailedTask(clearedBy(one)) : this.calls.clearFailedTasks(groupId),
      ],
    };
  }
}

/** Only failures of groups themselves are listed without a group (section 3.9): each is about the group it names. */
function groupsOf(groupId: string | null, tasks: readonly WireFailureJob[]): string[] {
  return groupId === null ? [...new Set(tasks.map(clearedBy))] : [groupId];
}

/** #43 names the resource (see `clearedBy`): whether it spares the resource's other failures is not said. */
function sharedWarnings(task: WireFailureJob, listed: readonly WireFailureJob[]): string[] {
  const others = listed.filter((one) => one !== task && clearedBy(one) === clearedBy(task)).length;
  const name = textOf(task.resource_name) ?? clearedBy(task);
  return others > 0 ? [`The ${others} other failed tasks of ${name} may be cleared with it.`] : [];
}
