import { ACTION_FACTS, type Consequences } from './action-facts.js';
import { destinationOf, type Direction, type DrAction, type TargetType } from './dr-action.js';
import { neededStates, statesOf, type Lifecycle } from './lifecycle.js';
import type { ResourceFacts } from './observation.js';
import { OUTSIDE } from './operation.js';

/** Why an action cannot start now, and what to do about it. */
export interface Blocking {
  /** Stable kebab-case word. */
  code: string;
  text: string;
  remedy: string;
}

export interface AllowedAction {
  action: DrAction;
  allowed: boolean;
  /** The direction that would be accepted, for actions that name one. */
  direction: Direction | null;
  blocking: Blocking[];
  consequences: Consequences;
  /** Public ids of every group that it touches, as far as they were looked up. */
  touches: string[];
}

/**
 * The one judgement on whether an action may start: shown to frontends, and used by the guard itself,
 * so that a button and its refusal cannot disagree. `facts` is what the target says of itself now.
 */
export function judgeAction(
  lifecycle: Lifecycle,
  action: DrAction,
  facts: ResourceFacts | null,
  wish: {
    direction?: Direction | null;
    blockers?: readonly Blocking[];
    companions?: readonly { kind: TargetType; facts: ResourceFacts }[];
    heldBy?: string | null;
    /** Who began that operation, if not through the gateway. */
    heldOutsideBy?: string | null;
    touches?: readonly string[];
  } = {},
): AllowedAction {
  const { targetType, needsDirection, consequences } = ACTION_FACTS[action];
  const row = lifecycle.actions[action];
  const blocking: Blocking[] = [];
  if (!row) {
    blocking.push({
      code: 'unsupported-action',
      text: 'This upstream has no such action.',
      remedy: 'Use the actions that the site lists among its capabilities.',
    });
  } else if (facts && row.from !== 'ANY' && !row.from.includes(facts.word)) {
    blocking.push({
      code: 'wrong-state',
      text: `The target is ${facts.state} (${facts.word}); the action needs ${neededStates(lifecycle, targetType, row)}.`,
      remedy: remedyFor(lifecycle, action, facts),
    });
  }
  for (const { kind, facts: companion } of wish.companions ?? []) {
    const words = row?.companions?.[kind];
    if (!words || words.includes(companion.word)) continue;
    blocking.push({
      code: 'wrong-state',
      text: `${companion.name ?? `Its ${kind}`} is ${companion.state} (${companion.word}); the action needs ${statesOf(lifecycle, kind, words)}.`,
      remedy: 'Bring it to that state first.',
    });
  }
  if (needsDirection && wish.direction && facts?.nextDirection && facts.nextDirection !== wish.direction) {
    blocking.push({
      code: 'wrong-direction',
      text: `The workload already runs at ${destinationOf(wish.direction)}.`,
      remedy: `Ask for ${facts.nextDirection}, if that is what you mean.`,
    });
  }
  if (needsDirection && facts?.nextDirection === null) {
    blocking.push({
      code: 'direction-unknown',
      text: 'Where the workload runs now cannot be told, so the direction cannot be checked.',
      remedy: 'Look at the target with the upstream’s own means; it acts when the state is known again.',
    });
  }
  if (wish.heldBy) {
    blocking.push({
      code: 'operation-in-progress',
      text: heldText(wish.heldBy, wish.heldOutsideBy ?? null),
      remedy: 'Wait for it to end.',
    });
  }
  blocking.push(...(wish.blockers ?? []).map(({ code, text, remedy }) => ({ code, text, remedy })));
  return {
    action,
    allowed: blocking.length === 0,
    direction: needsDirection ? (facts?.nextDirection ?? null) : null,
    blocking,
    consequences,
    touches: [...(wish.touches ?? [])],
  };
}

/** @param outsideBy who began the operation, if not through the gateway */
export function heldText(heldBy: string, outsideBy: string | null): string {
  const whose = outsideBy === null || outsideBy === OUTSIDE ? '' : ` by ${outsideBy}`;
  const begun = outsideBy === null ? '' : `, which was begun ${OUTSIDE}${whose},`;
  return `Operation ${heldBy}${begun} holds a protection group that this action touches.`;
}

/** The action that leads to a state from which the wished one can start, if there is one. */
function remedyFor(lifecycle: Lifecycle, action: DrAction, facts: ResourceFacts): string {
  const wished = lifecycle.actions[action];
  // To fail over, only so that there is something to reprotect, is no advice.
  if (Array.isArray(wished?.to) && wished.to.includes(facts.word) && !wished.flipsActiveSite) {
    return 'It is so already: there is nothing to do.';
  }
  const wanted = wished?.from;
  const siblings = Object.entries(lifecycle.actions).filter(
    ([other, row]) =>
      isOfSameThing(other as DrAction, action) &&
      row.from !== 'ANY' &&
      row.observes !== 'DRILL' &&
      row.from.includes(facts.word),
  );
  if (Array.isArray(wanted)) {
    for (const [other, { to }] of siblings) {
      // One that ends where it begins leads nowhere.
      if (other === action || !Array.isArray(to) || to.includes(facts.word)) continue;
      if (to.some((word) => wanted.includes(word))) return `Run ${other} first.`;
    }
  }
  const possible = siblings.map(([name]) => name);
  return possible.length > 0
    ? `From this state it is ${possible.join(' or ')} that can be run.`
    : 'Wait until the target has reached that state.';
}

/** Groups and plans lead into each other's states; the parts of a group are things of their own. */
function isOfSameThing(one: DrAction, other: DrAction): boolean {
  const [a, b] = [ACTION_FACTS[one].targetType, ACTION_FACTS[other].targetType];
  const whole: readonly TargetType[] = ['PROTECTION_GROUP', 'RECOVERY_PLAN'];
  return a === b || (whole.includes(a) && whole.includes(b));
}
