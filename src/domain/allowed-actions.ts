import { ACTION_FACTS, type Consequences } from './action-facts.js';
import { destinationOf, type Direction, type DrAction, type TargetType } from './dr-action.js';
import { neededStates, statesOf, type Lifecycle } from './lifecycle.js';
import type { ResourceFacts } from './observation.js';

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
      text: `Operation ${wish.heldBy} holds a protection group that this action touches.`,
      remedy: 'Wait for it to end.',
    });
  }
  blocking.push(...(wish.blockers ?? []));
  return {
    action,
    allowed: blocking.length === 0,
    direction: needsDirection ? (facts?.nextDirection ?? null) : null,
    blocking,
    consequences,
  };
}

/** The action that leads to a state from which the wished one can start, if there is one. */
function remedyFor(lifecycle: Lifecycle, action: DrAction, facts: ResourceFacts): string {
  const wanted = lifecycle.actions[action]?.from;
  if (Array.isArray(wanted)) {
    for (const [other, row] of Object.entries(lifecycle.actions)) {
      if (other === action || row.from === 'ANY' || row.observes === 'DRILL' || !Array.isArray(row.to))
        continue;
      if (row.from.includes(facts.word) && row.to.some((word) => wanted.includes(word)))
        return `Run ${other} first.`;
    }
  }
  const possible = Object.entries(lifecycle.actions)
    .filter(([, row]) => row.from !== 'ANY' && row.observes !== 'DRILL' && row.from.includes(facts.word))
    .map(([name]) => name);
  return possible.length > 0
    ? `From this state it is ${possible.join(' or ')} that can be run.`
    : 'Wait until the target has reached that state.';
}
