import { publicId } from '../../../domain/ids.js';
import type { JobObservation, Observation, ResourceFacts } from '../../../domain/observation.js';
import type { CallContext, WatchedOperation } from '../../provider-driver.js';
import { Turns } from '../../turns.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { fewAtOnce } from '../wire/sdrs.few-at-once.js';
import type { WireJob } from '../wire/sdrs.wire.js';
import { absentAsNull } from '../wire/sdrs.errors.js';
import { assumedRunning, stepsOf, toJobObservation, warningsOf } from '../reading/sdrs.job-mapper.js';
import { JobReader } from './sdrs.job-readings.js';
import { factsOfGroup, GONE } from '../reading/sdrs.mapper.js';
import { noticedLists } from '../reading/sdrs.survey.js';
import { effectOn } from '../evidence/sdrs.part-effects.js';
import { factsOfDrill, factsOfInstance, factsOfPair } from '../reading/sdrs.parts-mapper.js';
import { isPassing, jobIdsOf, sightingOf, type Sighting } from './sdrs.sightings.js';
import { isCreation, subjectKindOf } from './sdrs.subjects.js';
import { listed, readLists, type World } from './sdrs.world.js';

/** So many things that their list lacks are asked for by their ids in a round. */
export const MOST_LOOKED_UP = 50;

type Noticed = NonNullable<CallContext['noticed']>;

/** Many operations with few requests: one list for each kind of thing, and the jobs that matter now. */
export class SdrsObserver {
  private readonly jobs: JobReader;
  private readonly lookUps = new Turns();

  constructor(
    private readonly siteId: string,
    private readonly client: SdrsClient,
  ) {
    this.jobs = new JobReader(client);
  }

  async observe(
    watched: readonly WatchedOperation[],
    { signal, noticed }: CallContext,
  ): Promise<Observation[]> {
    if (watched.length === 0) return [];
    const world = await this.look(watched, signal, noticed);
    const missing = watched.filter((operation) => mustBeLookedUp(operation, world)).map(nameOf);
    const served = this.lookUps.take(missing, MOST_LOOKED_UP);
    const waiting = new Set(missing.filter((name) => !served.has(name)));
    const observations = new Map<string, Observation>();
    const troubles: unknown[] = [];
    await fewAtOnce(watched, async (operation) => {
      if (waiting.has(nameOf(operation))) return;
      try {
        const observation = await this.observationOf(operation, world, signal);
        if (observation) observations.set(nameOf(operation), observation);
      } catch (error) {
        troubles.push(error);
      }
    });
    if (observations.size === 0 && troubles.length > 0) throw troubles[0];
    return watched.flatMap((operation) => observations.get(nameOf(operation)) ?? []);
  }

  /**
   * The jobs that are read for their progress come before the lists: what they say to have ended, the lists then
   * show. Those that are read for their end come after: the lists tell which have moved.
   */
  private async look(
    watched: readonly WatchedOperation[],
    signal: AbortSignal,
    noticed?: Noticed,
  ): Promise<World> {
    const early = await this.jobs.forProgress(watched.flatMap(jobIdsOf), signal);
    const lists = await readLists(this.client, watched, signal);
    const whole = noticedLists(this.siteId, listed(lists.groups), listed(lists.drills));
    if (Object.keys(whole).length > 0) noticed?.(whole);
    const world: World = { ...lists, jobs: early };
    const moved = watched.filter((operation) => hasMoved(operation, world)).flatMap(jobIdsOf);
    const late = await this.jobs.forEnds(
      moved.filter((id) => !early.has(id)),
      signal,
    );
    return { ...world, jobs: new Map([...early, ...late]) };
  }

  private async observationOf(
    operation: WatchedOperation,
    world: World,
    signal: AbortSignal,
  ): Promise<Observation | null> {
    const read = [];
    const jobs = jobsOf(operation, world, (id) => this.jobs.lastSeen(id));
    for (const id of jobIdsOf(operation)) {
      const job = world.jobs.get(id) ?? this.jobs.lastSeen(id);
      if (job && !(job instanceof Error)) read.push(job);
    }
    const listedNow = sightingOf(operation, world);
    const sighting =
      listedNow.kind === 'ABSENT' ? await this.lookedUp(operation, listedNow, jobs, signal) : listedNow;
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
      createdId: this.createdIdOf(operation, listedNow),
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
    if (mayStillAppear(operation, jobs)) return null;
    const { id } = absent;
    if (id === null) return isCreation(operation.command) ? absent : null;
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

function mustBeLookedUp(operation: WatchedOperation, world: World): boolean {
  try {
    const sighting = sightingOf(operation, world);
    if (sighting.kind !== 'ABSENT' || sighting.id === null) return false;
    return !mayStillAppear(operation, jobsOf(operation, world));
  } catch {
    return false;
  }
}

/** An unfinished job may still make it. */
function mayStillAppear({ command }: WatchedOperation, jobs: readonly JobObservation[]): boolean {
  return isCreation(command) && jobs.some(({ state }) => !ENDED.has(state));
}

/** Throws why a job could not be read. One that need not be read is as it was last seen. */
function jobsOf(
  operation: WatchedOperation,
  { jobs }: World,
  lastSeen: (id: string) => WireJob | null = () => null,
): JobObservation[] {
  return jobIdsOf(operation).map((id) => {
    const reading = jobs.get(id);
    if (reading instanceof Error) throw reading;
    if (reading !== undefined) return toJobObservation(id, reading);
    const before = lastSeen(id);
    return before ? toJobObservation(id, before) : assumedRunning(id);
  });
}

function nameOf({ operationId }: WatchedOperation): string {
  return operationId;
}

/** What cannot be told to be in its passing words may have left them. */
function hasMoved(operation: WatchedOperation, world: World): boolean {
  try {
    return !isPassing(operation, sightingOf(operation, world));
  } catch {
    return false;
  }
}
