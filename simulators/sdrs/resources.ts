import type { ResourceKind } from './transitions.js';
import type { Drill, Group, Instance, Pair, Resource, Sdrs, SdrsState } from './world.js';

interface Kinds {
  group: Group;
  instance: Instance;
  pair: Pair;
  drill: Drill;
}

/** Where the resources of each kind live, and what the task center calls them (3.9). */
const SHELVES = {
  group: { list: 'groups', taskType: 'server_groups' },
  instance: { list: 'instances', taskType: 'protected_instances' },
  pair: { list: 'pairs', taskType: 'replications' },
  drill: { list: 'drills', taskType: 'disaster_recovery_drills' },
} as const;

export function taskTypeOf(kind: ResourceKind): string {
  return SHELVES[kind].taskType;
}

export function resourcesOf<K extends ResourceKind>(state: SdrsState, kind: K): Kinds[K][] {
  return state[SHELVES[kind].list] as Kinds[ResourceKind][] as Kinds[K][];
}

export function resourceOf<K extends ResourceKind>(
  state: SdrsState,
  kind: K,
  id: string,
): Kinds[K] | undefined {
  return resourcesOf(state, kind).find((resource) => resource.id === id);
}

export function removeResource(state: SdrsState, kind: ResourceKind, id: string): void {
  const list = resourcesOf(state, kind);
  const index = list.findIndex((resource) => resource.id === id);
  if (index >= 0) list.splice(index, 1);
}

/** Reads go on showing the old status for as long as the setting `statusLagMs` says (9). */
export function setStatus(sim: Sdrs, resource: Resource, status: string): void {
  if (resource.status === status) return;
  const { statusLagMs } = sim.settings;
  if (statusLagMs > 0) resource.stale = { status: resource.status, until: sim.instant + statusLagMs };
  resource.status = status;
  resource.updated_at = sim.instant;
}

export function rename(sim: Sdrs, resource: Resource, name: string): void {
  resource.name = name;
  resource.updated_at = sim.instant;
}
