import { badRequest, Conflict } from './errors.js';
import { checkGroupName } from './groups-work.js';
import { newGroupId } from './ids.js';
import { issuesOfGroup } from './issues.js';
import { groupIsEditable, groupStatus, ownStatus } from './plan-status.js';
import { groupById, siteByServer, vmId } from './sites.js';
import { listOf, note, oneOf, optional, spec, text } from './specs.js';
import { submit } from './submit.js';
import { GROUPS, list, one, type Call, type Surface } from './surface.js';
import { HOLDING } from './transitions.js';
import { groupView, planView } from './views.js';
import type { Group, SiteKey } from './world.js';

const memberSpecs = {
  abr_spec: optional(spec({ replicated_array_pair: text(), datastores: listOf(text()) })),
  hbr_spec: optional(spec({ vms: listOf(text()) })),
  vvol_spec: optional(
    spec({ replication_groups: listOf(spec({ fault_domain_id: text(), device_group_id: text() })) }),
  ),
  vsan_spec: optional(spec({ vsan_protection_group: text() })),
};

const createSpec = spec({
  name: text(80),
  description: optional(note),
  replication_type: oneOf('HBR', 'ABR', 'VVOL', 'VSAN'),
  protected_vc_guid: text(),
  location: optional(text()),
  ...memberSpecs,
});

const editSpec = spec({ name: text(80), description: optional(note), ...memberSpecs });

type Members = Pick<ReturnType<typeof createSpec>, keyof typeof memberSpecs>;

export function groupRoutes(on: Surface): void {
  on.get(GROUPS, 'FF', (call) =>
    list(
      call,
      call.world.groups.map((group) => groupView(call.world, group)),
    ),
  );
  on.post(GROUPS, 'EE', createGroup);
  on.get(`${GROUPS}/:group_id`, 'FF', (call) => one(groupView(call.world, namedGroup(call))));
  on.delete(`${GROUPS}/:group_id`, 'DE', deleteGroup);
  on.post(`${GROUPS}/:group_id/actions/reconfigure`, 'EE', editGroup);
  on.get(`${GROUPS}/:group_id/issues`, 'FF', (call) => list(call, issuesOfGroup(call.sim, namedGroup(call))));
  on.get(`${GROUPS}/:group_id/recovery-plans`, 'FF', (call) => {
    const { id } = namedGroup(call);
    const plans = call.world.plans.filter((plan) => plan.groupIds.includes(id));
    return list(
      call,
      plans.map((plan) => planView(call.world, plan, call.here)),
    );
  });
}

export const namedGroup = ({ world, params }: Call): Group => groupById(world, params.group_id);

function createGroup(call: Call) {
  const given = createSpec(call.body);
  const site = siteOfVc(call, given.protected_vc_guid);
  checkMembers(given.replication_type, given);
  const location = given.location ?? rootFolder(call);
  if (!call.world.folders.some((folder) => folder.id === location && folder.kind === 'protection')) {
    throw badRequest(`location ${location} is not a folder of protection groups.`);
  }
  return submit(call, { kind: 'create-group', entity: null, entityName: given.name }, () => {
    checkGroupName(call.world, given.name, location, null);
    const vms = freeVms(call, given, site, null) ?? [];
    const group: Group = {
      id: newGroupId(call.world),
      name: given.name,
      description: given.description,
      location,
      type: given.replication_type,
      protectedSite: site,
      phase: 'idle',
      loading: true,
      pinned: null,
    };
    return { target: group.id, effect: { kind: 'create-group', payload: { group, vms } } };
  });
}

function editGroup(call: Call) {
  const group = namedGroup(call);
  const given = editSpec(call.body);
  return submit(call, { kind: 'edit-group', entity: group.id, entityName: group.name }, () => {
    checkEditable(call, group);
    checkGroupName(call.world, given.name, group.location, group);
    const vms = freeVms(call, given, group.protectedSite, group);
    const payload = { groupId: group.id, name: given.name, description: given.description, vms };
    return { target: group.id, effect: { kind: 'edit-group', payload } };
  });
}

function deleteGroup(call: Call) {
  const group = namedGroup(call);
  return submit(call, { kind: 'delete-group', entity: group.id, entityName: group.name }, () => {
    const holder = call.world.plans.find(
      (plan) =>
        plan.groupIds.includes(group.id) &&
        (HOLDING as readonly string[]).includes(ownStatus(call.world, plan)),
    );
    if (holder)
      throw new Conflict('WrongGroupState', `Plan '${holder.name}' is using group '${group.name}'.`);
    return { target: group.id, effect: { kind: 'delete-group', payload: { groupId: group.id } } };
  });
}

export function checkEditable(call: Call, group: Group): void {
  if (groupIsEditable(call.world, group)) return;
  throw new Conflict(
    'WrongGroupState',
    `Group '${group.name}' is in state ${groupStatus(call.world, group)}.`,
  );
}

/** Exactly the spec that matches the replication type (srm reference 3.4). */
function checkMembers(type: 'HBR' | 'ABR' | 'VVOL' | 'VSAN', given: Members): void {
  const wanted = `${type.toLowerCase()}_spec`;
  for (const name of Object.keys(memberSpecs) as (keyof Members)[]) {
    const value = given[name];
    if (name === wanted && value === null)
      throw badRequest(`${wanted} is needed for replication type ${type}.`);
    if (name !== wanted && value !== null) throw badRequest(`${name} does not fit replication type ${type}.`);
  }
  if (given.hbr_spec?.vms.length === 0)
    throw badRequest('hbr_spec.vms must name at least one virtual machine.');
}

/** The names of the VMs a spec asks for; null = no spec given. This world has no arrays and no vVols. */
function freeVms(call: Call, given: Members, site: SiteKey, group: Group | null): string[] | null {
  if (given.abr_spec) throw new Conflict('ArrayPairNotFound', 'There is no such array pair.');
  if (given.vvol_spec)
    throw new Conflict('DomainReplicationGroupNotFound', 'There is no such replication group.');
  if (given.vsan_spec)
    throw new Conflict('ProtectionGroupNotFound', 'There is no such vSAN protection group.');
  return (
    given.hbr_spec?.vms.map((id) => {
      const vm = call.world.vms.find((each) => vmId(each) === id && each.at === site);
      if (!vm) throw new Conflict('CannotProtectVm', `'${id}' is not replicated by vSphere Replication.`);
      if (vm.groupId !== null && vm.groupId !== group?.id) {
        throw new Conflict('GroupProtectionOverlapped', `'${vm.name}' is in another protection group.`);
      }
      return vm.name;
    }) ?? null
  );
}

export function siteOfVc(call: Call, guid: string): SiteKey {
  try {
    return siteByServer(call.world, 'vc', guid);
  } catch {
    throw badRequest(`protected_vc_guid ${guid} is not a vCenter of this pairing.`);
  }
}

const rootFolder = ({ world }: Call): string =>
  world.folders.find((folder) => folder.kind === 'protection' && folder.parent === null)?.id ?? '';
