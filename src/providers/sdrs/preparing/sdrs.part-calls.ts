import type { UpstreamCall } from '../../../domain/action-command.js';
import type { ActionInputs } from '../../../domain/action-inputs.js';
import {
  checkedAddress,
  checkedKeys,
  checkedName,
  checkedSize,
  checkedTags,
  invalid,
} from './sdrs.field-rules.js';
import { newInstanceOf, newPairOf } from './sdrs.new-parts.js';
import type { WireDrill, WireInstance, WirePair } from '../wire/sdrs.wire.js';

type Named = { id: string; name?: string | null };
type Method = UpstreamCall['method'];

/** The state-changing requests about what a group holds, word for word (sections 3.4 to 3.9). */
export class SdrsPartCalls {
  private readonly root: string;

  constructor(projectId: string) {
    this.root = `/v1/${encodeURIComponent(projectId)}`;
  }

  addInstance(
    groupId: string,
    input: ActionInputs['ADD_PROTECTED_INSTANCE'],
    operationId: string,
  ): UpstreamCall {
    const body = { protected_instance: newInstanceOf(groupId, input, operationId) };
    return this.call(`Protect server ${input.serverId}`, 'POST', '/protected-instances', body);
  }

  renameInstance(instance: WireInstance, name: string): UpstreamCall {
    const body = { protected_instance: { name: checkedName('name', name) } };
    return this.call(`Rename instance ${nameOf(instance)} to ${name}`, 'PUT', pathOf(instance), body);
  }

  removeInstance(instance: WireInstance, input: ActionInputs['REMOVE_PROTECTED_INSTANCE']): UpstreamCall {
    return this.call(`Remove instance ${nameOf(instance)}`, 'DELETE', pathOf(instance), {
      delete_target_server: input.deleteRecoveryServer ?? false,
      delete_target_eip: input.deleteRecoveryPublicIp ?? false,
    });
  }

  /** `flavorRef` overrides the two single ones, which are then left out. */
  resizeInstance(instance: WireInstance, input: ActionInputs['RESIZE_PROTECTED_INSTANCE']): UpstreamCall {
    const { flavor, productionFlavor, recoveryFlavor } = input;
    if (!flavor && !productionFlavor && !recoveryFlavor) {
      throw invalid('flavor', 'a flavor is needed, for both servers or for one of them');
    }
    const resize = given({
      flavorRef: flavor,
      production_flavorRef: flavor ? undefined : productionFlavor,
      dr_flavorRef: flavor ? undefined : recoveryFlavor,
      production_dedicated_host_id: input.productionDedicatedHostId,
      dr_dedicated_host_id: input.recoveryDedicatedHostId,
    });
    return this.call(`Resize instance ${nameOf(instance)}`, 'POST', `${pathOf(instance)}/resize`, { resize });
  }

  /** These two bodies have no outer key. */
  addInterface(instance: WireInstance, input: ActionInputs['ADD_NETWORK_INTERFACE']): UpstreamCall {
    const { subnetId, securityGroupIds, ipAddress } = input;
    const body = given({
      subnet_id: subnetId,
      security_groups: securityGroupIds?.map((id) => ({ id })),
      ip_address: ipAddress === undefined ? undefined : checkedAddress('ipAddress', ipAddress),
    });
    const label = `Add a network interface to instance ${nameOf(instance)}`;
    return this.call(label, 'POST', `${pathOf(instance)}/nic`, body);
  }

  removeInterface(instance: WireInstance, interfaceId: string): UpstreamCall {
    const label = `Remove network interface ${interfaceId} from instance ${nameOf(instance)}`;
    return this.call(label, 'POST', `${pathOf(instance)}/nic/delete`, { nic_id: interfaceId });
  }

  setTags(instance: WireInstance, { tags }: ActionInputs['SET_INSTANCE_TAGS']): UpstreamCall {
    const wanted = checkedTags(tags);
    const label = `Tag instance ${nameOf(instance)}`;
    return wanted.length === 1
      ? this.call(label, 'POST', `${pathOf(instance)}/tags`, { tag: wanted[0] })
      : this.call(label, 'POST', `${pathOf(instance)}/tags/action`, { action: 'create', tags: wanted });
  }

