import type { ActionCommand, UpstreamCall } from '../../../domain/action-command.js';
import { publicId } from '../../../domain/ids.js';
import type { Blocker, Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselinePart, EMPTY_BASELINE } from '../evidence/sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { knownFailures, NEW_INSTANCE } from '../evidence/sdrs.failures.js';
import { textOf } from '../wire/sdrs.fields.js';
import { inputOf } from '../lifecycle/sdrs.inputs.js';
import { factsOfGroup } from '../reading/sdrs.mapper.js';
import { instancesOfServer } from '../evidence/sdrs.part-candidates.js';
import { recoveryServerAtWork, serverTaken } from './sdrs.part-blockers.js';
import type { SdrsPartCalls } from './sdrs.part-calls.js';
import { memberOf } from './sdrs.part-lookups.js';
import { factsOfInstance } from '../reading/sdrs.parts-mapper.js';
import type { WireGroup, WireInstance } from '../wire/sdrs.wire.js';

/** What an action on a protected instance would take (sections 3.4, 4.2). */
export class SdrsInstancePreparation {
  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
    private readonly calls: SdrsPartCalls,
  ) {}

  async prepare(command: ActionCommand, operationId: string, signal: AbortSignal): Promise<Preparation> {
    return command.action === 'ADD_PROTECTED_INSTANCE'
      ? this.forNew(command, operationId, signal)
      : this.forExisting(command, signal);
  }

  private async forNew(
    command: ActionCommand,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const input = inputOf('ADD_PROTECTED_INSTANCE', command);
    const call = this.calls.addInstance(command.targetNativeId ?? '', input, operationId);
    const group = await this.client.getGroup(command.targetNativeId ?? '', signal);
    const twins = instancesOfServer(await this.client.listInstances(null, signal), input.serverId);
    const subject = { name: input.name ?? '', resourceType: NEW_INSTANCE };
    return {
      ...this.common(group),
      resource: null,
      blockers: serverTaken(twins),
      warnings: [
        `The server must be in the zone and network where the group runs (${activeZoneOf(group)}), and run or be stopped.`,
      ],
      baseline: {
        ...EMPTY_BASELINE,
        twinIds: twins.map(({ id }) => id),
        failureJobIds: await knownFailures(this.client, command, subject, signal),
      },
      calls: [call],
    };
  }

  private async forExisting(command: ActionCommand, signal: AbortSignal): Promise<Preparation> {
    const { partNativeId: id, targetNativeId: groupId } = command;
    const group = await this.client.getGroup(groupId ?? '', signal);
    const instance = memberOf(group, await this.client.getInstance(id ?? '', signal));
    const call = this.callFor(command, instance);
    return {
      ...this.common(group),
      resource: factsOfInstance(instance),
      blockers: blockersOf(command, group),
      warnings: WARNINGS[command.action] ?? [],
      baseline: {
        ...EMPTY_BASELINE,
        part: baselinePart(instance),
        failureJobIds: await knownFailures(this.client, command, { id: instance.id }, signal),
      },
      calls: [call],
    };
  }

  private common(group: WireGroup): Pick<Preparation, 'companions' | 'groupIds'> {
    return {
      companions: [{ kind: 'PROTECTION_GROUP', facts: factsOfGroup(group) }],
      groupIds: [publicId(this.siteId, group.id)],
    };
  }

  private callFor(command: ActionCommand, instance: WireInstance): UpstreamCall {
    const { calls } = this;
    switch (command.action) {
      case 'UPDATE_PROTECTED_INSTANCE':
        return calls.renameInstance(instance, inputOf('UPDATE_PROTECTED_INSTANCE', command).name);
      case 'REMOVE_PROTECTED_INSTANCE':
        return calls.removeInstance(instance, inputOf('REMOVE_PROTECTED_INSTANCE', command));
      case 'RESIZE_PROTECTED_INSTANCE':
        return calls.resizeInstance(instance, inputOf('RESIZE_PROTECTED_INSTANCE', command));
      case 'ADD_NETWORK_INTERFACE':
        return calls.addInterface(instance, inputOf('ADD_NETWORK_INTERFACE', command));
      case 'REMOVE_NETWORK_INTERFACE': {
        const { networkInterfaceId } = inputOf('REMOVE_NETWORK_INTERFACE', command);
        return calls.removeInterface(instance, networkInterfaceId);
      }
      case 'SET_INSTANCE_TAGS':
        return calls.setTags(instance, inputOf('SET_INSTANCE_TAGS', command));
      case 'REMOVE_INSTANCE_TAGS':
        return calls.removeTags(instance, inputOf('REMOVE_INSTANCE_TAGS', command));
      default:
        throw new ProviderError('UNSUPPORTED', `SDRS has no ${command.action} of an instance.`);
    }
  }
}

function blockersOf(command: ActionCommand, group: WireGroup): Blocker[] {
  if (command.action !== 'REMOVE_PROTECTED_INSTANCE') return [];
  const { deleteRecoveryServer, deleteRecoveryPublicIp } = inputOf('REMOVE_PROTECTED_INSTANCE', command);
  return deleteRecoveryServer || deleteRecoveryPublicIp ? recoveryServerAtWork(group) : [];
}

/** What the service demands, and does not show (sections 3.4, 4.2). */
const WARNINGS: Readonly<Partial<Record<ActionCommand['action'], string[]>>> = {
  REMOVE_PROTECTED_INSTANCE: ['The replication pairs of the instance are deleted with it.'],
  RESIZE_PROTECTED_INSTANCE: ['The servers that change must be stopped beforehand.'],
  REMOVE_NETWORK_INTERFACE: [
    'Which interface is the primary one is not shown; the upstream refuses to remove that one.',
  ],
};

function activeZoneOf(group: WireGroup): string {
  const zone =
    group.priority_station === 'target' ? group.target_availability_zone : group.source_availability_zone;
  return textOf(zone) ?? 'an untold zone';
}
