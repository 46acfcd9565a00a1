import { badRequest, Conflict } from './errors.js';
import { namedGroup } from './groups.routes.js';
import { placesAt } from './inventory.js';
import { groupStatus } from './plan-status.js';
import { vmById, vmId, vmsOf } from './sites.js';
import { spec, optional, text } from './specs.js';
import { submit } from './submit.js';
import { gap, GROUPS, list, one, type Answer, type Call, type Surface } from './surface.js';
import { taskView } from './tasks.js';
import { groupVmView } from './views.js';
import { beginWork, type Effect } from './work.js';
import { otherSite, type Group, type Task, type Vm } from './world.js';

/** Where somebody asks, with or without a session: the console is a door of its own. */
export type Place = Pick<Call, 'sim' | 'world' | 'here'>;

const GROUP_VM = `${GROUPS}/:group_id/vms/:vm_id`;

/** The members of a group and their protection (srm reference 3.5, 4.2). */
export function groupVmRoutes(on: Surface): void {
  on.get(`${GROUPS}/:group_id/vms`, 'PP', (call) => {
    const views = vmsOf(call.world, namedGroup(call)).map((vm) =>
      groupVmView(call.world, vm, call.seesRemote),
    );
    return list(call, views, () => (call.seesRemote ? [] : ['protection_info']));
  });
  on.get(GROUP_VM, 'PP', (call) =>
    one(
      groupVmView(call.world, namedVm(call), call.seesRemote),
      call.seesRemote ? [] : [gap('$.protection_info')],
    ),
  );
  on.post(`${GROUP_VM}/actions/remove-protection`, 'OO', (call) => removeVm(call, 'unprotect-vm'));
  on.post(`${GROUP_VM}/actions/remove-from-group`, 'DD', (call) => removeVm(call, 'remove-vm'));
  on.get(`${GROUP_VM}/protection-settings`, 'EE', (call) => one(settingsView(call, namedVm(call))));
  on.put(`${GROUP_VM}/protection-settings`, 'EE', configureVm);
  on.post(`${GROUPS}/:group_id/actions/configure-all-vms`, 'EE', configureAll);
  on.post(`${GROUPS}/:group_id/actions/restore-all-placeholders`, 'EE', restoreAll);
}

const namedVm = (call: Call): Vm => vmById(vmsOf(call.world, namedGroup(call)), call.params.vm_id);

/** One task per VM that is not protected yet; an empty list = nothing to do. */
function configureAll(call: Call): Answer {
  const tasks = protectAll(call, namedGroup(call));
  const answer = list(
    call,
    tasks.map((task) => taskView(task, call.version)),
  );
  return { ...answer, status: 202 };
}

export function protectAll(at: Place, group: Group): Task[] {
  checkPhase(at, group, CONFIGURABLE);
  return vmsOf(at.world, group)
    .filter((vm) => ['NOT_CONFIGURED', 'MISSING_MAPPING'].includes(vm.protection))
    .map((vm) => protect(at, vm));
}

export function unprotectAll(at: Place, group: Group): Task[] {
  return vmsOf(at.world, group)
    .filter((vm) => vm.protection !== 'NOT_CONFIGURED')
    .map((vm) => {
      const { target, effect } = removal(at, group, vm, 'unprotect-vm');
      const subject = { kind: 'unprotect-vm', entity: vmId(vm), entityName: vm.name };
      return beginWork(at.sim, { ...subject, site: at.here, target, effect });
    });
}

function restoreAll(call: Call): Answer {
  const group = namedGroup(call);
  checkPhase(call, group, CONFIGURABLE);
  const lost = ['PLACEHOLDER_VM_DELETED', 'PLACEHOLDER_CREATION_ERROR'];
  const vms = vmsOf(call.world, group).filter((vm) => lost.includes(vm.pinned ?? vm.protection));
  const tasks = vms.map((vm) => {
    const was = vm.pinned ?? vm.protection;
    vm.pinned = null;
    vm.protection = 'RESTORING_PLACEHOLDER';
    return beginVmWork(call, vm, 'restore-placeholder', { vm: vm.name, was });
  });
  const views = tasks.map((task) => taskView(task, call.version));
  return { status: 202, body: { errors: [], tasks: views, _meta: { errors: [] } } };
}

const settingsSpec = spec({ change_version: optional(text()) });

/** An optimistic lock: a VM that is protected already needs the latest `change_version`. */
function configureVm(call: Call): Answer {
  const vm = namedVm(call);
  const given = settingsSpec(call.body);
  return submit(call, { kind: 'protect-vm', entity: vmId(vm), entityName: vm.name }, () => {
    checkPhase(call, namedGroup(call), CONFIGURABLE);
    if (vm.protection === 'OK' && given.change_version !== String(vm.protectionVersion)) {
      throw new Conflict('VersionConflict', `The latest change_version is ${vm.protectionVersion}.`);
    }
    const payload = { vm: vm.name, mapped: true, was: vm.protection };
    vm.protection = 'CONFIGURING_PROTECTION';
    return { target: vm.name, effect: { kind: 'protect-vm', payload } };
  });
}

