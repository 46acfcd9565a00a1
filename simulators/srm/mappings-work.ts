import { moref } from './ids.js';
import type { Mapping, MappingKind, SiteKey, SrmSim, World } from './world.js';

/** What the tasks of inventory mappings and of the pairing do when they end well. */
export const mappingEffects = {
  'placeholder-datastores': ({ state: world }: SrmSim, change: { add: string[]; remove: string[] }) => {
    const kept = world.placeholderDatastores.filter((id) => !change.remove.includes(id));
    world.placeholderDatastores = [...new Set([...kept, ...change.add])];
    return change.add.length > 0 ? change.add : null;
  },

  'suitable-datastores': ({ state: world }: SrmSim, { site }: { site: SiteKey }) =>
    world.inventory
      .filter((object) => object.kind === 'datastore' && object.site === site)
      .map(({ id }) => ({
        datastore_id: id,
        placeholder_datastore: world.placeholderDatastores.includes(id),
      })),

  pairing: ({ state: world }: SrmSim, { paired }: { paired: boolean }) => {
    world.paired = paired;
    // After a change of the pairing the session must be made anew (srm reference 7.9).
    world.sessions = [];
    return null;
  },
};

/** Both directions are mapped, so that a reprotect finds its way back. */
export function seedMappings(world: World): Mapping[] {
  const objects: [MappingKind, string, string][] = [
    ['folders', 'Folder', 'group-v30'],
    ['networks', 'Network', 'network-15'],
    ['resources', 'ResourcePool', 'resgroup-9'],
  ];
  const sites: [SiteKey, SiteKey][] = [
    ['a', 'b'],
    ['b', 'a'],
  ];
  return sites.flatMap(([from, to], side) => {
    const at = (site: SiteKey, type: string, value: string) => moref(type, value, world.sites[site].vc.id);
    const mapping = (kind: MappingKind, index: number, source: string, target: string): Mapping => ({
      id: `55555555-eeee-4eee-8eee-5555555555${side}${index}`,
      site: from,
      kind,
      source,
      target,
    });
    return [
      ...objects.map(([kind, type, value], index) =>
        mapping(kind, index, at(from, type, value), at(to, type, value)),
      ),
      mapping(
        'storage-policies',
        3,
        at(from, 'StorageProfile', `policy-${from}-1`),
        at(to, 'StorageProfile', `policy-${to}-1`),
      ),
      mapping('test-networks', 4, at(from, 'Network', 'network-15'), at(from, 'Network', 'network-18')),
    ];
  });
}
