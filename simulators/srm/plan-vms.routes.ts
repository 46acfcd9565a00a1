import { badRequest, Conflict } from './errors.js';
import { namedPlan } from './plans.routes.js';
import { groupsOf, planVms, recoverySite, vmById, vmId } from './sites.js';
import { anything, flag, listOf, oneOf, optional, spec, text, whole } from './specs.js';
import { submit } from './submit.js';
import { list, one, PLANS, type Answer, type Call, type Surface } from './surface.js';
import type { Plan, Vm, VmRecovery, World } from './world.js';

const VM = `${PLANS}/:plan_id/vms/:vm_id`;
const SETTINGS = `${VM}/recovery-settings`;

/** The VMs of a plan, how the last run went for each, and how each is to be recovered (3.8). */
export function planVmRoutes(on: Surface): void {
  on.get(`${PLANS}/:plan_id/vms`, 'DD', (call) => {
    const plan = namedPlan(call);
    return list(
      call,
      planVms(call.world, plan).map((vm) => viewOf(call.world, plan, vm)),
    );
  });
  on.get(VM, 'DD', (call) => one(viewOf(call.world, namedPlan(call), named(call))));

  on.get(SETTINGS, 'FF', (call) => one(settingsState(call.world, namedPlan(call), named(call))));
  on.post(`${SETTINGS}/actions/update`, 'DD', updateSettings);
  on.get(`${SETTINGS}/summary`, 'FF', (call) => one(summary(call.world, namedPlan(call), named(call))));
  on.get(`${SETTINGS}/priority`, 'FF', (call) => one({ priority: named(call).recovery.priority }));
  on.put(`${SETTINGS}/priority`, 'OD', (call) => change(call, prioritySpec(call.body)));

  on.get(`${SETTINGS}/dependent-vms`, 'FF', (call) =>
    list(call, dependents(call.world, namedPlan(call), named(call))),
  );
  on.post(`${SETTINGS}/dependent-vms/actions/update`, 'OD', (call) => {
    const names = readDependents(call);
    requireNoCycle(call, names);
    return change(call, { dependsOn: names });
  });
  on.post(`${SETTINGS}/dependent-vms/actions/validate`, 'OO', (call) => {
    const cycle = makesCycle(call.world, named(call), readDependents(call));
    return { status: 200, body: { valid: !cycle, issue_type: cycle ? 'CYCLE_DETECTED' : null } };
  });

  on.get(`${SETTINGS}/ip-customization`, 'FF', (call) => {
    const { recovery } = named(call);
    return one({
      ip_customization_type: recovery.ipCustomization,
      is_windows_guest: false,
      is_recovery_site_local: recoverySite(namedPlan(call)) === call.here,
      nic_settings: recovery.nics,
    });
  });
  on.post(`${SETTINGS}/ip-customization/actions/update`, 'DD', (call) => {
    const given = ipSpec(call.body);
    return change(call, { ipCustomization: given.ip_customization_type, nics: given.nic_settings });
  });
}

const named = (call: Call): Vm => vmById(planVms(call.world, namedPlan(call)), call.params.vm_id);

const priority = oneOf('P1', 'P2', 'P3', 'P4', 'P5');
const ipType = oneOf('AUTO', 'NETWORK_MAPPING_LEVEL', 'MANUAL', 'NO_CUSTOMIZATION');
const seconds = whole(0, 3599);

const prioritySpec = spec({ priority });
const ipSpec = spec({ ip_customization_type: ipType, nic_settings: optional(listOf(anything)) });
const dependentSpec = spec({ dependent_vms: optional(listOf(text())) });
const settingsSpec = spec({
  ip_customization_type: ipType,
  nic_settings: optional(listOf(anything)),
  priority,
  startup_action: oneOf('POWER_ON', 'DO_NOT_POWER_ON'),
  shutdown_action_settings: spec({ skip_shutdown_guest: optional(flag), timeout_seconds: seconds }),
  startup_action_settings: optional(
    spec({
      power_on_vmtools_timeout_seconds: optional(seconds),
      delay_before_power_on_steps_and_dependent_vms_seconds: optional(seconds),
    }),
  ),
  pre_power_on_steps: optional(listOf(anything)),
  post_power_on_steps: optional(listOf(anything)),
  dependent_vms: optional(listOf(spec({ id: text() }))),
  change_version: optional(whole(0)),
});

/**
 * The document gives `change_version` with what is read and not with what is sent: a stale one is
 * refused where it is sent back all the same, and none is asked for.
 */
function updateSettings(call: Call): Answer {
  const changed = readSettings(call);
  const { change_version: version } = settingsSpec(call.body);
  const latest = named(call).recovery.version;
  requireNoCycle(call, changed.dependsOn);
  return change(call, changed, () => {
    if (version !== null && version !== latest)
      throw new Conflict('VersionConflict', `The latest change_version is ${latest}.`);
  });
}

