import type { Drill } from '../../../domain/inventory.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import { actionRequest } from '../../../domain/resource-paths.js';
import type { FindingTarget } from '../../../domain/site-finding.js';
import type { DrillView } from '../../drills/drill-view.js';
import type { Conclusion } from '../finding.js';
import type { Rule, Situation } from './situation.js';

/** A reminder comes so long before the due time. */
export const REMINDER_MS = 2 * 3_600_000;

/** What the state of a drill says by itself, where drills are things of their own. */
export const drillStateRules: Rule = ({ survey, descriptor: { lifecycle, title } }) =>
  survey.drills.flatMap((drill): Conclusion[] => {
    const plan = survey.plans.find(({ id }) => id === drill.recoveryPlanId);
    // A drill that is only a state of its plan is told by the plan.
    if (plan && !plan.implicit) return [];
    const target = targetOf(drill);
    const { meaning } = meaningOf(lifecycle, 'DRILL', drill.upstream.state);
    const rest = { target, detailKey: '', sinceTime: null } as const;
    if (drill.state === 'ERROR') {
      return [
        {
          ...rest,
          type: 'INCOMPLETE_ACTION',
          severity: 'WARNING',
          text: `The drill ${drill.name} of ${plan?.name ?? 'a plan'} is in error. ${meaning}`,
          remedy: 'Clean it up.',
          nextActions: [cleanUp(drill.recoveryPlanId)],
        },
      ];
    }
    if (drill.state !== 'UNKNOWN') return [];
    return [
      {
        ...rest,
        type: 'UNKNOWN_STATE',
        severity: 'WARNING',
        text: `The drill ${drill.name} is in the state "${drill.upstream.state}". ${meaning}`,
        remedy: `Look at it at ${title}.`,
        nextActions: [],
      },
    ];
  });

/** What the clock says of the drills that stand, and what those that ended left behind. */
export function drillReminders(
  drills: readonly DrillView[],
  now: number,
  situation: Situation | null,
): Conclusion[] {
  return drills.flatMap((drill) => (drill.endedTime === null ? due(drill, now, situation) : left(drill)));
}

function due(drill: DrillView, now: number, situation: Situation | null): Conclusion[] {
  const dueMs = Date.parse(drill.dueTime);
  if (now < dueMs - REMINDER_MS || drill.state === 'CLEANING_UP') return [];
  const rest = {
    target: targetOf(drill),
    detailKey: '',
    remedy: 'Clean it up, or give it more time.',
    nextActions: [
      cleanUp(drill.recoveryPlanId),
      { title: 'Move the due time', method: 'PATCH', href: `/v1/drills/${drill.id}` },
    ],
  };
  const by = drill.startedBy === null ? '' : `, started by ${drill.startedBy},`;
  if (now < dueMs) {
    const text = `The drill ${drill.name}${by} is due for clean-up at ${drill.dueTime}.`;
    return [{ ...rest, type: 'DRILL_DUE_SOON', severity: 'INFO', text, sinceTime: null }];
  }
  const blocks = blocksFailover(drill, situation);
  const price = blocks ? ' No failover of the plan is taken while it stands.' : '';
  return [
    {
      ...rest,
      type: 'DRILL_OVERDUE',
      severity: blocks ? 'CRITICAL' : 'WARNING',
      text: `The drill ${drill.name}${by} should have been cleaned up by ${drill.dueTime}.${price}`,
      sinceTime: drill.dueTime,
    },
  ];
}

/** By the tables: the plan is in a word from which no failover is taken. */
function blocksFailover({ recoveryPlanId }: DrillView, situation: Situation | null): boolean {
  const plan = situation?.survey.plans.find(({ id }) => id === recoveryPlanId);
  const { from } = situation?.descriptor.lifecycle.actions.FAILOVER ?? {};
  return plan !== undefined && Array.isArray(from) && !from.includes(plan.upstream.state);
}

function left(drill: DrillView): Conclusion[] {
  return drill.leftovers
    .filter(({ origin }) => origin === 'DRILL')
    .map(({ key, severity, text, remedy }) => ({
      type: 'DRILL_LEFTOVERS',
      severity,
      target: targetOf(drill),
      detailKey: key,
      text: `The drill ${drill.name} was cleaned up. ${text}`,
      remedy,
      sinceTime: drill.endedTime,
      nextActions: [],
    }));
}

function targetOf({ id, name, recoveryPlanId }: Omit<Drill, 'state'>): FindingTarget {
  return { type: 'DRILL', id, name, within: { type: 'RECOVERY_PLAN', id: recoveryPlanId } };
}

function cleanUp(planId: string) {
  return { title: 'Run CLEAN_UP_DRILL', ...actionRequest('CLEAN_UP_DRILL', planId) };
}
