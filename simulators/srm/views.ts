import { placesAt } from './inventory.js';
import { GROUP_PHASES } from './transitions.js';
import { groupStatus, planProgress, statusSeenFrom } from './plan-status.js';
import { recoverySite, vmId, vmsOf } from './sites.js';
import { otherSite, type Group, type Plan, type Server, type SiteKey, type Vm, type World } from './world.js';

/** The two sites as an object at one of them names them. */
function directionView(world: World, of: { protectedSite: SiteKey }): object {
  const from = world.sites[of.protectedSite];
  const to = world.sites[recoverySite(of)];
  return {
    protected_site_name: from.name,
    recovery_site_name: to.name,
    protected_vc_guid: from.vc.id,
    recovery_vc_guid: to.vc.id,
  };
}

function locationView(world: World, id: string): object {
  return { location: id, location_name: world.folders.find((folder) => folder.id === id)?.name ?? '' };
}

export function groupView(world: World, group: Group): object {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    ...directionView(world, group),
    ...locationView(world, group.location),
    total_vms: vmsOf(world, group).length,
    replication_type: group.type,
    recovery_status: GROUP_PHASES[group.phase].recovery_status,
    status: groupStatus(world, group),
    array_pair: null,
    domain_id: null,
  };
}

export function planView(world: World, plan: Plan, here: SiteKey): object {
  return {
    id: plan.id,
    status: statusSeenFrom(world, plan, here),
    name: plan.name,
    description: plan.description,
    ...directionView(world, plan),
    ...locationView(world, plan.location),
    progress: planProgress(plan),
    is_running: plan.run !== null,
  };
}

/** Without the far site nobody knows where a VM would be recovered to. */
export function groupVmView(world: World, vm: Vm, seesRemote: boolean): object {
  const status = vm.pinned ?? vm.protection;
  const there = placesAt(world, otherSite(vm.at));
  const info = {
    recovery_folder: there.folder,
    recovery_resource_pool: there.pool,
    recovery_host: there.host,
    recovery_networks: [{ ...there.network, type: 'NETWORK' }],
    vmotion_eligible: false,
  };
  return {
    id: vmId(vm),
    name: vm.name,
    template: false,
    inside_vapp: false,
    ...(seesRemote ? { protection_info: info } : {}),
    protection_status_details: {
      status,
      errors: status === 'MISSING_MAPPING' ? ['No inventory mapping covers this virtual machine.'] : [],
    },
    vvol_replication_group_data: null,
  };
}

export function replicatedVmView(vm: Vm): object {
  return {
    id: vmId(vm),
    name: vm.name,
    template: false,
    inside_vapp: false,
    replication_status: vm.replication,
  };
}

export function serverView(server: Server, status: 'OK' | 'ERROR', known: boolean): object {
  return {
    id: server.id,
    url: server.url,
    name: server.name,
    server_status: status,
    certificates: known ? [certificateOf(server)] : null,
    certificate_warnings: known ? [] : null,
    version: server.version,
  };
}

/** A self-signed certificate, as appliances have them (srm reference 1.3); its values are inventions. */
function certificateOf(server: Server): object {
  const name = `CN=${new URL(server.url).hostname}`;
  return {
    thumbprint: server.id.replaceAll('-', '').toUpperCase().match(/../g)?.join(':') ?? '',
    subject_dn: name,
    issuer_dn: name,
    not_before: Date.UTC(2025, 0, 1),
    not_after: Date.UTC(2035, 0, 1),
    certificate: '-----BEGIN CERTIFICATE-----\nMIIBsimulated\n-----END CERTIFICATE-----\n',
  };
}

export function srmView(world: World, site: SiteKey, status: 'OK' | 'ERROR', known: boolean): object {
  const { srm, vc } = world.sites[site];
  return {
    ...serverView(srm, status, known),
    vc_guid: vc.id,
    vc_name: vc.name,
    extension_key: 'com.vmware.vcDr',
  };
}
