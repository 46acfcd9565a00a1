import { publicId } from '../domain/ids.js';
import { DR_ACTIONS, type DrAction } from '../domain/dr-action.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { meaningOf } from '../domain/lifecycle.js';
import type { SiteLook, SiteSurvey, UpstreamRun } from '../domain/site-survey.js';
import type { ProviderDescriptor } from '../providers/provider-driver.js';
import {
  canBegin,
  isAtRest,
  isCreation,
  isPassing,
  resourcesIn,
  rowFor,
  type SeenResource,
} from './external-resources.js';

/** Something that seems to be under way, whoever began it. */
export interface Sign {
  action: DrAction;
  seen: SeenResource;
  /** As it was in the look before; null = it was not there, or there was no such look. */
  before: SeenResource | null;
  /** The upstream's jobs of it, where it lists them. */
  runs: UpstreamRun[];
}

/**
 * Everything in a look that seems to be under way: what is in a passing state of which the action is known, and what
 * a job works on. One for each group or plan that would be held, the gravest first.
 */
export function signsOfWork(descriptor: ProviderDescriptor, siteId: string, look: SiteLook): Sign[] {
  const { survey } = look.after;
  const earlier = byId(look.before ? resourcesIn(descriptor, look.before.survey) : []);
  const underway = survey.runs.filter(isUnderWay);
  const held = new Set<string>();
  const signs: Sign[] = [];
  for (const seen of resourcesIn(descriptor, survey)) {
    if (held.has(seen.holderId)) continue;
    const before = earlier.get(keyOf(seen)) ?? null;
    const runs = underway.filter((run) => isOn(run, siteId, seen, descriptor));
    const action = isPassing(descriptor, seen)
      ? actionOf(descriptor, seen, before, runs)
      : lastingRun(descriptor, seen, runs, look.before?.survey ?? null);
    if (action === null) continue;
    held.add(seen.holderId);
    signs.push({ action, seen, before, runs: runs.filter((run) => run.action === action) });
  }
  return signs.sort((one, other) => gravity(other.action) - gravity(one.action));
}

/** The same, with what other jobs tell of it. */
export function withJobs(
  descriptor: ProviderDescriptor,
  siteId: string,
  sign: Sign,
  jobs: readonly UpstreamRun[],
): Sign {
  const runs = jobs.filter((run) => isOn(run, siteId, sign.seen, descriptor));
  const action = actionOf(descriptor, sign.seen, sign.before, runs) ?? sign.action;
  return { ...sign, action, runs: runs.filter((run) => run.action === action) };
}

/**
 * Which action a passing state is the middle of: several share a word ("waits for a person"), and then its job tells,
 * or the word that was seen before. null = it cannot be told.
 */
export function actionOf(
  descriptor: ProviderDescriptor,
  seen: SeenResource,
  before: SeenResource | null,
  runs: readonly UpstreamRun[],
): DrAction | null {
  const { lifecycle } = descriptor;
  const own = meaningOf(lifecycle, seen.kind, seen.word).action;
  const earlier =
    before && isPassing(descriptor, before) ? meaningOf(lifecycle, before.kind, before.word).action : null;
  for (const action of [...runs.map((run) => run.action), earlier]) {
    if (action && rowFor(descriptor, seen.kind, action)?.via.includes(seen.word)) return action;
  }
  const row = rowFor(descriptor, seen.kind, own);
  if (!own || !row) return null;
  if (!before || !isAtRest(descriptor, before) || canBegin(row, before)) return own;
  // Where it was seen at rest tells which of those that share the word it can be.
  const [begun] = DR_ACTIONS.filter((action) => {
    const other = rowFor(descriptor, seen.kind, action);
    return other?.via.includes(seen.word) && canBegin(other, before) && !isCreation(action);
  }).sort((one, other) => gravity(other) - gravity(one));
  return begun ?? own;
}

/** A job on what rests may just have begun, or be about to end: only one that lasts is worth a lock. */
function lastingRun(
  descriptor: ProviderDescriptor,
  seen: SeenResource,
  runs: readonly UpstreamRun[],
  before: SiteSurvey | null,
): DrAction | null {
  const lasting = runs.find(
    ({ action, jobId }) =>
      rowFor(descriptor, seen.kind, action) !== null &&
      before?.runs.some((run) => run.jobId === jobId && isUnderWay(run)),
  );
  return lasting?.action ?? null;
}

export function isUnderWay({ state }: UpstreamRun): boolean {
  return state === 'QUEUED' || state === 'RUNNING';
}

/** A plan that mirrors a group is that group. */
export function isOn(
  { targetType, targetNativeId }: UpstreamRun,
  siteId: string,
  { kind, id }: SeenResource,
  { capabilities }: ProviderDescriptor,
): boolean {
  if (publicId(siteId, targetNativeId) !== id) return false;
  return targetType === kind || (!capabilities.explicitPlans && targetType === 'RECOVERY_PLAN');
}

export function byId(resources: readonly SeenResource[]): Map<string, SeenResource> {
  return new Map(resources.map((seen) => [keyOf(seen), seen]));
}

export function keyOf({ kind, id }: SeenResource): string {
  return `${kind} ${id}`;
}

/** From 0: what may lose data, and what stops a workload, come before the rest. */
export function gravity(action: DrAction): number {
  const { dataLoss, downtime, reversible } = ACTION_FACTS[action].consequences;
  return (dataLoss ? 4 : 0) + (downtime ? 2 : 0) + (reversible ? 0 : 1);
}