  /** In bulk a tag that is missing is no error; alone it is a 404 (2206). */
  removeTags(instance: WireInstance, input: ActionInputs['REMOVE_INSTANCE_TAGS']): UpstreamCall {
    const keys = checkedKeys(input.keys);
    const [first = ''] = keys;
    const label = `Remove tags of instance ${nameOf(instance)}`;
    // As a part of a path these two would name the instance itself.
    if (keys.length === 1 && first !== '.' && first !== '..') {
      return this.call(label, 'DELETE', `${pathOf(instance)}/tags/${encodeURIComponent(first)}`, undefined);
    }
    const tags = keys.map((key) => ({ key }));
    return this.call(label, 'POST', `${pathOf(instance)}/tags/action`, { action: 'delete', tags });
  }

  createPair(
    groupId: string,
    input: ActionInputs['CREATE_REPLICATION_PAIR'],
    operationId: string,
  ): UpstreamCall {
    const body = { replication: newPairOf(groupId, input, operationId) };
    return this.call(`Replicate disk ${input.volumeId}`, 'POST', '/replications', body);
  }

  renamePair(pair: WirePair, name: string): UpstreamCall {
    const body = { replication: { name: checkedName('name', name) } };
    return this.call(`Rename pair ${nameOf(pair)} to ${name}`, 'PUT', pairPath(pair), body);
  }

  deletePair(groupId: string, pair: WirePair, deleteRecoveryVolume = false): UpstreamCall {
    const body = { replication: { server_group_id: groupId, delete_target_volume: deleteRecoveryVolume } };
    return this.call(`Delete pair ${nameOf(pair)}`, 'DELETE', pairPath(pair), body);
  }

  expandPair(pair: WirePair, sizeGigabytes: number): UpstreamCall {
    const body = { 'extend-replication': { new_size: checkedSize(sizeGigabytes) } };
    const label = `Expand pair ${nameOf(pair)} to ${sizeGigabytes} GB`;
    return this.call(label, 'POST', `${pairPath(pair)}/action`, body);
  }

  /** The one key in camelCase (section 3.4). */
  attachPair(instance: WireInstance, pair: WirePair, device: string): UpstreamCall {
    const body = { replicationAttachment: { replication_id: pair.id, device } };
    const label = `Attach pair ${nameOf(pair)} to instance ${nameOf(instance)} as ${device}`;
    return this.call(label, 'POST', `${pathOf(instance)}/attachreplication`, body);
  }

  detachPair(instance: WireInstance, pair: WirePair): UpstreamCall {
    const path = `${pathOf(instance)}/detachreplication/${encodeURIComponent(pair.id)}`;
    const label = `Detach pair ${nameOf(pair)} from instance ${nameOf(instance)}`;
    return this.call(label, 'DELETE', path, undefined);
  }

  renameDrill(drill: WireDrill, name: string): UpstreamCall {
    const path = `/disaster-recovery-drills/${encodeURIComponent(drill.id)}`;
    const body = { disaster_recovery_drill: { name: checkedName('name', name) } };
    return this.call(`Rename drill ${nameOf(drill)} to ${name}`, 'PUT', path, body);
  }

  clearFailedTask(taskId: string): UpstreamCall {
    const path = `/task-center/failure-jobs/${encodeURIComponent(taskId)}`;
    return this.call(`Clear failed task ${taskId}`, 'DELETE', path, undefined);
  }

  /** null = those about groups themselves. */
  clearFailedTasks(groupId: string | null): UpstreamCall {
    return groupId === null
      ? this.call('Clear the failed tasks of groups', 'DELETE', '/task-center/failure-jobs/batch', undefined)
      : this.call(
          `Clear the failed tasks inside group ${groupId}`,
          'DELETE',
          `/task-center/${encodeURIComponent(groupId)}/failure-jobs/batch`,
          undefined,
        );
  }

  private call(label: string, method: Method, path: string, body: unknown): UpstreamCall {
    return { label, method, path: this.root + path, body };
  }
}

function pathOf(instance: WireInstance): string {
  return `/protected-instances/${encodeURIComponent(instance.id)}`;
}

function pairPath(pair: WirePair): string {
  return `/replications/${encodeURIComponent(pair.id)}`;
}

function nameOf({ id, name }: Named): string {
  return name ?? id;
}

/** Without the fields that are not given: JSON would drop them, the record need not keep them. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
