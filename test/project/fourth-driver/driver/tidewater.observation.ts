import { publicId } from '../../../../src/domain/ids.js';
import type { Observation, ResourceFacts } from '../../../../src/domain/observation.js';
import type { WatchedOperation } from '../../../../src/providers/provider-driver.js';
import { founded, type Baseline, type World } from './tidewater.evidence.js';
import { ABSENT, factsOf, toJob } from './tidewater.mapper.js';

/** What two lists tell of one operation. */
export function observationOf(siteId: string, operation: WatchedOperation, world: World): Observation {
  const { operationId, command, calls } = operation;
  const jobs = calls
    .flatMap(({ ref }) => ref?.jobIds ?? [])
    .map((jobId) =>
      toJob(
        jobId,
        world.jobs.find(({ id }) => id === jobId),
      ),
    );
  const made = command.targetNativeId === null ? madeBy(operation, world) : null;
  return {
    operationId,
    jobs,
    resource: resourceOf(command.targetNativeId ?? made, world),
    progressPercent: jobs[0]?.progressPercent ?? null,
    steps: [],
    prompts: [],
    createdId: made && publicId(siteId, made),
    warnings: [],
  };
}

/** By its job, as long as that is remembered; then by its title. */
function madeBy({ command, baseline, calls }: WatchedOperation, world: World): string | null {
  const ids = calls.flatMap(({ ref }) => ref?.jobIds ?? []);
  const job = world.jobs.find(({ id }) => ids.includes(id));
  return job?.group ?? founded(command, baseline as Baseline, world)?.id ?? null;
}

function resourceOf(groupId: string | null, { groups }: World): ResourceFacts | null {
  if (groupId === null) return null;
  const group = groups.find(({ id }) => id === groupId);
  return group ? factsOf(group) : ABSENT;
}
