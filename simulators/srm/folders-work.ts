import { Conflict } from './errors.js';
import type { Folder, SrmSim, World } from './world.js';

/** One thing in the inventory of groups or of plans: a folder, a group or a plan. */
export interface Item {
  id: string;
  name: string;
  type: 'FOLDER' | 'PROTECTION_GROUP' | 'RECOVERY_PLAN';
  parent: string | null;
}

/** Folders, and what is in them, of one kind. */
export function itemsOf(world: World, kind: Folder['kind']): Item[] {
  const folders = world.folders.filter((folder) => folder.kind === kind);
  const inside = kind === 'protection' ? world.groups : world.plans;
  const type: Item['type'] = kind === 'protection' ? 'PROTECTION_GROUP' : 'RECOVERY_PLAN';
  return [
    ...folders.map(({ id, name, parent }) => ({ id, name, parent, type: 'FOLDER' as const })),
    ...inside.map(({ id, name, location }) => ({ id, name, parent: location, type: type })),
  ];
}

export function pathOf(items: Item[], item: Item): string {
  const parent = items.find((each) => each.id === item.parent);
  return `${parent ? pathOf(items, parent) : ''}/${item.name}`;
}

/** What the tasks of the two folder trees do when they end well. */
export const folderEffects = {
  'create-folder': ({ state: world }: SrmSim, { folder }: { folder: Folder }) => {
    world.folders.push(folder);
    return folder.id;
  },

  'rename-item': ({ state: world }: SrmSim, { id, name }: { id: string; name: string }) => {
    for (const item of [...world.folders, ...world.groups, ...world.plans])
      if (item.id === id) item.name = name;
    return null;
  },

  'move-item': ({ state: world }: SrmSim, { id, parent }: { id: string; parent: string }) => {
    for (const folder of world.folders) if (folder.id === id) folder.parent = parent;
    for (const item of [...world.groups, ...world.plans]) if (item.id === id) item.location = parent;
    return null;
  },

  'delete-folder': ({ state: world }: SrmSim, { id }: { id: string }) => {
    const inside = [...itemsOf(world, 'protection'), ...itemsOf(world, 'recovery')];
    if (inside.some((item) => item.parent === id))
      throw new Conflict('WrongGroupState', 'The folder is not empty.');
    world.folders = world.folders.filter((folder) => folder.id !== id);
    return null;
  },
};
