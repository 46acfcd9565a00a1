import type { DrAction, TargetType } from './dr-action.js';
import type { ProtectionState } from './inventory.js';

/**
 * Which action is allowed when, and where it ends, is data that each driver declares, in the upstream's
 * own words. Nothing here knows an upstream; these are the shapes and the check that a table is whole.
 */
export interface StateMeaning {
  state: ProtectionState;
  /** One sentence for an operator. */
  meaning: string;
  /** The upstream is at work and will leave this state by itself. */
  passing: boolean;
  /**
   * Of a passing state: the action that it is the middle of, for work that was begun outside the gateway. Absent =
   * it belongs to something else that has a state of its own, or cannot be told.
   */
  action?: DrAction;
}

export interface LifecycleRow {
  /** The words of the target from which the upstream takes the action; 'ANY' where it has no rule. */
  from: readonly string[] | 'ANY';
  /** The words it passes through. */
  via: readonly string[];
  /** The words it ends well in; 'GONE' = the resource is no more; 'ANY' = the action changes no state. */
  to: readonly string[] | 'GONE' | 'ANY';
  /** The words it ends badly in. */
  failed: readonly string[];
  /** The words that a run which was stopped on request rests in, where they are also those of a good end. */
  cancelled?: readonly string[];
  /** Whether a good end leaves the workload at the other site. */
  flipsActiveSite: boolean;
  /** The words that other things involved must be in: the group of an instance that is changed. */
  companions?: Readonly<Partial<Record<TargetType, readonly string[]>>>;
  /**
   * Whose words `via`, `to` and `failed` are: the target's (default), or a drill's, for upstreams whose
   * drills are resources of their own.
   */
  observes?: 'TARGET' | 'DRILL';
}

type Words = Readonly<Record<string, StateMeaning>>;

export interface Lifecycle {
  states: Readonly<Record<'PROTECTION_GROUP' | 'RECOVERY_PLAN' | 'DRILL', Words>> &
    Readonly<Partial<Record<TargetType, Words>>>;
  /** An absent action is one that the upstream does not have. */
  actions: Readonly<Partial<Record<DrAction, LifecycleRow>>>;
}

/** Sentences about what is wrong with a table; empty = whole. Checked when the process starts. */
export function lifecycleFaults(lifecycle: Lifecycle, targetOf: (action: DrAction) => TargetType): string[] {
  const faults: string[] = [];
  for (const [action, row] of Object.entries(lifecycle.actions) as [DrAction, LifecycleRow][]) {
    const target = targetOf(action);
    const observed = row.observes === 'DRILL' ? 'DRILL' : target;
    const check = (column: string, words: readonly string[] | string, kind: TargetType): void => {
      if (typeof words === 'string') return;
      for (const word of words) {
        if (!(word in (lifecycle.states[kind] ?? {}))) {
          faults.push(
            `lifecycle of ${action}: "${word}" in "${column}" is not among the states of ${kind}; add it there`,
          );
        }
      }
    };
    check('from', row.from, target);
    for (const [kind, words] of Object.entries(row.companions ?? {}) as [TargetType, readonly string[]][]) {
      check(`companions.${kind}`, words, kind);
    }
    check('via', row.via, observed);
    check('to', row.to, observed);
    check('failed', row.failed, observed);
    check('cancelled', row.cancelled ?? [], observed);
    for (const word of row.via) {
      if (lifecycle.states[observed]?.[word]?.passing === false) {
        faults.push(`lifecycle of ${action}: "${word}" is in "via" but is declared as a state that rests`);
      }
    }
    if (Array.isArray(row.to) && row.to.length === 0) {
      faults.push(`lifecycle of ${action}: "to" is empty; name the states it ends well in`);
    }
  }
  return faults;
}

/** What the row's `from` demands, for a sentence: `PROTECTED (protected) or INCOMPLETE (error-reversing)`. */
export function neededStates(lifecycle: Lifecycle, target: TargetType, row: LifecycleRow): string {
  return row.from === 'ANY' ? 'any state' : statesOf(lifecycle, target, row.from);
}

export function statesOf(lifecycle: Lifecycle, target: TargetType, words: readonly string[]): string {
  return words
    .map((word) => `${lifecycle.states[target]?.[word]?.state ?? 'UNKNOWN'} (${word})`)
    .join(' or ');
}

export function meaningOf(lifecycle: Lifecycle, kind: TargetType, word: string): StateMeaning {
  return (
    lifecycle.states[kind]?.[word] ?? {
      state: 'UNKNOWN',
      meaning: `The upstream says "${word}", which is not known here.`,
      passing: false,
    }
  );
}
