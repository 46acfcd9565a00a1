import { moref } from './ids.js';
import type { InventoryObject, SiteKey, World } from './world.js';

interface Named {
  id: string;
  name: string;
}

interface Places {
  folder: Named;
  pool: Named;
  host: Named;
  network: Named;
  datastore: Named;
}

/** What stands in each vCenter. Both sites look alike; only the letter in the names differs. */
export function inventoryAt(site: SiteKey, vcGuid: string): InventoryObject[] {
  const letter = site.toUpperCase();
  const root = `/DC-${letter}`;
  const dc = moref('Datacenter', 'datacenter-2', vcGuid);
  const cluster = moref('ClusterComputeResource', 'domain-c8', vcGuid);
  const objects: [InventoryObject['kind'], string, string, string, string | null][] = [
    ['compute', 'Datacenter', 'datacenter-2', root, null],
    ['compute', 'ClusterComputeResource', 'domain-c8', `${root}/cluster-${site}`, dc],
    ['compute', 'ResourcePool', 'resgroup-9', `${root}/cluster-${site}/Resources`, cluster],
    ['compute', 'HostSystem', 'host-12', `${root}/cluster-${site}/esx-1.site-${site}.example`, cluster],
    ['datastore', 'Datastore', 'datastore-16', `${root}/replicated-${site}`, dc],
    ['datastore', 'Datastore', 'datastore-17', `${root}/placeholders-${site}`, dc],
    ['network', 'Network', 'network-15', `${root}/VM Network`, dc],
    ['network', 'Network', 'network-18', `${root}/Test Network`, dc],
    ['vm-folder', 'Folder', 'group-v3', `${root}/vm`, dc],
    ['vm-folder', 'Folder', 'group-v30', `${root}/vm/production`, moref('Folder', 'group-v3', vcGuid)],
    ['storage-policy', 'StorageProfile', `policy-${site}-1`, 'VM Replicated', null],
  ];
  return objects.map(([kind, type, value, path, parent]) => ({
    id: moref(type, value, vcGuid),
    site,
    kind,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    parent,
  }));
}

/** Where VMs of the other site are recovered to at this one. */
export function placesAt(world: World, site: SiteKey): Places {
  const vcGuid = world.sites[site].vc.id;
  const place = (type: string, value: string): Named => {
    const id = moref(type, value, vcGuid);
    return { id, name: objectName(world, id) };
  };
  return {
    folder: place('Folder', 'group-v30'),
    pool: place('ResourcePool', 'resgroup-9'),
    host: place('HostSystem', 'host-12'),
    network: place('Network', 'network-15'),
    datastore: place('Datastore', 'datastore-16'),
  };
}

export const objectName = (world: World, id: string): string =>
  world.inventory.find((object) => object.id === id)?.name ?? '';
