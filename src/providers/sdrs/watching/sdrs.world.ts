import type { WatchedOperation } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { baselineFrom } from '../evidence/sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import type { JobReadings } from './sdrs.job-readings.js';
import { subjectKindOf, type SubjectKind } from './sdrs.subjects.js';
import type { WireDrill, WireFailureJob, WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

/** A list, or why it could not be read this time: that says nothing about what is on it. null = nobody needs it. */
type Reading<T> = readonly T[] | ProviderError | null;

/** A filter by groups takes thirty of them, a page of everything a thousand things. */
const MOST_GROUPS_BY_NAME = 60;

/** What is on the lists that the watched operations are about. */
export interface World {
  groups: Reading<WireGroup>;
  drills: Reading<WireDrill>;
  instances: Reading<WireInstance>;
  pairs: Reading<WirePair>;
  /** By the group that they happened inside; null = those about groups. */
  tasks: ReadonlyMap<string | null, Reading<WireFailureJob>>;
  jobs: JobReadings;
}

/** One list for each kind of thing, whatever the number of operations; instances and pairs of their groups alone. */
export async function readLists(
  client: SdrsClient,
  watched: readonly WatchedOperation[],
  signal: AbortSignal,
): Promise<Omit<World, 'jobs'>> {
  const about = (...kinds: SubjectKind[]): WatchedOperation[] =>
    watched.filter(({ command }) => kinds.includes(subjectKindOf(command.action)));
  const groupsOf = (operations: readonly WatchedOperation[]): string[] =>
    operations.flatMap(({ command }) => command.targetNativeId ?? []);
  const when = <T>(needed: readonly unknown[], read: () => Promise<T[]>): Promise<Reading<T>> =>
    needed.length === 0 ? Promise.resolve(null) : reading(read);
  const inGroups = <T>(
    ids: readonly string[],
    some: (ids: readonly string[]) => Promise<T[]>,
    all: () => Promise<T[]>,
  ): Promise<Reading<T>> => when(ids, () => (new Set(ids).size > MOST_GROUPS_BY_NAME ? all() : some(ids)));

  const lists = {
    // A drill's direction is its group's.
    groups: await when(about('GROUP', 'DRILL'), () => client.listGroups(signal)),
    drills: await when(about('DRILL'), () => client.listDrills(null, signal)),
    instances: await inGroups(
      groupsOf(about('INSTANCE')),
      (ids) => client.listInstancesIn(ids, signal),
      () => client.listInstances(null, signal),
    ),
    pairs: await inGroups(
      groupsOf(about('PAIR')),
      (ids) => client.listPairsIn(ids, signal),
      () => client.listPairs(null, signal),
    ),
  };
  const tasks = new Map<string | null, Reading<WireFailureJob>>();
  for (const groupId of new Set(about('TASKS').map(taskGroupOf))) {
    tasks.set(groupId, await reading(() => client.listFailureJobs(groupId, signal)));
  }
  return { ...lists, tasks };
}

export function taskGroupOf(operation: WatchedOperation): string | null {
  return baselineFrom(operation.baseline).tasks?.groupId ?? null;
}

/** null = it was not read. */
export function listed<T>(list: Reading<T>): readonly T[] | null {
  return list instanceof ProviderError ? null : list;
}

export function itemsOf<T>(list: Reading<T> | undefined): readonly T[] {
  if (list instanceof ProviderError) throw list;
  return list ?? [];
}

async function reading<T>(read: () => Promise<T[]>): Promise<Reading<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
