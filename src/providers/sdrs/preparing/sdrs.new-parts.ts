import type { ActionInputs } from '../../../domain/action-inputs.js';
import { checkedAddress, checkedDescription, checkedName, checkedTags, invalid } from './sdrs.field-rules.js';
import { markerOf } from '../evidence/sdrs.marker.js';
import type { WireNewInstance, WireNewPair } from '../wire/sdrs.wire.js';

const MOST_TAGS_AT_CREATION = 10;

/** The table of section 3.4. Without a description of the user's it bears our mark: it can never be changed. */
export function newInstanceOf(
  groupId: string,
  input: ActionInputs['ADD_PROTECTED_INSTANCE'],
  operationId: string,
): WireNewInstance {
  const { recoverySubnetId, recoveryIpAddress, recoveryFlavor, tags, tenancy, dedicatedHostId } = input;
  if (recoveryIpAddress !== undefined && recoverySubnetId === undefined) {
    throw invalid('recoveryIpAddress', 'an address needs its recoverySubnetId');
  }
  if (dedicatedHostId !== undefined && tenancy !== 'dedicated') {
    throw invalid('dedicatedHostId', 'it needs the tenancy "dedicated"');
  }
  if ((tags?.length ?? 0) > MOST_TAGS_AT_CREATION) {
    throw invalid('tags', `at creation there may be ${MOST_TAGS_AT_CREATION} at most`);
  }
  return {
    server_group_id: groupId,
    server_id: input.serverId,
    name: checkedName('name', input.name ?? ''),
    description: descriptionOf(input.description, operationId),
    ...(recoverySubnetId === undefined ? {} : { primary_subnet_id: recoverySubnetId }),
    ...(recoveryIpAddress === undefined
      ? {}
      : { primary_ip_address: checkedAddress('recoveryIpAddress', recoveryIpAddress) }),
    ...(recoveryFlavor === undefined ? {} : { flavorRef: recoveryFlavor }),
    ...(tags?.length ? { tags: checkedTags(tags) } : {}),
    ...(input.storagePoolId === undefined ? {} : { cluster_id: input.storagePoolId }),
    ...(tenancy === undefined ? {} : { tenancy }),
    ...(dedicatedHostId === undefined ? {} : { dedicated_host_id: dedicatedHostId }),
  };
}

/** Section 3.5. */
export function newPairOf(
  groupId: string,
  input: ActionInputs['CREATE_REPLICATION_PAIR'],
  operationId: string,
): WireNewPair {
  return {
    server_group_id: groupId,
    volume_id: input.volumeId,
    name: checkedName('name', input.name),
    description: descriptionOf(input.description, operationId),
    ...(input.storagePoolId === undefined ? {} : { cluster_id: input.storagePoolId }),
  };
}

function descriptionOf(description: string | undefined, operationId: string): string {
  return description ? checkedDescription(description) : markerOf(operationId);
}
