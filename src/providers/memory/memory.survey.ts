import { ACTION_FACTS } from '../../domain/action-facts.js';
import type { DrAction } from '../../domain/dr-action.js';
import { publicId } from '../../domain/ids.js';
import type { Drill, DrillState } from '../../domain/inventory.js';
import type { SiteSurvey, UpstreamRun } from '../../domain/site-survey.js';
import { isoTime } from '../../platform/clock.js';
import { memoryDescriptor } from './memory.descriptor.js';
import type { MemoryJob } from './memory.job.js';
import { groupOf, jobOf, planOf } from './memory.mapper.js';
import type { MemoryPlan } from './memory.seed.js';
import type { MemoryWorld } from './memory.world.js';

/** Everything the world holds, and the work in it that can still be asked about. */
export function surveyOf(siteId: string, world: MemoryWorld): SiteSurvey {
  const plans = [...world.plans.values()];
  return {
    groups: [...world.groups.values()].map((group) => groupOf(siteId, world, group)),
    plans: plans.map((plan) => planOf(siteId, world, plan)),
    drills: plans.flatMap((plan) => drillOf(siteId, world, plan) ?? []),
    runs: world.jobs.filter((job) => !job.forgotten).map((job) => runOf(job, world.now)),
  };
}

const DRILL_STATES: Readonly<Record<string, DrillState>> = {
  staging: 'STARTING',
  staged: 'ACTIVE',
  littered: 'ERROR',
  striking: 'CLEANING_UP',
};
const DRILL_WORK: Readonly<Partial<Record<DrAction, DrillState>>> = {
  START_DRILL: 'STARTING',
  CLEAN_UP_DRILL: 'CLEANING_UP',
};

/** A drill is a state of its plan here, not a thing of its own. null = there is none. */
export function drillOf(siteId: string, world: MemoryWorld, plan: MemoryPlan): Drill | null {
  const work = world.runningOn(plan.id);
  // A plan that stands by for another one keeps its drill.
  const word = work ? world.planWord(plan) : plan.word;
  const state = DRILL_STATES[word] ?? (work && DRILL_WORK[work.action]);
  if (!state) return null;
  const id = `${plan.id}:drill`;
  const begun = world.lastOf('START_DRILL', plan.id);
  return {
    id: publicId(siteId, id),
    siteId,
    provider: memoryDescriptor.provider,
    name: `Drill of ${plan.name}`,
    recoveryPlanId: publicId(siteId, plan.id),
    state,
    createdTime: begun && isoTime(begun.startedAt),
    upstream: { id, state: word },
  };
}

/** Work on a part is work in its holder. */
function runOf(job: MemoryJob, now: number): UpstreamRun {
  const [holderId = ''] = job.targetId.split(':');
  return {
    jobId: job.id,
    action: job.action,
    targetType: ACTION_FACTS[job.action].holder,
    targetNativeId: holderId,
    state: jobOf(job.id, job, now).state,
    requestedBy: job.by,
    startedTime: isoTime(job.startedAt),
  };
}