function readSettings(call: Call): Omit<VmRecovery, 'version'> {
  const given = settingsSpec(call.body);
  const { recovery } = named(call);
  const { shutdown_action_settings: shutdown, startup_action_settings: startup } = given;
  return {
    ipCustomization: given.ip_customization_type,
    nics: given.nic_settings,
    priority: given.priority,
    startupAction: given.startup_action,
    shutdown: {
      skip_shutdown_guest: shutdown.skip_shutdown_guest ?? false,
      timeout_seconds: shutdown.timeout_seconds,
    },
    startup: {
      power_on_vmtools_timeout_seconds:
        startup?.power_on_vmtools_timeout_seconds ?? recovery.startup.power_on_vmtools_timeout_seconds,
      delay_before_power_on_steps_and_dependent_vms_seconds:
        startup?.delay_before_power_on_steps_and_dependent_vms_seconds ?? 0,
    },
    prePowerOn: given.pre_power_on_steps ?? [],
    postPowerOn: given.post_power_on_steps ?? [],
    dependsOn: namesOf(call, given.dependent_vms?.map(({ id }) => id) ?? []),
  };
}

const readDependents = (call: Call): string[] => namesOf(call, dependentSpec(call.body).dependent_vms ?? []);

function namesOf(call: Call, ids: string[]): string[] {
  return ids.map((id) => {
    const vm = call.world.vms.find((each) => vmId(each) === id);
    if (!vm) throw badRequest(`There is no virtual machine ${id}.`);
    return vm.name;
  });
}

function requireNoCycle(call: Call, names: string[]): void {
  if (makesCycle(call.world, named(call), names))
    throw badRequest('The dependencies form a cycle.', 'DependencyConflict');
}

function makesCycle(world: World, vm: Vm, names: string[], seen: readonly string[] = []): boolean {
  return names.some((name) => {
    if (name === vm.name) return true;
    if (seen.includes(name)) return false;
    const next = world.vms.find((each) => each.name === name)?.recovery.dependsOn ?? [];
    return makesCycle(world, vm, next, [...seen, name]);
  });
}

function change(call: Call, changed: Partial<VmRecovery>, check: () => void = () => undefined): Answer {
  const vm = named(call);
  return submit(call, { kind: 'vm-recovery', entity: vmId(vm), entityName: vm.name }, () => {
    check();
    return {
      target: vm.name,
      effect: { kind: 'vm-recovery', payload: { vm: vm.name, change: changed } },
    };
  });
}

function viewOf(world: World, plan: Plan, vm: Vm): object {
  const group = groupsOf(world, plan).find(({ id }) => id === vm.groupId);
  return {
    id: vmId(vm),
    name: vm.name,
    template: false,
    inside_vapp: false,
    recovery_settings: summary(world, plan, vm),
    status: vm.pinned ?? vm.run,
    managing_recovery_plan: vm.managingPlanId ?? '',
    protection_group_name: group?.name ?? null,
    protection_group: group?.id ?? null,
  };
}

const counted = (steps: unknown[]): string => (steps.length === 1 ? '1 step' : `${steps.length} steps`);

function summary(world: World, plan: Plan, vm: Vm): object {
  return {
    priority: vm.recovery.priority,
    startup_action: vm.recovery.startupAction,
    dependent_vms: dependents(world, plan, vm),
    pre_power_on_steps: counted(vm.recovery.prePowerOn),
    post_power_on_steps: counted(vm.recovery.postPowerOn),
    allow_migration: false,
  };
}

/** Dependencies count only inside one priority (srm reference 3.8). */
function dependents(world: World, plan: Plan, vm: Vm): object[] {
  const inPlan = planVms(world, plan);
  return vm.recovery.dependsOn.flatMap((name) => {
    const other = world.vms.find((each) => each.name === name);
    if (!other) return [];
    const order = other.recovery.priority.localeCompare(vm.recovery.priority);
    const rank = order === 0 ? 'OK' : order < 0 ? 'HIGHER_PRIORITY' : 'LOWER_PRIORITY';
    return {
      id: vmId(other),
      name,
      template: false,
      inside_vapp: false,
      status: inPlan.includes(other) ? rank : 'NOT_IN_PLAN',
      priority_group: other.recovery.priority,
      protection_group_name: world.groups.find(({ id }) => id === other.groupId)?.name ?? null,
    };
  });
}

function settingsState(world: World, plan: Plan, vm: Vm): object {
  const { recovery } = vm;
  return {
    recovery_settings: {
      ip_customization_type: recovery.ipCustomization,
      nic_settings: recovery.nics,
      priority: recovery.priority,
      startup_action: recovery.startupAction,
      shutdown_action_settings: recovery.shutdown,
      startup_action_settings: recovery.startup,
      pre_power_on_steps: recovery.prePowerOn,
      post_power_on_steps: recovery.postPowerOn,
      dependent_vms: dependents(world, plan, vm),
      change_version: recovery.version,
      vm_tools_status: 'INSTALLED',
      allow_vmotion_migration: false,
    },
    status: 'OK',
    protection_group_support_vmotion: false,
    vmotion_migration_supported: false,
  };
}
