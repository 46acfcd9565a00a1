import { STARTUP_ACTIONS, type IpCustomization, type StartupAction } from '../../../domain/action-inputs.js';
import { publicId } from '../../../domain/ids.js';
import type { Placement, ProtectionSettings, RecoverySettings } from '../../../domain/plan-parts.js';
import type {
  WireDatastorePath,
  WireDependentVm,
  WirePlacement,
  WireProtectionSettings,
  WireRecoverySettings,
} from '../wire/srm.parts-wire.js';
import { textOf } from '../wire/srm.wire.js';

const IP_CUSTOMIZATION_OF: Readonly<Record<string, IpCustomization>> = {
  AUTO: 'AUTO',
  NETWORK_MAPPING_LEVEL: 'NETWORK_MAPPING',
  MANUAL: 'MANUAL',
  NO_CUSTOMIZATION: 'NONE',
};

export interface InstanceContext {
  siteId: string;
  instanceId: string;
}

/** @param dependsOn the machines that start before it; a list of its own (2, row 71). */
export function recoverySettingsOf(
  wire: WireRecoverySettings,
  dependsOn: readonly WireDependentVm[],
  cx: InstanceContext,
): RecoverySettings {
  const settings = wire.recovery_settings;
  const shutdown = settings?.shutdown_action_settings;
  const startup = settings?.startup_action_settings;
  return {
    instanceId: publicId(cx.siteId, cx.instanceId),
    priority: priorityOf(settings?.priority),
    startupAction: startupActionOf(settings?.startup_action),
    dependsOn: dependsOnOf(dependsOn, cx.siteId),
    skipGuestShutdown: flagOf(shutdown?.skip_shutdown_guest),
    shutdownTimeoutSeconds: numberOf(shutdown?.timeout_seconds),
    startupTimeoutSeconds: numberOf(startup?.power_on_vmtools_timeout_seconds),
    delayBeforeDependentsSeconds: numberOf(startup?.delay_before_power_on_steps_and_dependent_vms_seconds),
    allowMigration: flagOf(settings?.allow_vmotion_migration),
    ipCustomization: IP_CUSTOMIZATION_OF[textOf(settings?.ip_customization_type) ?? ''] ?? null,
    conflict: wire.status === 'SYNC_CONFLICT',
    changeVersion: versionOf(settings?.change_version),
  };
}

export function protectionSettingsOf(wire: WireProtectionSettings, cx: InstanceContext): ProtectionSettings {
  const disks = (wire.devices ?? []).filter(({ type }) => (textOf(type) ?? 'HARD_DRIVE') === 'HARD_DRIVE');
  return {
    instanceId: publicId(cx.siteId, cx.instanceId),
    placeholderNeedsRepair: wire.placeholder_needs_repair === true,
    folder: placementOf(wire.folder),
    resourcePool: placementOf(wire.resource_pool),
    host: placementOf(wire.host),
    networks: (wire.networks ?? []).map(placementOf).filter((placement) => placement !== null),
    disks: disks.map((disk) => ({
      label: textOf(disk.label) ?? 'Hard disk',
      productionPath: pathOf(disk.production_path),
      recoveryPath: pathOf(disk.recovery_path),
      replicated: disk.replicated === true,
    })),
    changeVersion: versionOf(wire.change_version),
  };
}

/** P1 starts first, P5 last. */
export function priorityOf(word: unknown): number | null {
  const digit = /^P([1-5])$/.exec(textOf(word) ?? '')?.[1];
  return digit === undefined ? null : Number(digit);
}

export function startupActionOf(word: unknown): StartupAction | null {
  return STARTUP_ACTIONS.find((action) => action === word) ?? null;
}

export function dependsOnOf(
  dependents: readonly WireDependentVm[] | null | undefined,
  siteId: string,
): string[] {
  const ids = (dependents ?? []).map(({ id }) => textOf(id)).filter((id) => id !== null);
  return ids.map((id) => publicId(siteId, id));
}

function placementOf(wire: WirePlacement | null | undefined): Placement | null {
  if (wire === null || wire === undefined) return null;
  return {
    sourceId: textOf(wire.source),
    sourceName: textOf(wire.source_name),
    targetId: textOf(wire.target),
    targetName: textOf(wire.target_name),
    mapped: wire.is_inventory_mapped_target === true,
  };
}

function pathOf(path: WireDatastorePath | null | undefined): string | null {
  const friendly = textOf(path?.friendly_path);
  if (friendly !== null || path === null || path === undefined) return friendly;
  const parts = [textOf(path.path), textOf(path.filename)].filter((part) => part !== null);
  const store = textOf(path.datastore_name) ?? textOf(path.datastore);
  const told = [...(store === null ? [] : [`[${store}]`]), parts.join('/')].filter((part) => part !== '');
  return told.length === 0 ? null : told.join(' ');
}

function versionOf(version: unknown): string | null {
  return typeof version === 'number' ? String(version) : textOf(version);
}

function flagOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
