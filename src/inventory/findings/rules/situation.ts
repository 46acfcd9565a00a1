import { ACTION_FACTS, BUTTONS } from '../../../domain/action-facts.js';
import type { DrAction, TargetType } from '../../../domain/dr-action.js';
import type { ProtectionGroup, RecoveryPlan } from '../../../domain/inventory.js';
import type { Lifecycle } from '../../../domain/lifecycle.js';
import type { NextAction } from '../../../domain/problem.js';
import { actionRequest } from '../../../domain/resource-paths.js';
import type { Concern } from '../../../domain/site-finding.js';
import type { SiteSurvey } from '../../../domain/site-survey.js';
import type { ProviderDescriptor } from '../../../providers/provider-driver.js';
import type { Conclusion } from '../finding.js';

/** What a rule over the inventory is given. */
export interface Situation {
  survey: SiteSurvey;
  descriptor: Pick<ProviderDescriptor, 'lifecycle' | 'capabilities' | 'title'>;
}

export type Rule = (situation: Situation) => Conclusion[];

/** A group or plan, as something that a finding is about. */
export interface Subject {
  type: 'PROTECTION_GROUP' | 'RECOVERY_PLAN';
  thing: ProtectionGroup | RecoveryPlan;
}

export function groupsOf({ survey }: Situation): Subject[] {
  return survey.groups.map((thing) => ({ type: 'PROTECTION_GROUP', thing }));
}

/** The plans that are things of their own: what holds of the others, their groups tell. */
export function explicitPlansOf({ survey }: Situation): Subject[] {
  return survey.plans.filter(({ implicit }) => !implicit).map((thing) => ({ type: 'RECOVERY_PLAN', thing }));
}

/** A conclusion about a group or plan. What is not given: no detail, no link, since it was first seen. */
export function about(
  { type, thing }: Subject,
  concern: Pick<Concern, 'type' | 'severity' | 'text' | 'remedy'> &
    Partial<Pick<Conclusion, 'detailKey' | 'nextActions'>>,
): Conclusion {
  const { id, name } = thing;
  return { detailKey: '', nextActions: [], sinceTime: null, ...concern, target: { type, id, name } };
}

/** `erp-dr (protected group)` in a sentence. */
export function called({ type, thing }: Subject): string {
  return `The ${type === 'RECOVERY_PLAN' ? 'plan' : 'group'} ${thing.name}`;
}

/** The buttons that the upstream takes from this word, of those actions; links to each. */
export function waysOut(
  lifecycle: Lifecycle,
  type: TargetType,
  id: string,
  word: string,
  wanted: readonly DrAction[] = BUTTONS,
): NextAction[] {
  return wanted
    .filter((action) => {
      const from = lifecycle.actions[action]?.from;
      return ACTION_FACTS[action].targetType === type && Array.isArray(from) && from.includes(word);
    })
    .map((action) => ({ title: `Run ${action}`, ...actionRequest(action, id) }));
}
