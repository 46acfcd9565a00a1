import type { UpstreamCall } from '../../../domain/action-command.js';
import type { IpCustomization, RecoverySettingsWish } from '../../../domain/action-inputs.js';
import { ProviderError } from '../../provider-error.js';
import { checkMachine, checkSeconds, invalid } from './srm.call-checks.js';
import type { Dependent, VmRecovery } from './srm.change-reads.js';
import { planVmPath } from '../wire/srm.paths.js';

export const IP_TYPES: Readonly<Record<IpCustomization, string>> = {
  AUTO: 'AUTO',
  NETWORK_MAPPING: 'NETWORK_MAPPING_LEVEL',
  MANUAL: 'MANUAL',
  NONE: 'NO_CUSTOMIZATION',
};

export interface SettingsTarget {
  planId: string;
  vmId: string;
  vmName: string;
  /** Names of machines by id: a dependency is told with its name. */
  names: ReadonlyMap<string, string>;
}

/** What is to be changed apart from the check against somebody else's change. */
export type SettingsWish = Omit<RecoverySettingsWish, 'changeVersion'>;

/**
 * One wish for which SRM has a request of its own goes by that, so that nothing else is touched (rows 72, 75, 77);
 * a mixture is the whole of the settings (row 70), with what was not named as it was read.
 */
export function settingsCall(target: SettingsTarget, now: VmRecovery, wish: SettingsWish): UpstreamCall {
  checkWish(wish);
  const named = Object.entries(wish).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const [only] = named;
  if (only === undefined) throw invalid('There is nothing to change: give at least one field.');
  const { planId, vmId, vmName } = target;
  const send = (method: 'POST' | 'PUT', rest: string, body: object): UpstreamCall => ({
    label: `Change the recovery settings of machine ${vmName}`,
    method,
    path: planVmPath(planId, vmId, `/recovery-settings${rest}`),
    body,
  });
  if (named.length === 1 && wish.priority !== undefined) {
    return send('PUT', '/priority', { priority: `P${wish.priority}` });
  }
  if (named.length === 1 && wish.dependsOn !== undefined) {
    return send('POST', '/dependent-vms/actions/update', { dependent_vms: [...new Set(wish.dependsOn)] });
  }
  if (named.length === 1 && wish.ipCustomization !== undefined) {
    return send('POST', '/ip-customization/actions/update', {
      ip_customization_type: IP_TYPES[wish.ipCustomization],
      nic_settings: now.nic_settings ?? null,
    });
  }
  return send('POST', '/actions/update', wholeOf(now, wish, target.names));
}

/**
 * Exactly the fields of `VmRecoverySettingsSpec`: unlike what is read, it has no `change_version`. What was not
 * read must not be written over with a guess: what may be left out is left out, and without the rest nothing is sent.
 */
function wholeOf(now: VmRecovery, wish: SettingsWish, names: ReadonlyMap<string, string>): object {
  const { shutdown_action_settings: shutdown, startup_action_settings: startup } = now;
  return {
    ip_customization_type: told(
      wish.ipCustomization === undefined ? now.ip_customization_type : IP_TYPES[wish.ipCustomization],
      'ipCustomization',
    ),
    ...asRead(now, 'nic_settings'),
    priority: told(wish.priority === undefined ? now.priority : `P${wish.priority}`, 'priority'),
    startup_action: told(wish.startupAction ?? now.startup_action, 'startupAction'),
    shutdown_action_settings: {
      ...shutdown,
      ...given('skip_shutdown_guest', wish.skipGuestShutdown),
      timeout_seconds: told(
        wish.shutdownTimeoutSeconds ?? shutdown?.timeout_seconds,
        'shutdownTimeoutSeconds',
      ),
    },
    startup_action_settings: {
      ...startup,
      ...given('power_on_vmtools_timeout_seconds', wish.startupTimeoutSeconds),
      ...given('delay_before_power_on_steps_and_dependent_vms_seconds', wish.delayBeforeDependentsSeconds),
    },
    ...asRead(now, 'pre_power_on_steps'),
    ...asRead(now, 'post_power_on_steps'),
    ...(wish.dependsOn === undefined
      ? asRead(now, 'dependent_vms')
      : { dependent_vms: [...new Set(wish.dependsOn)].map((id): Dependent => dependent(id, now, names)) }),
  };
}

/** A field that the body must have. */
function told<T>(value: T | null | undefined, field: string): T {
  if (value !== null && value !== undefined) return value;
  throw new ProviderError(
    'BAD_ANSWER',
    `SRM does not tell "${field}" of the machine, and a change of several settings would write over it: name it, or change one setting at a time.`,
    { retry: 'TEMPORARY' },
  );
}

function asRead(now: VmRecovery, field: keyof VmRecovery): object {
  return now[field] === undefined ? {} : { [field]: now[field] };
}

function dependent(id: string, now: VmRecovery, names: ReadonlyMap<string, string>): Dependent {
  return now.dependent_vms?.find((known) => known.id === id) ?? { id, name: names.get(id) ?? id };
}

function given(name: string, value: number | boolean | undefined): object {
  return value === undefined ? {} : { [name]: value };
}

function checkWish(wish: SettingsWish): void {
  const { priority } = wish;
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 1 && priority <= 5)) {
    throw invalid('"priority" is a whole number from 1 to 5.', '/priority');
  }
  wish.dependsOn?.forEach((id, index) => checkMachine(id, 'dependsOn', `/dependsOn/${index}`));
  checkSeconds(wish.shutdownTimeoutSeconds, 3599, 'shutdownTimeoutSeconds');
  checkSeconds(wish.startupTimeoutSeconds, 3599, 'startupTimeoutSeconds');
  checkSeconds(wish.delayBeforeDependentsSeconds, 3599, 'delayBeforeDependentsSeconds');
}
