import { createHash } from 'node:crypto';
import type { ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import type { SiteSurvey } from '../domain/site-survey.js';

/** The lists of a survey. */
export const LISTS = ['groups', 'plans', 'drills', 'runs'] as const satisfies readonly (keyof SiteSurvey)[];
export type List = (typeof LISTS)[number];

/** Milliseconds since the epoch, by our clock: when the look began that read the list. */
export type ListTimes = Readonly<Record<List, number>>;

/** What is believed of a site. Immutable: a change makes another one, with another version. */
export interface SiteModel {
  /** Tells one content from another; the same content has the same version. */
  version: string;
  survey: SiteSurvey;
  /** By public id: since when it was seen in the state it has, milliseconds. Of groups, plans and drills each. */
  since: Readonly<Record<'groups' | 'plans' | 'drills', Readonly<Record<string, number>>>>;
}

/** A model, and how old each of its lists is. */
export interface DatedModel {
  model: SiteModel;
  times: ListTimes;
}

/** When everything in it was true at the earliest: the age that a look has as a whole. */
export function takenMsOf(times: ListTimes): number {
  return Math.min(...LISTS.map((list) => times[list]));
}

/** What is believed after lists were read: those that are newer than what is known take its place. */
export function grown(known: DatedModel | null, lists: Partial<SiteSurvey>, takenMs: number): DatedModel {
  const survey: SiteSurvey = { groups: [], plans: [], drills: [], runs: [], ...known?.model.survey };
  const times: Record<List, number> = { groups: 0, plans: 0, drills: 0, runs: 0, ...known?.times };
  for (const list of LISTS) {
    const seen = lists[list];
    if (!seen || takenMs < times[list]) continue;
    Object.assign(survey, { [list]: seen });
    times[list] = takenMs;
  }
  survey.plans = withGroups(survey.plans, known?.model.survey.plans ?? [], survey.groups);
  const since = {
    groups: sinceOf(survey.groups, known, 'groups', takenMs),
    plans: sinceOf(survey.plans, known, 'plans', takenMs),
    drills: sinceOf(survey.drills, known, 'drills', takenMs),
  };
  return { model: { version: versionOf({ survey, since }), survey, since }, times };
}

/** What a plan holds is often not told with it: then it holds what it held, as far as that is still there. */
function withGroups(
  plans: RecoveryPlan[],
  before: readonly RecoveryPlan[],
  groups: readonly ProtectionGroup[],
): RecoveryPlan[] {
  const held = new Map(before.map(({ id, protectionGroupIds }) => [id, protectionGroupIds]));
  const there = new Set(groups.map(({ id }) => id));
  return plans.map((plan) => {
    const kept = plan.protectionGroupIds === null ? held.get(plan.id) : null;
    return kept ? { ...plan, protectionGroupIds: kept.filter((id) => there.has(id)) } : plan;
  });
}

function sinceOf(
  now: readonly { id: string; state: string }[],
  known: DatedModel | null,
  list: 'groups' | 'plans' | 'drills',
  takenMs: number,
): Record<string, number> {
  const before = known?.model.survey[list] ?? [];
  const states = new Map(before.map(({ id, state }) => [id, state as string]));
  const since = known?.model.since[list] ?? {};
  return Object.fromEntries(
    now.map(({ id, state }) => [id, states.get(id) === state ? (since[id] ?? takenMs) : takenMs]),
  );
}

function versionOf(content: Omit<SiteModel, 'version'>): string {
  return createHash('sha1').update(JSON.stringify(content)).digest('base64url');
}
