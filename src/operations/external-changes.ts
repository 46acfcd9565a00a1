import type { DrAction } from '../domain/dr-action.js';
import { DR_ACTIONS } from '../domain/dr-action.js';
import { meaningOf, type LifecycleRow } from '../domain/lifecycle.js';
import type { SiteLook, UpstreamRun } from '../domain/site-survey.js';
import type { ProviderDescriptor } from '../providers/provider-driver.js';
import { isAtRest, isPassing, resourcesIn, rowFor, type SeenResource } from './external-resources.js';
import { byId, gravity, isOn, isUnderWay } from './external-signs.js';

/** Something that was done wholly between two looks. */
export interface PastChange {
  action: DrAction;
  /** Other actions that would have led there, too. */
  orElse: DrAction[];
  before: SeenResource | null;
  /** null = it is gone. */
  after: SeenResource | null;
  /** Where it ended: well, or badly. */
  well: boolean;
  /** The upstream's jobs of it, where it lists them. */
  runs: UpstreamRun[];
}

/**
 * What changed between two looks and rests, of which an action is known that leads there. What ended well, is
 * told by a job or touches the most comes first: it may explain what other plans show of the same groups.
 */
export function changesBetween(descriptor: ProviderDescriptor, siteId: string, look: SiteLook): PastChange[] {
  if (!look.before) return [];
  const was = byId(resourcesIn(descriptor, look.before.survey));
  const is = byId(resourcesIn(descriptor, look.after.survey));
  const overBefore = new Set(look.before.survey.runs.filter((run) => !isUnderWay(run)).map((r) => r.jobId));
  const runs = look.after.survey.runs.filter((run) => !isUnderWay(run) && !overBefore.has(run.jobId));
  const changes: PastChange[] = [];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [before, after] = [was.get(key) ?? null, is.get(key) ?? null];
    const subject = after ?? before;
    if (!subject || (after && !isAtRest(descriptor, after))) continue;
    if (before?.doubtful || after?.doubtful) continue;
    const own = runs.filter((run) => isOn(run, siteId, subject, descriptor));
    const change =
      before && after ? moved(descriptor, before, after, own) : cameOrWent(descriptor, before, after, own);
    if (change) changes.push(change);
  }
  return changes.sort(
    (one, other) =>
      Number(other.well) - Number(one.well) ||
      Number(other.runs.length > 0) - Number(one.runs.length > 0) ||
      groupsOf(other) - groupsOf(one) ||
      gravity(other.action) - gravity(one.action),
  );
}

function groupsOf({ before, after }: PastChange): number {
  return (after ?? before)?.groupIds?.length ?? 0;
}

function moved(
  descriptor: ProviderDescriptor,
  before: SeenResource,
  after: SeenResource,
  runs: UpstreamRun[],
): PastChange | null {
  if (before.word === after.word && !hasTurned(before, after)) return null;
  const rows = DR_ACTIONS.flatMap((action) => {
    const row = rowFor(descriptor, after.kind, action);
    return row && leadsOut(descriptor, row, action, before) ? [{ action, row }] : [];
  });
  const good = rows.filter(({ row }) => endsWell(descriptor, row, before, after)).map(({ action }) => action);
  const bad = rows.filter(({ row }) => row.failed.includes(after.word)).map(({ action }) => action);
  const fitting = good.length > 0 ? good : bad;
  const told = runs.map(({ action }) => action).find((action) => action && fitting.includes(action));
  // The state of a group that plans work on changes with them: only a job tells that it was the group that was meant.
  if (!told && after.kind === 'PROTECTION_GROUP' && descriptor.capabilities.explicitPlans) return null;
  const [gravest] = [...fitting].sort((one, other) => gravity(other) - gravity(one));
  const action = told ?? gravest;
  if (!action) return null;
  return {
    action,
    // A job that tells the gravest of several may only have been named after the state.
    orElse: told && told !== gravest ? [] : fitting.filter((other) => other !== action),
    before,
    after,
    well: good.length > 0,
    runs: runs.filter((run) => run.action === action),
  };
}

/** Whether it could be this action that took it from there. */
function leadsOut(
  descriptor: ProviderDescriptor,
  row: LifecycleRow,
  action: DrAction,
  before: SeenResource,
): boolean {
  if (!isPassing(descriptor, before)) return Array.isArray(row.from) && row.from.includes(before.word);
  const meaning = meaningOf(descriptor.lifecycle, before.kind, before.word);
  return (
    row.via.includes(before.word) &&
    (meaning.action === undefined || sameWay(descriptor, meaning.action, action))
  );
}

/** Two actions of one row cannot be told apart by states. */
function sameWay({ lifecycle }: ProviderDescriptor, one: DrAction, other: DrAction): boolean {
  return one === other || lifecycle.actions[one]?.via[0] === lifecycle.actions[other]?.via[0];
}

function endsWell(
  descriptor: ProviderDescriptor,
  row: LifecycleRow,
  before: SeenResource,
  after: SeenResource,
): boolean {
  if (!Array.isArray(row.to) || !row.to.includes(after.word)) return false;
  // In the middle of it, the site may have turned already.
  const told = before.activeSite !== null && after.activeSite !== null && !isPassing(descriptor, before);
  return !told || row.flipsActiveSite === hasTurned(before, after);
}

const CAME = {
  PROTECTION_GROUP: 'CREATE_PROTECTION_GROUP',
  RECOVERY_PLAN: 'CREATE_RECOVERY_PLAN',
  DRILL: 'START_DRILL',
} as const;
const WENT = {
  PROTECTION_GROUP: 'DELETE_PROTECTION_GROUP',
  RECOVERY_PLAN: 'DELETE_RECOVERY_PLAN',
  DRILL: 'CLEAN_UP_DRILL',
} as const;

function cameOrWent(
  descriptor: ProviderDescriptor,
  before: SeenResource | null,
  after: SeenResource | null,
  runs: UpstreamRun[],
): PastChange | null {
  const subject = after ?? before;
  if (!subject) return null;
  const action = (after ? CAME : WENT)[subject.kind];
  const row = rowFor(descriptor, subject.kind, action);
  if (!row) return null;
  const well = !after || !row.failed.includes(after.word);
  return { action, orElse: [], before, after, well, runs: runs.filter((run) => run.action === action) };
}

function hasTurned(before: SeenResource, after: SeenResource): boolean {
  return before.activeSite !== null && after.activeSite !== null && before.activeSite !== after.activeSite;
}
