import { publicId } from '../../domain/ids.js';
import type { JobObservation, Observation, ResourceFacts } from '../../domain/observation.js';
import type { WatchedOperation } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { baselineFrom } from './sdrs.baseline.js';
import { createdDrills, createdGroups, sentDrill, sentGroup } from './sdrs.candidates.js';
import type { SdrsClient } from './sdrs.client.js';
import { sdrsDescriptor } from './sdrs.descriptor.js';
import { absentAsNull } from './sdrs.errors.js';
import { textOf } from './sdrs.fields.js';
import { assumedRunning, stepsOf, toJobObservation, warningsOf } from './sdrs.job-mapper.js';
import { readJobs, type JobReadings } from './sdrs.job-readings.js';
import { factsOfGroup, GONE } from './sdrs.mapper.js';
import { factsOfDrill } from './sdrs.parts-mapper.js';
import type { WireDrill, WireGroup } from './sdrs.wire.js';

/** Up to so many operations every job is read every time; above, only where something moved. */
const FEW = 5;

interface World {
  groups: WireGroup[];
  /** null = no drill is watched; an error = they could not be read this time. */
  drills: WireDrill[] | ProviderError | null;
  jobs: JobReadings;
}

/** What an operation is about, as the lists show it. */
type Subject =
  | { kind: 'GROUP'; group: WireGroup }
  | { kind: 'DRILL'; drill: WireDrill; group: WireGroup | null }
  /** Not on the list; `id` is null while it is not known what to look for. */
  | { kind: 'ABSENT'; id: string | null };

/** Many operations with few requests: one list of groups, one of drills, and the jobs that matter now. */
export class SdrsObserver {
  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
  ) {}

  async observe(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const world = await this.look(watched, signal);
    const observations: Observation[] = [];
    const troubles: unknown[] = [];
    for (const operation of watched) {
      try {
        const observation = await this.observationOf(operation, world, signal);
        if (observation) observations.push(observation);
      } catch (error) {
        troubles.push(error);
      }
    }
    if (observations.length === 0 && troubles.length > 0) throw troubles[0];
    return observations;
  }

  private async look(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<World> {
    const few = watched.length <= FEW;
    const early = few ? await readJobs(this.client, watched.flatMap(jobIdsOf), signal) : null;
    const groups = await this.client.listGroups(signal);
    const drills = watched.some(isAboutDrill) ? await this.readDrills(signal) : null;
    const world: World = { groups, drills, jobs: early ?? new Map() };
    if (early) return world;
    const moved = watched.filter((operation) => !isPassing(operation, subjectOf(operation, world)));
    return { ...world, jobs: await readJobs(this.client, moved.flatMap(jobIdsOf), signal) };
  }

  private async readDrills(signal: AbortSignal): Promise<World['drills']> {
    try {
      return await this.client.listDrills(null, signal);
    } catch (error) {
      if (error instanceof ProviderError) return error;
      throw error;
    }
  }

  private async observationOf(
    operation: WatchedOperation,
    world: World,
    signal: AbortSignal,
  ): Promise<Observation | null> {
    if (isAboutDrill(operation) && world.drills instanceof ProviderError) throw world.drills;
    const jobs: JobObservation[] = [];
    const read = [];
    for (const id of jobIdsOf(operation)) {
      const reading = world.jobs.get(id);
      if (reading instanceof Error) throw reading;
      if (reading) read.push(reading);
      jobs.push(reading === undefined ? assumedRunning(id) : toJobObservation(id, reading));
    }
    const subject = subjectOf(operation, world);
    const resource = await this.factsOf(operation, subject, jobs, signal);
    // An entry of the list without its status tells nothing, least of all that something ended.
    if (resource?.exists && resource.word === '') return null;
    return {
      operationId: operation.operationId,
      jobs,
      resource,
      progressPercent: jobs.length === 1 ? (jobs[0]?.progressPercent ?? null) : null,
      steps: read.flatMap(stepsOf),
      prompts: [],
      createdId: this.createdIdOf(operation, subject),
      warnings: read.flatMap(warningsOf),
    };
  }

  private async factsOf(
    operation: WatchedOperation,
    subject: Subject,
    jobs: readonly JobObservation[],
    signal: AbortSignal,
  ): Promise<ResourceFacts | null> {
    if (subject.kind === 'GROUP') return factsOfGroup(subject.group);
    if (subject.kind === 'DRILL') return factsOfDrill(subject.drill, subject.group);
    // Not visible yet is not gone: what an unfinished job makes may still appear.
    if (isCreation(operation) && !isOver(jobs)) return null;
    if (subject.id === null) return isCreation(operation) ? GONE : null;
    return this.confirmedAbsence(operation, subject.id, signal);
  }

  /**
   * Absence from a list proves nothing: any page may be one of several (a server may cap it), they come in
   * no promised order, so an entry can slip between two, and what a job has just made can be younger than
   * the list. It is asked for by its id, which happens once in the life of an operation.
   */
  private async confirmedAbsence(
    operation: WatchedOperation,
    id: string,
    signal: AbortSignal,
  ): Promise<ResourceFacts> {
    if (isAboutDrill(operation)) {
      const drill = await absentAsNull(this.client.getDrill(id, signal));
      return drill ? factsOfDrill(drill, null) : GONE;
    }
    const group = await absentAsNull(this.client.getGroup(id, signal));
    return group ? factsOfGroup(group) : GONE;
  }

  private createdIdOf(operation: WatchedOperation, subject: Subject): string | null {
    if (!isCreation(operation)) return null;
    if (subject.kind === 'GROUP') return publicId(this.siteId, subject.group.id);
    if (subject.kind === 'DRILL') return publicId(this.siteId, subject.drill.id);
    return subject.id === null ? null : publicId(this.siteId, subject.id);
  }
}