function removeVm(call: Call, kind: 'unprotect-vm' | 'remove-vm'): Answer {
  const group = namedGroup(call);
  const vm = namedVm(call);
  if (kind === 'remove-vm' && group.type !== 'HBR') {
    throw badRequest('Only a vSphere Replication group gives virtual machines away.');
  }
  return submit(call, { kind, entity: vmId(vm), entityName: vm.name }, () => removal(call, group, vm, kind));
}

function removal(
  at: Place,
  group: Group,
  vm: Vm,
  kind: 'unprotect-vm' | 'remove-vm',
): { target: string; effect: Effect } {
  checkPhase(at, group, REMOVABLE);
  if (['CONFIGURING_PROTECTION', 'REMOVING_PROTECTION'].includes(vm.protection)) {
    throw new Conflict('WrongGroupState', `'${vm.name}' is in state ${vm.protection}.`);
  }
  if (kind === 'unprotect-vm' && vm.protection === 'NOT_CONFIGURED') {
    throw new Conflict('WrongGroupState', `'${vm.name}' is not protected.`);
  }
  const payload = { vm: vm.name, was: vm.protection };
  vm.protection = 'REMOVING_PROTECTION';
  return { target: vm.name, effect: { kind, payload } };
}

function protect(call: Place, vm: Vm): Task {
  const payload = { vm: vm.name, mapped: false, was: vm.protection };
  vm.protection = 'CONFIGURING_PROTECTION';
  return beginVmWork(call, vm, 'protect-vm', payload);
}

function beginVmWork(call: Place, vm: Vm, kind: 'protect-vm' | 'restore-placeholder', payload: object): Task {
  return beginWork(call.sim, {
    kind,
    site: call.here,
    entity: vmId(vm),
    entityName: vm.name,
    target: vm.name,
    effect: { kind, payload },
  });
}

/**
 * The group states that allow work on single VMs (srm reference 4.5). What other VMs of the group are
 * going through does not matter: the tasks of a batch run side by side.
 */
const CONFIGURABLE = [
  'OK',
  'NOT_CONFIGURED',
  'CONFIGURING_PROTECTION',
  'REMOVING_PROTECTION',
  'RESTORING_PLACEHOLDERS',
  'OPERATIONS_IN_PROGRESS',
];
const REMOVABLE = [...CONFIGURABLE, 'RECOVERED', 'PARTIALLY_RECOVERED', 'PARTIALLY_REPROTECTED'];

function checkPhase(call: Place, group: Group, allowed: readonly string[]): void {
  const status = groupStatus(call.world, group);
  if (allowed.includes(status)) return;
  throw new Conflict('WrongGroupState', `Group '${group.name}' is in state ${status}.`);
}

function settingsView({ world }: Call, vm: Vm): object {
  const here = placesAt(world, vm.at);
  const there = placesAt(world, otherSite(vm.at));
  const mapped = (source: { id: string; name: string }, target: { id: string; name: string }) => ({
    editable: true,
    source: source.id,
    source_name: source.name,
    target: vm.mapped ? target.id : null,
    target_name: vm.mapped ? target.name : null,
    is_inventory_mapped_target: vm.mapped,
    source_has_inventory_mapping: vm.mapped,
  });
  const path = (datastore: { id: string; name: string }, filename: string) => ({
    datastore: datastore.id,
    datastore_name: datastore.name,
    path: vm.name,
    filename,
    friendly_path: `[${datastore.name}] ${vm.name}/${filename}`,
  });
  return {
    placeholder_needs_repair: vm.protection === 'PLACEHOLDER_VM_DELETED',
    location: {
      name: vm.name,
      protected_site: world.sites[vm.at].name,
      production_vm_path: path(here.datastore, `${vm.name}.vmx`),
      recovery_site: world.sites[otherSite(vm.at)].name,
      placeholder_vm_path: path(there.datastore, `${vm.name}.vmx`),
      placeholder_vm: vm.ids[otherSite(vm.at)],
    },
    devices: [
      {
        key: 2000,
        type: 'HARD_DRIVE',
        backing: 'FILE',
        label: 'Hard disk 1',
        production_path: path(here.datastore, `${vm.name}.vmdk`),
        production_datastores: [here.datastore.id],
        recovery_path: path(there.datastore, `${vm.name}.vmdk`),
        replicated: true,
        detached: false,
      },
    ],
    networks: [mapped(here.network, there.network)],
    folder: mapped(here.folder, there.folder),
    resource_pool: mapped(here.pool, there.pool),
    host: mapped(here.host, there.host),
    change_version: String(vm.protectionVersion),
  };
}
