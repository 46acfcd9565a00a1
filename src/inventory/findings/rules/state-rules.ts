import { ACTION_FACTS, BUTTONS } from '../../../domain/action-facts.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import { actionRequest } from '../../../domain/resource-paths.js';
import type { RecoveryPlan } from '../../../domain/inventory.js';
import type { Conclusion } from '../finding.js';
import {
  about,
  called,
  explicitPlansOf,
  groupsOf,
  waysOut,
  type Rule,
  type Situation,
  type Subject,
} from './situation.js';

/** What moves a workload, or turns its protection round: half done, it is in danger. */
const MOVING: readonly DrAction[] = ['PLANNED_FAILOVER', 'FAILOVER', 'REPROTECT'];
/** What nobody runs to mend something. */
const NO_REMEDY: readonly DrAction[] = ['START_DRILL'];

/** What the state of a group or plan says by itself, by the tables that the driver declares. */
export const stateRules: Rule = (situation) => {
  const plans = explicitPlansOf(situation);
  // Where plans are things of their own, what stopped with a plan shows in its groups, too: the plan tells it. One that
  // does not tell its groups may hold those that no other plan holds.
  const told = plans.filter(({ thing }) => isTroubled(thing.state)).map(({ thing }) => thing as RecoveryPlan);
  const held = new Set(situation.survey.plans.flatMap(({ protectionGroupIds }) => protectionGroupIds ?? []));
  const isTold = ({ id, state }: Subject['thing']): boolean =>
    told.some((plan) => plan.state === state && (plan.protectionGroupIds?.includes(id) ?? !held.has(id)));
  const groups = groupsOf(situation).filter(({ thing }) => !isTold(thing));
  return [...plans, ...groups].flatMap((subject) => concludeFrom(subject, situation));
};

function isTroubled(state: string): boolean {
  return state === 'INCOMPLETE' || state === 'FAILED_OVER';
}

function concludeFrom(subject: Subject, situation: Situation): Conclusion[] {
  const { state } = subject.thing;
  if (state === 'FAILED_OVER') return [reprotectDue(subject, situation)];
  if (state === 'INCOMPLETE' || state === 'ERROR') return [stopped(subject, situation)];
  if (state === 'UNKNOWN') return unknown(subject, situation);
  if (state === 'WAITING_FOR_INPUT') return [waiting(subject, situation)];
  if (state === 'EMPTY' && subject.type === 'RECOVERY_PLAN') return [empty(subject)];
  return [];
}

function reprotectDue(subject: Subject, situation: Situation): Conclusion {
  const target = runnable(subject, situation);
  return about(target, {
    type: 'REPROTECT_DUE',
    severity: 'WARNING',
    text: `${called(subject)} runs at the other site, and nothing protects it there.`,
    remedy: 'Reprotect it, so that it is replicated from where it now runs.',
    nextActions: outOf(target, situation, ['REPROTECT']),
  });
}

/** Half way through an action that the lifecycle names, or broken in a way that no action leaves behind. */
function stopped(subject: Subject, situation: Situation): Conclusion {
  const { lifecycle, title } = situation.descriptor;
  const word = subject.thing.upstream.state;
  const actions = stoppedActions(subject, situation);
  const [first] = actions;
  const { meaning } = meaningOf(lifecycle, subject.type, word);
  if (!first && subject.thing.state === 'ERROR') {
    return about(subject, {
      type: 'UPSTREAM_ISSUE',
      severity: 'CRITICAL',
      detailKey: 'state',
      text: `${called(subject)} is in error and cannot be run. ${meaning}`,
      remedy: `Mend it at ${title}.`,
      nextActions: outOf(subject, situation),
    });
  }
  const target =
    first && ACTION_FACTS[first].holder === 'RECOVERY_PLAN' ? runnable(subject, situation) : subject;
  const again = outOf(target, situation, actions);
  return about(target, {
    type: 'INCOMPLETE_ACTION',
    severity: actions.some((action) => MOVING.includes(action)) ? 'CRITICAL' : 'WARNING',
    text: `${called(subject)} was left half way. ${meaning}`,
    remedy: again.length > 0 ? 'Run the action again, or another one that goes on from here.' : 'Look at it.',
    nextActions: again.length > 0 ? again : outOf(target, situation),
  });
}

function unknown(subject: Subject, { descriptor: { lifecycle, title } }: Situation): Conclusion[] {
  const word = subject.thing.upstream.state;
  const { meaning, passing } = meaningOf(lifecycle, subject.type, word);
  if (passing) return [];
  return [
    about(subject, {
      type: 'UNKNOWN_STATE',
      severity: 'WARNING',
      text: `${called(subject)} is in the state "${word}". ${meaning}`,
      remedy: `Look at it at ${title}; no action is offered until the state is known.`,
    }),
  ];
}

function waiting(subject: Subject, { descriptor: { capabilities } }: Situation): Conclusion {
  const { id } = subject.thing;
  const href = `/v1/recovery-plans/${id}/prompts`;
  return about(subject, {
    type: 'PROMPT_WAITING',
    severity: 'WARNING',
    text: `${called(subject)} waits at a prompt.`,
    remedy: 'Read the prompt, and answer it through the operation that runs the plan.',
    nextActions: capabilities.reads.includes('planPrompts')
      ? [{ title: 'Read the prompt', method: 'GET', href }]
      : [],
  });
}

function empty(subject: Subject): Conclusion {
  return about(subject, {
    type: 'NOT_RECOVERABLE',
    severity: 'INFO',
    text: `${called(subject)} holds no group: running it would recover nothing.`,
    remedy: 'Put protection groups into it, or delete it.',
    nextActions: [{ title: 'Change the plan', ...actionRequest('UPDATE_RECOVERY_PLAN', subject.thing.id) }],
  });
}

/** The actions that end badly in the word it is in. */
function stoppedActions(subject: Subject, situation: Situation): DrAction[] {
  const { actions } = situation.descriptor.lifecycle;
  const word = subject.thing.upstream.state;
  const types = [subject.type, runnable(subject, situation).type];
  return (Object.keys(actions) as DrAction[]).filter((action) => {
    const row = actions[action];
    return (
      types.some((type) => type === ACTION_FACTS[action].targetType) &&
      row?.observes !== 'DRILL' &&
      row?.failed.includes(word)
    );
  });
}

/** What is run is the plan; a group that is a plan of its own has the same id. */
function runnable(subject: Subject, { survey }: Situation): Subject {
  const isPlan = survey.plans.some(({ id }) => id === subject.thing.id);
  return isPlan ? { type: 'RECOVERY_PLAN', thing: subject.thing } : subject;
}

function outOf({ type, thing }: Subject, { descriptor }: Situation, wanted = remedies()) {
  return waysOut(descriptor.lifecycle, type, thing.id, thing.upstream.state, wanted);
}

function remedies(): DrAction[] {
  return BUTTONS.filter((action) => !NO_REMEDY.includes(action));
}