function subjectOf(operation: WatchedOperation, world: World): Subject {
  const baseline = baselineFrom(operation.baseline);
  const body = operation.calls[0]?.call.body;
  const groups = world.groups;
  const groupOf = (id: string | null): WireGroup | null => groups.find((group) => group.id === id) ?? null;
  if (isAboutDrill(operation)) {
    const drills = world.drills && !(world.drills instanceof ProviderError) ? world.drills : [];
    const isNew = operation.command.action === 'START_DRILL';
    const told = isNew
      ? entityOf(operation, world, 'disaster_recovery_drill_id')
      : (baseline.drill?.id ?? null);
    const drill =
      drills.find(({ id }) => id === told) ??
      (isNew && told === null ? onlyOne(createdDrills(drills, sentDrill(body), baseline)) : null);
    return drill
      ? { kind: 'DRILL', drill, group: groupOf(operation.command.targetNativeId) }
      : { kind: 'ABSENT', id: told };
  }
  const isNew = operation.command.action === 'CREATE_PROTECTION_GROUP';
  const told = isNew ? entityOf(operation, world, 'server_group_id') : operation.command.targetNativeId;
  const group =
    groupOf(told) ??
    (isNew && told === null ? onlyOne(createdGroups(groups, sentGroup(body), baseline)) : null);
  return group ? { kind: 'GROUP', group } : { kind: 'ABSENT', id: told };
}

/** The created id, which a job tells after its success only (section 5.2), and some never (quirk 7). */
function entityOf(
  operation: WatchedOperation,
  world: World,
  key: 'server_group_id' | 'disaster_recovery_drill_id',
): string | null {
  for (const id of jobIdsOf(operation)) {
    const job = world.jobs.get(id);
    const told =
      job && !(job instanceof Error) && job.status === 'SUCCESS' ? textOf(job.entities?.[key]) : null;
    if (told !== null) return told;
  }
  return null;
}

function isPassing(operation: WatchedOperation, subject: Subject): boolean {
  const via = sdrsDescriptor.lifecycle.actions[operation.command.action]?.via ?? [];
  if (subject.kind === 'GROUP') return via.includes(subject.group.status ?? '');
  return subject.kind === 'DRILL' && via.includes(subject.drill.status ?? '');
}

function isAboutDrill(operation: WatchedOperation): boolean {
  return sdrsDescriptor.lifecycle.actions[operation.command.action]?.observes === 'DRILL';
}

function isCreation({ command: { action } }: WatchedOperation): boolean {
  return action === 'CREATE_PROTECTION_GROUP' || action === 'START_DRILL';
}

function isOver(jobs: readonly JobObservation[]): boolean {
  return jobs.length > 0 && jobs.every(({ state }) => state === 'SUCCEEDED' || state === 'FAILED');
}

function jobIdsOf(operation: WatchedOperation): string[] {
  return operation.calls.flatMap(({ ref }) => ref?.jobIds ?? []);
}

function onlyOne<T>(candidates: readonly T[]): T | null {
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}
