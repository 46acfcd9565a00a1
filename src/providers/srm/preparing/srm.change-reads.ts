import type { RecoveryWorkflow } from '../../../domain/action-inputs.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import * as paths from '../wire/srm.paths.js';
import { whole, type WireList } from '../wire/srm.lists.js';
import type { WireCallout, WireStep, WireTestNetwork } from '../wire/srm.parts-wire.js';
import { VIEW_MODES } from '../reading/srm.step-mapper.js';
import { gapsOf, type WireMeta } from '../wire/srm.wire.js';

/** Where a machine is recovered (3.5). Sent back whole: what is not named here travels along. */
export interface SentProtectionSettings {
  placeholder_needs_repair?: boolean | null;
  folder?: SentPlacement | null;
  resource_pool?: SentPlacement | null;
  host?: SentPlacement | null;
  networks?: (SentPlacement | null)[] | null;
  change_version?: string | null;
  _meta?: WireMeta | null;
}

export interface SentPlacement {
  editable?: boolean | null;
  source?: string | null;
  target?: string | null;
  target_name?: string | null;
  is_inventory_mapped_target?: boolean | null;
}

/** How a machine is started in a recovery (3.8). */
export interface SettingsState {
  status?: string | null;
  recovery_settings?: VmRecovery | null;
  _meta?: WireMeta | null;
}

export interface VmRecovery {
  ip_customization_type?: string | null;
  nic_settings?: unknown[] | null;
  priority?: string | null;
  startup_action?: string | null;
  shutdown_action_settings?: { skip_shutdown_guest?: boolean | null; timeout_seconds?: number | null } | null;
  startup_action_settings?: {
    power_on_vmtools_timeout_seconds?: number | null;
    delay_before_power_on_steps_and_dependent_vms_seconds?: number | null;
  } | null;
  pre_power_on_steps?: unknown[] | null;
  post_power_on_steps?: unknown[] | null;
  dependent_vms?: Dependent[] | null;
  change_version?: number | string | null;
}

export interface Dependent {
  id: string;
  name?: string | null;
}

/** Whose steps. */
export interface StepsOf {
  planId: string;
  workflow: RecoveryWorkflow;
}

/** What a change must look at before it is worded: whole, for much of it is sent back. */
export class ChangeReads {
  constructor(private readonly client: SrmClient) {}

  async protectionSettings(
    groupId: string,
    vmId: string,
    signal: AbortSignal,
  ): Promise<SentProtectionSettings> {
    const path = paths.vmPath(groupId, vmId, '/protection-settings');
    return wholeSettings(await this.client.one<SentProtectionSettings>(path, signal, { remote: true }));
  }

  async recoverySettings(planId: string, vmId: string, signal: AbortSignal): Promise<SettingsState> {
    const path = paths.planVmPath(planId, vmId, '/recovery-settings');
    return wholeSettings(await this.client.one<SettingsState>(path, signal));
  }

  /** Changes nothing, although it is a POST (section 2, row 73). */
  validateDependents(
    planId: string,
    vmId: string,
    dependents: readonly string[],
    signal: AbortSignal,
  ): Promise<{ valid?: boolean | null; issue_type?: string | null }> {
    const path = paths.planVmPath(planId, vmId, '/recovery-settings/dependent-vms/actions/validate');
    return this.client.one(path, signal, { question: { dependent_vms: dependents } });
  }

  testNetworks(planId: string, signal: AbortSignal): Promise<WireList<WireTestNetwork>> {
    return this.client.list(paths.planPath(planId, '/test-networks'), signal);
  }

  /** The list with nothing expanded: positions count its entries (3.10). */
  async steps({ planId, workflow }: StepsOf, signal: AbortSignal): Promise<WireStep[]> {
    const path = paths.stepsPath(planId, VIEW_MODES[workflow]);
    const list = await this.client.shortList<WireStep>(path, signal, { remote: true });
    return whole(list, 'which steps the plan has');
  }

  step({ planId, workflow }: StepsOf, stepId: string, signal: AbortSignal): Promise<WireStep> {
    return this.client.one(paths.stepPath(planId, VIEW_MODES[workflow], stepId), signal);
  }

  callout({ planId, workflow }: StepsOf, stepId: string, signal: AbortSignal): Promise<WireCallout> {
    const path = paths.stepPath(planId, VIEW_MODES[workflow], stepId, '/callout-data');
    return this.client.one(path, signal, { remote: true });
  }
}

/** What is sent back must be what is there: a gap would be written over it. */
function wholeSettings<T extends { _meta?: WireMeta | null }>(settings: T): T {
  const gaps = gapsOf(settings._meta);
  if (gaps.length > 0) {
    throw new ProviderError(
      'UNAVAILABLE',
      `SRM cannot tell at present all the settings of the machine: ${gaps.join('; ')}.`,
      { retry: 'TEMPORARY' },
    );
  }
  return settings;
}
