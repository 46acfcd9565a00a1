import type { ActionCommand } from '../../../domain/action-command.js';
import { publicId } from '../../../domain/ids.js';
import type { Preparation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselinePart, EMPTY_BASELINE } from '../evidence/sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { absentAsNull } from '../wire/sdrs.errors.js';
import { knownFailures, NEW_PAIR } from '../evidence/sdrs.failures.js';
import { checkedDevice, invalid } from './sdrs.field-rules.js';
import { inputOf } from '../lifecycle/sdrs.inputs.js';
import { factsOfGroup } from '../reading/sdrs.mapper.js';
import {
  attachBlockers,
  detachBlockers,
  detachWarnings,
  diskTaken,
  expandBlockers,
  stillAttached,
} from './sdrs.part-blockers.js';
import type { SdrsPartCalls } from './sdrs.part-calls.js';
import { pairsOfVolume } from '../evidence/sdrs.part-candidates.js';
import { memberOf } from './sdrs.part-lookups.js';
import { factsOfInstance, factsOfPair } from '../reading/sdrs.parts-mapper.js';
import type { WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

/** What is particular to an action; the rest is the same for all of them. */
type Particulars = Pick<Preparation, 'blockers' | 'calls'> & {
  warnings?: string[];
  instance?: WireInstance;
};

/** What an action on a replication pair would take (sections 3.5, 4.3). */
export class SdrsPairPreparation {
  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
    private readonly calls: SdrsPartCalls,
  ) {}

  async prepare(command: ActionCommand, operationId: string, signal: AbortSignal): Promise<Preparation> {
    return command.action === 'CREATE_REPLICATION_PAIR'
      ? this.forNew(command, operationId, signal)
      : this.forExisting(command, signal);
  }

  private async forNew(
    command: ActionCommand,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Preparation> {
    const input = inputOf('CREATE_REPLICATION_PAIR', command);
    const call = this.calls.createPair(command.targetNativeId ?? '', input, operationId);
    const group = await this.client.getGroup(command.targetNativeId ?? '', signal);
    const twins = pairsOfVolume(await this.client.listPairs(null, signal), input.volumeId);
    const subject = { name: input.name, resourceType: NEW_PAIR };
    return {
      ...this.common(group),
      resource: null,
      blockers: diskTaken(twins),
      warnings: ['The disk must be available, unencrypted, and in the zone where the group runs.'],
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
    const pair = memberOf(group, await this.client.getPair(id ?? '', signal));
    const { instance, warnings = [], ...particulars } = await this.particulars(command, group, pair, signal);
    const common = this.common(group);
    const subject = { id: pair.id, ...(instance ? { orId: instance.id } : {}) };
    return {
      ...common,
      ...particulars,
      companions: [
        ...(common.companions ?? []),
        ...(instance ? [{ kind: 'PROTECTED_INSTANCE' as const, facts: factsOfInstance(instance) }] : []),
      ],
      warnings,
      resource: factsOfPair(pair),
      baseline: {
        ...EMPTY_BASELINE,
        part: baselinePart(pair),
        failureJobIds: await knownFailures(this.client, command, subject, signal),
      },
    };
  }

  private async particulars(
    command: ActionCommand,
    group: WireGroup,
    pair: WirePair,
    signal: AbortSignal,
  ): Promise<Particulars> {
    const { calls } = this;
    switch (command.action) {
      case 'UPDATE_REPLICATION_PAIR': {
        const { name } = inputOf('UPDATE_REPLICATION_PAIR', command);
        return { blockers: [], calls: [calls.renamePair(pair, name)] };
      }
      case 'DELETE_REPLICATION_PAIR': {
        const { deleteRecoveryVolume } = inputOf('DELETE_REPLICATION_PAIR', command);
        return {
          blockers: stillAttached(pair),
          calls: [calls.deletePair(group.id, pair, deleteRecoveryVolume)],
        };
      }
      case 'EXPAND_REPLICATION_PAIR': {
        const { sizeGigabytes } = inputOf('EXPAND_REPLICATION_PAIR', command);
        const call = calls.expandPair(pair, sizeGigabytes);
        return { blockers: expandBlockers(pair, sizeGigabytes), calls: [call] };
      }
      case 'ATTACH_REPLICATION_PAIR': {
        const { protectedInstanceId, device } = inputOf('ATTACH_REPLICATION_PAIR', command);
        checkedDevice(device);
        const instance = await this.instanceOf(group, protectedInstanceId, signal);
        const blockers = attachBlockers(pair, instance, device);
        return { instance, blockers, calls: [calls.attachPair(instance, pair, device)] };
      }
      case 'DETACH_REPLICATION_PAIR': {
        const { protectedInstanceId } = inputOf('DETACH_REPLICATION_PAIR', command);
        const instance = await this.instanceOf(group, protectedInstanceId, signal);
        return {
          instance,
          blockers: detachBlockers(pair, instance),
          warnings: detachWarnings(pair, instance),
          calls: [calls.detachPair(instance, pair)],
        };
      }
      default:
        throw new ProviderError('UNSUPPORTED', `SDRS has no ${command.action} of a pair.`);
    }
  }

  private async instanceOf(group: WireGroup, id: string, signal: AbortSignal): Promise<WireInstance> {
    const instance = await absentAsNull(this.client.getInstance(id, signal));
    if (instance?.server_group_id === group.id) return instance;
    throw invalid('protectedInstanceId', 'the group has no such instance');
  }

  private common(group: WireGroup): Pick<Preparation, 'companions' | 'groupIds'> {
    return {
      companions: [{ kind: 'PROTECTION_GROUP', facts: factsOfGroup(group) }],
      groupIds: [publicId(this.siteId, group.id)],
    };
  }
}
