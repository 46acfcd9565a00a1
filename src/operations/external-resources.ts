import type { ActiveSite, Direction } from '../domain/dr-action.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import type { DrAction } from '../domain/dr-action.js';
import type { Condition, Drill, ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import type { LifecycleRow } from '../domain/lifecycle.js';
import { meaningOf } from '../domain/lifecycle.js';
import { observedKind } from '../domain/external-verdict.js';
import type { ResourceFacts } from '../domain/observation.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import type { ProviderDescriptor } from '../providers/provider-driver.js';

export type SeenKind = 'RECOVERY_PLAN' | 'PROTECTION_GROUP' | 'DRILL';

/** A group, plan or drill, as far as it matters to who works on it. */
export interface SeenResource {
  kind: SeenKind;
  id: string;
  /** The group or plan that is held while something is done to it. */
  holderId: string;
  name: string;
  word: string;
  activeSite: ActiveSite | null;
  nextDirection: Direction | null;
  /** Every group that work on it touches; null = not told cheaply. */
  groupIds: string[] | null;
  /** By the upstream's clock; null = it does not tell. */
  createdMs: number | null;
  /** It is not what the site said, but what was known of it before. */
  doubtful: boolean;
}

/** What the inventory says of a thing that it keeps as it was, for the site's answer could not be true. */
const DOUBTFUL = 'DOUBTFUL_ANSWER';

/** Plans before groups before drills. Where plans only mirror groups, the groups speak for both. */
export function resourcesIn({ capabilities }: ProviderDescriptor, survey: SiteSurvey): SeenResource[] {
  return [
    ...(capabilities.explicitPlans ? survey.plans.map(ofPlan) : []),
    ...survey.groups.map(ofGroup),
    ...survey.drills.map(ofDrill),
  ];
}

export function ofPlan({
  id,
  name,
  upstream,
  activeSite,
  nextDirection,
  protectionGroupIds,
  conditions,
}: RecoveryPlan): SeenResource {
  const at = {
    activeSite,
    nextDirection,
    groupIds: protectionGroupIds,
    createdMs: null,
    ...doubt(conditions),
  };
  return { kind: 'RECOVERY_PLAN', id, holderId: id, name, word: upstream.state, ...at };
}

export function ofGroup(group: ProtectionGroup): SeenResource {
  const { id, name, upstream, activeSite, conditions } = group;
  const known = { createdMs: msOf(group.createdTime), ...doubt(conditions) };
  const at = { activeSite, nextDirection: null, groupIds: [id], ...known };
  return { kind: 'PROTECTION_GROUP', id, holderId: id, name, word: upstream.state, ...at };
}

export function ofDrill({ id, name, upstream, recoveryPlanId, createdTime }: Drill): SeenResource {
  const known = { createdMs: msOf(createdTime), doubtful: false };
  const at = { activeSite: null, nextDirection: null, groupIds: null, ...known };
  return { kind: 'DRILL', id, holderId: recoveryPlanId, name, word: upstream.state, ...at };
}

function doubt(conditions: readonly Condition[]): Pick<SeenResource, 'doubtful'> {
  return { doubtful: conditions.some(({ type }) => type === DOUBTFUL) };
}

function msOf(time: string | null | undefined): number | null {
  const ms = time ? Date.parse(time) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

export function factsOf({ lifecycle }: ProviderDescriptor, seen: SeenResource): ResourceFacts {
  const { kind, name, word, activeSite, nextDirection } = seen;
  return {
    exists: true,
    name,
    word,
    state: meaningOf(lifecycle, kind, word).state,
    activeSite,
    nextDirection,
  };
}

/** The action's row, if what is seen here is whose words it has; null = it is about something else. */
export function rowFor(
  { capabilities, lifecycle }: ProviderDescriptor,
  kind: SeenKind,
  action: DrAction | null | undefined,
): LifecycleRow | null {
  const row = action ? lifecycle.actions[action] : undefined;
  if (!action || !row || ACTION_FACTS[action].holder === 'SITE') return null;
  const observed = observedKind({ action }, row);
  if (observed === kind) return row;
  const isWhole = observed === 'RECOVERY_PLAN' || observed === 'PROTECTION_GROUP';
  return isWhole && kind === 'PROTECTION_GROUP' && !capabilities.explicitPlans ? row : null;
}

export function isCreation(action: DrAction): boolean {
  return action === 'CREATE_PROTECTION_GROUP' || action === 'CREATE_RECOVERY_PLAN';
}

/** Whether the action can have begun where this rests. */
export function canBegin({ from }: LifecycleRow, { word }: SeenResource): boolean {
  return from === 'ANY' || from.includes(word);
}

export function isPassing({ lifecycle }: ProviderDescriptor, { kind, word }: SeenResource): boolean {
  return meaningOf(lifecycle, kind, word).passing;
}

/** At rest, in a word that says where. */
export function isAtRest({ lifecycle }: ProviderDescriptor, { kind, word }: SeenResource): boolean {
  const { passing, state } = meaningOf(lifecycle, kind, word);
  return !passing && state !== 'UNKNOWN';
}
