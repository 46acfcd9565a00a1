import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselineFrom } from '../evidence/sdrs.baseline.js';
import { createdDrills, createdGroups, sentDrill, sentGroup } from '../evidence/sdrs.candidates.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { keyOf } from '../reading/sdrs.failed-tasks.js';
import { textOf } from '../wire/sdrs.fields.js';
import { createdInstances, createdPairs, sentInstance, sentPair } from '../evidence/sdrs.part-candidates.js';
import { isCreation, subjectKindOf, type SubjectKind } from './sdrs.subjects.js';
import { itemsOf, taskGroupOf, type World } from './sdrs.world.js';
import type { WireDrill, WireGroup, WireInstance, WireJob, WirePair } from '../wire/sdrs.wire.js';

/** What an operation is about, as the lists show it. */
export type Sighting =
  | { kind: 'GROUP'; item: WireGroup }
  | { kind: 'DRILL'; item: WireDrill; group: WireGroup | null }
  | { kind: 'INSTANCE'; item: WireInstance }
  | { kind: 'PAIR'; item: WirePair }
  /** How many of the failed tasks that were to be cleared are still listed. */
  | { kind: 'TASKS'; left: number }
  /** Not on the list; `id` is null while it is not known what to look for. */
  | { kind: 'ABSENT'; id: string | null };

/** Throws why its list could not be read. */
export function sightingOf(operation: WatchedOperation, world: World): Sighting {
  switch (subjectKindOf(operation.command.action)) {
    case 'GROUP':
      return sightingOfGroup(operation, world);
    case 'DRILL':
      return sightingOfDrill(operation, world);
    case 'INSTANCE':
      return sightingOfInstance(operation, world);
    case 'PAIR':
      return sightingOfPair(operation, world);
    case 'TASKS':
      return sightingOfTasks(operation, world);
  }
}

/** In its action's own passing words. */
export function isPassing({ command }: WatchedOperation, sighting: Sighting): boolean {
  const via = sdrsDescriptor.lifecycle.actions[command.action]?.via ?? [];
  return 'item' in sighting && via.includes(sighting.item.status ?? '');
}

export function jobIdsOf(operation: WatchedOperation): string[] {
  return operation.calls.flatMap(({ ref }) => ref?.jobIds ?? []);
}

function sightingOfGroup(operation: WatchedOperation, world: World): Sighting {
  const groups = itemsOf(world.groups);
  const id = operation.command.targetNativeId ?? createdIdOf(operation, world);
  const body = operation.calls[0]?.call.body;
  const item = pick(
    groups,
    id,
    () => createdGroups(groups, sentGroup(body), baselineOf(operation)),
    operation,
  );
  return item ? { kind: 'GROUP', item } : { kind: 'ABSENT', id };
}

function sightingOfDrill(operation: WatchedOperation, world: World): Sighting {
  const drills = itemsOf(world.drills);
  const { action, partNativeId, targetNativeId } = operation.command;
  const baseline = baselineOf(operation);
  const body = operation.calls[0]?.call.body;
  // One that was begun outside names its drill.
  const known = partNativeId ?? baseline.drill?.id ?? null;
  const id = known ?? (action === 'START_DRILL' ? createdIdOf(operation, world) : null);
  const item = pick(drills, id, () => createdDrills(drills, sentDrill(body), baseline), operation);
  if (!item) return { kind: 'ABSENT', id };
  const group = itemsOf(world.groups).find((one) => one.id === targetNativeId) ?? null;
  return { kind: 'DRILL', item, group };
}

function sightingOfInstance(operation: WatchedOperation, world: World): Sighting {
  const instances = itemsOf(world.instances);
  const id = partIdOf(operation, world);
  const wanted = sentInstance(operation.calls[0]?.call.body);
  const made = () => createdInstances(instances, wanted, baselineOf(operation));
  const item = pick(instances, id, made, operation);
  return item ? { kind: 'INSTANCE', item } : { kind: 'ABSENT', id };
}

function sightingOfPair(operation: WatchedOperation, world: World): Sighting {
  const pairs = itemsOf(world.pairs);
  const id = partIdOf(operation, world);
  const wanted = sentPair(operation.calls[0]?.call.body);
  const item = pick(pairs, id, () => createdPairs(pairs, wanted, baselineOf(operation)), operation);
  return item ? { kind: 'PAIR', item } : { kind: 'ABSENT', id };
}

function sightingOfTasks(operation: WatchedOperation, world: World): Sighting {
  const keys = baselineOf(operation).tasks?.keys ?? [];
  const listed = itemsOf(world.tasks.get(taskGroupOf(operation))).map(keyOf);
  return { kind: 'TASKS', left: keys.filter((key) => listed.includes(key)).length };
}

function partIdOf(operation: WatchedOperation, world: World): string | null {
  return isCreation(operation.command) ? createdIdOf(operation, world) : operation.command.partNativeId;
}

/** By its id; what is new and has none yet, if there is exactly one that could be it. */
function pick<T extends { id: string }>(
  items: readonly T[],
  id: string | null,
  candidates: () => readonly T[],
  { command }: WatchedOperation,
): T | null {
  if (id !== null) return items.find((item) => item.id === id) ?? null;
  const made = isCreation(command) ? candidates() : [];
  return made.length === 1 ? (made[0] ?? null) : null;
}

const ENTITIES: Readonly<Partial<Record<SubjectKind, keyof NonNullable<WireJob['entities']>>>> = {
  GROUP: 'server_group_id',
  DRILL: 'disaster_recovery_drill_id',
  INSTANCE: 'protected_instance_id',
  PAIR: 'replication_pair_id',
};

/** The created id, which a job tells after its success only (section 5.2), and some never (quirk 7). */
function createdIdOf(operation: WatchedOperation, world: World): string | null {
  const key = ENTITIES[subjectKindOf(operation.command.action)];
  for (const id of jobIdsOf(operation)) {
    const job = world.jobs.get(id);
    if (!job || job instanceof ProviderError || job.status !== 'SUCCESS' || !key) continue;
    const told = textOf(job.entities?.[key]);
    if (told !== null) return told;
  }
  return null;
}

function baselineOf(operation: WatchedOperation) {
  return baselineFrom(operation.baseline);
}
