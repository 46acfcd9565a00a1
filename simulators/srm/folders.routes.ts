import { badRequest, Conflict, notFound } from './errors.js';
import { itemsOf, pathOf, type Item } from './folders-work.js';
import { moref } from './ids.js';
import { optional, spec, text } from './specs.js';
import { submit } from './submit.js';
import { list, one, PAIRING, type Answer, type Call, type Surface } from './surface.js';
import type { Folder } from './world.js';

const createSpec = spec({ name: text(80), location: optional(text()) });
const moveSpec = spec({ destination_parent: text() });
const renameSpec = spec({ name: text(80) });

/** The folder trees of groups and of plans; v1 has no operations that change them (srm reference 1.2). */
export function folderRoutes(on: Surface): void {
  treeRoutes(on, 'protection', `${PAIRING}/protection-management/inventory`);
  treeRoutes(on, 'recovery', `${PAIRING}/recovery-management/inventory`);
}

function treeRoutes(on: Surface, kind: Folder['kind'], path: string): void {
  if (on.version === 1) return;
  const item = `${path}/:folder_id`;

  on.get(path, 'FF', (call) => list(call, viewsUnder(call, kind, call.query.path)));
  on.get(item, 'FF', (call) => one(viewOf(itemsOf(call.world, kind), named(call, kind))));
  on.get(`${item}/children`, 'FF', (call) => {
    const items = itemsOf(call.world, kind);
    const { id } = named(call, kind);
    return list(
      call,
      items.filter((each) => each.parent === id).map((each) => viewOf(items, each)),
    );
  });
  on.post(path, 'DD', (call) => createFolder(call, kind));
  on.delete(item, 'DD', (call) => {
    const folder = named(call, kind);
    if (folder.type !== 'FOLDER' || folder.parent === null)
      throw badRequest('Only a folder can be deleted here.');
    return change(call, 'delete-folder', folder, { id: folder.id });
  });
  on.post(`${item}/actions/move`, 'FF', (call) => {
    const moved = named(call, kind);
    const { destination_parent: parent } = moveSpec(call.body);
    const folder = itemsOf(call.world, kind).find((each) => each.id === parent && each.type === 'FOLDER');
    if (!folder || moved.parent === null) throw badRequest('The destination must be a folder of this tree.');
    return change(call, 'move-item', moved, { id: moved.id, parent });
  });
  on.post(`${item}/actions/rename`, 'DD', (call) => {
    const renamed = named(call, kind);
    return change(call, 'rename-item', renamed, { id: renamed.id, ...renameSpec(call.body) });
  });
}

function named(call: Call, kind: Folder['kind']): Item {
  const item = itemsOf(call.world, kind).find((each) => each.id === call.params.folder_id);
  if (!item) throw notFound();
  return item;
}

/** With a path: what stands there, and everything below it. */
function viewsUnder(call: Call, kind: Folder['kind'], path: string | undefined): object[] {
  const items = itemsOf(call.world, kind);
  const wanted = path?.replace(/\/$/, '');
  return items
    .filter((item) => wanted === undefined || `${pathOf(items, item)}/`.startsWith(`${wanted}/`))
    .map((item) => viewOf(items, item));
}

const viewOf = (items: Item[], item: Item): object => ({ ...item, path: pathOf(items, item) });

function createFolder(call: Call, kind: Folder['kind']): Answer {
  const given = createSpec(call.body);
  const items = itemsOf(call.world, kind);
  const parent = items.find((item) => (given.location ? item.id === given.location : item.parent === null));
  if (parent?.type !== 'FOLDER') throw badRequest('location must be a folder of this tree.');
  return submit(call, { kind: 'create-folder', entity: parent.id, entityName: parent.name }, () => {
    if (items.some((item) => item.parent === parent.id && item.name === given.name)) {
      throw new Conflict('DuplicateName', `There is a '${given.name}' in this folder already.`);
    }
    const id = moref('DrFolder', call.sim.random.uuid(), call.world.sites.a.srm.id);
    const folder: Folder = { id, kind, name: given.name, parent: parent.id };
    return { target: id, effect: { kind: 'create-folder', payload: { folder } } };
  });
}

function change(
  call: Call,
  kind: 'rename-item' | 'move-item' | 'delete-folder',
  item: Item,
  payload: object,
): Answer {
  return submit(call, { kind, entity: item.id, entityName: item.name }, () => ({
    target: item.id,
    effect: { kind, payload },
  }));
}
