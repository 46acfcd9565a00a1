import { notFound } from './errors.js';
import { siteByServer } from './sites.js';
import { list, one, VCENTER, type Call, type Surface } from './surface.js';
import { replicatedVmView } from './views.js';
import type { InventoryObject } from './world.js';

/** What a vCenter has: places for VMs, and the VMs that vSphere Replication copies. */
export function inventoryRoutes(on: Surface): void {
  const trees: [path: string, param: string, kind: InventoryObject['kind']][] = [
    ['inventory/compute', 'compute_id', 'compute'],
    ['inventory/datastores', 'datastore_id', 'datastore'],
    ['inventory/network', 'network_id', 'network'],
    ['inventory/vm-folder', 'vm_folder_id', 'vm-folder'],
    ['storage-policies', 'storage_policy_id', 'storage-policy'],
  ];
  for (const [path, param, kind] of trees) {
    on.get(`${VCENTER}/${path}`, 'DD', (call) => list(call, objectsAt(call, kind).map(viewOf)));
    on.get(`${VCENTER}/${path}/:${param}`, 'DD', (call) => {
      const object = objectsAt(call, kind).find(({ id }) => id === call.params[param]);
      if (!object) throw notFound();
      return one(viewOf(object));
    });
  }

  on.get(`${VCENTER}/inventory/compute/:compute_id/browser`, '--', (call) => {
    if (!objectsAt(call, 'compute').some(({ id }) => id === call.params.compute_id)) throw notFound();
    return list(call, []);
  });

  on.get(`${VCENTER}/replicated-vms`, 'DD', (call) => {
    const site = siteByServer(call.world, 'vc', call.params.vcenter_id);
    return list(call, call.world.vms.filter((vm) => vm.at === site).map(replicatedVmView));
  });
}

/** With a path: what stands there, and everything below it. */
function objectsAt(call: Call, kind: InventoryObject['kind']): InventoryObject[] {
  const site = siteByServer(call.world, 'vc', call.params.vcenter_id);
  const wanted = call.query.path?.replace(/\/$/, '');
  return call.world.inventory.filter(
    (object) =>
      object.site === site &&
      object.kind === kind &&
      (wanted === undefined || `${object.path}/`.startsWith(`${wanted}/`)),
  );
}

function viewOf({ id, name, path, parent, kind }: InventoryObject): object {
  if (kind === 'storage-policy') return { id, name };
  if (kind !== 'datastore') return { id, name, path, parent };
  return {
    id,
    name,
    path,
    parent,
    capacity_details: { total_capacity: 2_199_023_255_552, used_space: 879_609_302_220 },
    file_system_type: 'VMFS',
    type: 'DATASTORE',
    overall_status: 'GREEN',
    maintenance_mode: 'normal',
    accessible: true,
  };
}
