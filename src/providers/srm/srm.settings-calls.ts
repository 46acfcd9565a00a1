import type { UpstreamCall } from '../../domain/action-command.js';
import type { IpCustomization, RecoverySettingsWish } from '../../domain/action-inputs.js';
import { checkMachine, checkSeconds, invalid } from './srm.call-checks.js';
import type { Dependent, VmRecovery } from './srm.change-reads.js';
import { planVmPath } from './srm.paths.js';

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

/** Exactly the fields of `VmRecoverySettingsSpec`: unlike what is read, it has no `change_version`. */
function wholeOf(now: VmRecovery, wish: SettingsWish, names: ReadonlyMap<string, string>): object {
  const startup = now.startup_action_settings;
  return {
    ip_customization_type:
      wish.ipCustomization === undefined
        ? (now.ip_customization_type ?? 'AUTO')
        : IP_TYPES[wish.ipCustomization],
    nic_settings: now.nic_settings ?? null,
    priority: wish.priority === undefined ? (now.priority ?? 'P3') : `P${wish.priority}`,
    startup_action: wish.startupAction ?? now.startup_action ?? 'POWER_ON',
    shutdown_action_settings: {
      skip_shutdown_guest:
        wish.skipGuestShutdown ?? now.shutdown_action_settings?.skip_shutdown_guest ?? false,
      timeout_seconds: wish.shutdownTimeoutSeconds ?? now.shutdown_action_settings?.timeout_seconds ?? 300,
    },
    startup_action_settings: {
      ...given(
        'power_on_vmtools_timeout_seconds',
        wish.startupTimeoutSeconds ?? startup?.power_on_vmtools_timeout_seconds,
      ),
      ...given(
        'delay_before_power_on_steps_and_dependent_vms_seconds',
        wish.delayBeforeDependentsSeconds ?? startup?.delay_before_power_on_steps_and_dependent_vms_seconds,
      ),
    },
    pre_power_on_steps: now.pre_power_on_steps ?? [],
    post_power_on_steps: now.post_power_on_steps ?? [],
    dependent_vms:
      wish.dependsOn === undefined
        ? (now.dependent_vms ?? [])
        : [...new Set(wish.dependsOn)].map((id): Dependent => dependent(id, now, names)),
  };
}

function dependent(id: string, now: VmRecovery, names: ReadonlyMap<string, string>): Dependent {
  return now.dependent_vms?.find((known) => known.id === id) ?? { id, name: names.get(id) ?? id };
}

function given(name: string, value: number | null | undefined): Record<string, number> {
  return value === undefined || value === null ? {} : { [name]: value };
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
