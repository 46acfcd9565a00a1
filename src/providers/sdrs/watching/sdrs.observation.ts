import { publicId } from '../../../domain/ids.js';
import type { JobObservation, Observation, ResourceFacts } from '../../../domain/observation.js';
import type { WatchedOperation } from '../../provider-driver.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { absentAsNull } from '../wire/sdrs.errors.js';
import { assumedRunning, stepsOf, toJobObservation, warningsOf } from '../reading/sdrs.job-mapper.js';
import { readJobs } from './sdrs.job-readings.js';
import { factsOfGroup, GONE } from '../reading/sdrs.mapper.js';
import { effectOn } from '../evidence/sdrs.part-effects.js';
import { factsOfDrill, factsOfInstance, factsOfPair } from '../reading/sdrs.parts-mapper.js';
import { isPassing, jobIdsOf, sightingOf, type Sighting } from './sdrs.sightings.js';
import { isCreation, subjectKindOf } from './sdrs.subjects.js';
import { readLists, type World } from './sdrs.world.js';

/** Up to so many operations every job is read every time; above, only where something moved. */
const FEW = 5;

/** Many operations with few requests: one list for each kind of thing, and the jobs that matter now. */
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

  /** The jobs of a few are read before the lists: what a job says to have ended, the lists then show. */
  private async look(watched: readonly WatchedOperation[], signal: AbortSignal): Promise<World> {
    const few = watched.length <= FEW;
    const early = few ? await readJobs(this.client, watched.flatMap(jobIdsOf), signal) : null;
    const lists = await readLists(this.client, watched, signal);
    const world: World = { ...lists, jobs: early ?? new Map() };
    if (early) return world;
    const moved = watched.filter((operation) => hasMoved(operation, world));
    return { ...world, jobs: await readJobs(this.client, moved.flatMap(jobIdsOf), signal) };
  }

  private async observationOf(
    operation: WatchedOperation,
    world: World,
    signal: AbortSignal,
  ): Promise<Observation | null> {
    const jobs: JobObservation[] = [];
    const read = [];
    for (const id of jobIdsOf(operation)) {
      const reading = world.jobs.get(id);
      if (reading instanceof Error) throw reading;
      if (reading) read.push(reading);
      jobs.push(reading === undefined ? assumedRunning(id) : toJobObservation(id, reading));
    }
    const listed = sightingOf(operation, world);
    const sighting = listed.kind === 'ABSENT' ? await this.lookedUp(operation, listed, jobs, signal) : listed;
    const resource = sighting && factsOf(sighting);
    // An entry of the list without its status tells nothing, least of all that something ended.
    if (resource?.exists && resource.word === '') return null;
    return {
      operationId: operation.operationId,
      jobs,
      resource,
      progressPercent: jobs.length === 1 ? (jobs[0]?.progressPercent ?? null) : null,
      steps: read.flatMap(stepsOf),
      prompts: [],
      createdId: this.createdIdOf(operation, listed),
      warnings: read.flatMap(warningsOf),
      effect: sighting && effectOf(operation, sighting),
    };
  }

  /**
   * Absence from a list proves nothing: any page may be one of several (a server may cap it), they come in
   * no promised order, so an entry can slip between two, and what a job has just made can be younger than
   * the list. It is asked for by its id, which happens once in the life of an operation. null = what an
   * unfinished job makes may still appear: not visible yet is not gone.
   */
  private async lookedUp(
    operation: WatchedOperation,
    absent: Extract<Sighting, { kind: 'ABSENT' }>,
    jobs: readonly JobObservation[],
    signal: AbortSignal,
  ): Promise<Sighting | null> {
    const creation = isCreation(operation.command);
    if (creation && jobs.some(({ state }) => !ENDED.has(state))) return null;
    const { id } = absent;
    if (id === null) return creation ? absent : null;
    switch (subjectKindOf(operation.command.action)) {
      case 'DRILL': {
        const item = await absentAsNull(this.client.getDrill(id, signal));
        return item ? { kind: 'DRILL', item, group: null } : absent;
      }
      case 'INSTANCE': {
        const item = await absentAsNull(this.client.getInstance(id, signal));
        return item ? { kind: 'INSTANCE', item } : absent;
      }
      case 'PAIR': {
        const item = await absentAsNull(this.client.getPair(id, signal));
        return item ? { kind: 'PAIR', item } : absent;
      }
      default: {
        const item = await absentAsNull(this.client.getGroup(id, signal));
        return item ? { kind: 'GROUP', item } : absent;
      }
    }
  }

  private createdIdOf(operation: WatchedOperation, sighting: Sighting): string | null {
    if (!isCreation(operation.command)) return null;
    if ('item' in sighting) return publicId(this.siteId, sighting.item.id);
    return 'id' in sighting && sighting.id !== null ? publicId(this.siteId, sighting.id) : null;
  }
}

/** A job that is forgotten will not make anything any more that could be waited for. */
const ENDED: ReadonlySet<JobObservation['state']> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'GONE']);

/** The task center has no states: these words are ours, for what its list shows. */
const TASK_CENTER: ResourceFacts = { ...GONE, exists: true, state: 'EMPTY', word: 'listed' };

function factsOf(sighting: Sighting): ResourceFacts {
  switch (sighting.kind) {
    case 'GROUP':
      return factsOfGroup(sighting.item);
    case 'DRILL':
      return factsOfDrill(sighting.item, sighting.group);
    case 'INSTANCE':
      return factsOfInstance(sighting.item);
    case 'PAIR':
      return factsOfPair(sighting.item);
    case 'TASKS':
      return sighting.left === 0 ? { ...TASK_CENTER, word: 'cleared' } : TASK_CENTER;
    case 'ABSENT':
      return GONE;
  }
}

function effectOf({ command }: WatchedOperation, sighting: Sighting): Observation['effect'] {
  const shown =
    sighting.kind === 'TASKS'
      ? sighting.left === 0
      : 'item' in sighting && sighting.kind !== 'GROUP'
        ? effectOn(command, sighting.item)
        : null;
  return shown === null ? null : shown ? 'SEEN' : 'MISSING';
}

/** What cannot be told to be in its passing words may have left them. */
function hasMoved(operation: WatchedOperation, world: World): boolean {
  try {
    return !isPassing(operation, sightingOf(operation, world));
  } catch {
    return false;
  }
}
