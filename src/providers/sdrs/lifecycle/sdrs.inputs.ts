import type { ActionCommand } from '../../../domain/action-command.js';
import type { ActionInputs } from '../../../domain/action-inputs.js';
import type { InputField, ProviderCapabilities } from '../../provider-driver.js';

function fields(needed: string, optional = ''): InputField[] {
  const listed = (names: string, required: boolean): InputField[] =>
    names.split(' ').flatMap((name) => (name === '' ? [] : [{ name, required }]));
  return [...listed(needed, true), ...listed(optional, false)];
}

/** Which fields the finer actions take; the tables of sections 3.4 to 3.9 in our words. */
export const INPUTS: ProviderCapabilities['inputs'] = {
  ADD_PROTECTED_INSTANCE: fields(
    'serverId name',
    'description recoverySubnetId recoveryIpAddress recoveryFlavor tags storagePoolId tenancy dedicatedHostId',
  ),
  UPDATE_PROTECTED_INSTANCE: fields('name'),
  REMOVE_PROTECTED_INSTANCE: fields('', 'deleteRecoveryServer deleteRecoveryPublicIp'),
  RESIZE_PROTECTED_INSTANCE: fields(
    '',
    'flavor productionFlavor recoveryFlavor productionDedicatedHostId recoveryDedicatedHostId',
  ),
  ADD_NETWORK_INTERFACE: fields('subnetId', 'securityGroupIds ipAddress'),
  REMOVE_NETWORK_INTERFACE: fields('networkInterfaceId'),
  SET_INSTANCE_TAGS: fields('tags'),
  REMOVE_INSTANCE_TAGS: fields('keys'),
  CREATE_REPLICATION_PAIR: fields('volumeId name', 'description storagePoolId'),
  UPDATE_REPLICATION_PAIR: fields('name'),
  DELETE_REPLICATION_PAIR: fields('', 'deleteRecoveryVolume'),
  EXPAND_REPLICATION_PAIR: fields('sizeGigabytes'),
  ATTACH_REPLICATION_PAIR: fields('protectedInstanceId device'),
  DETACH_REPLICATION_PAIR: fields('protectedInstanceId'),
  UPDATE_DRILL: fields('name'),
  CLEAR_FAILED_TASKS: fields('', 'failedTaskId protectionGroupId'),
};

/** What the action was given, which the shape of its fields was checked for before. */
export function inputOf<A extends keyof ActionInputs>(
  _action: A,
  { input }: Pick<ActionCommand, 'input'>,
): ActionInputs[A] {
  return (input ?? {}) as ActionInputs[A];
}
