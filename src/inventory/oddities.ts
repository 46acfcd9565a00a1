import type { Drill, ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';

export type Thing = ProtectionGroup | RecoveryPlan | Drill;

/** One thing of which a site says what cannot be true. */
export interface Odd {
  list: 'groups' | 'plans' | 'drills';
  /** null = an entry that names nothing. */
  id: string | null;
  /** What is odd, as a clause: `one of its protection groups has no id`. */
  text: string;
}

/** The same, with how long it has been said. */
export interface Oddity extends Odd {
  /** As it was last known; null = it never was. */
  name: string | null;
  firstMs: number;
  lastMs: number;
  /** In how many looks. */
  times: number;
}

/** By `oddKey`. */
export type Oddities = Readonly<Record<string, Oddity>>;

/** What was said so often, for so long, will not change by being asked again. */
const SETTLED_TIMES = 3;
const SETTLED_AFTER_MS = 120_000;
/** So many single things may be odd, or one in so many of what is known: with more of them the answer is worth nothing. */
const FEW_ODD = 3;
const ONE_IN = 20;
const MOST_ODD = 10;

export function oddKey({ list, id }: Pick<Odd, 'list' | 'id'>): string {
  return `${list} ${id ?? ''}`;
}

/** It is taken as it is: the thing is kept as it was known, or as it shows itself, and the rest is believed. */
export function isSettled({ firstMs, lastMs, times }: Oddity): boolean {
  return times >= SETTLED_TIMES && lastMs - firstMs >= SETTLED_AFTER_MS;
}

/** After a look that showed these, of what was known of others before; what is not odd any more is forgotten. */
export function oddAfter(
  before: Oddities,
  odd: readonly Odd[],
  nameOf: (odd: Odd) => string | null,
  takenMs: number,
): Oddities {
  return Object.fromEntries(
    odd.map((one) => {
      const key = oddKey(one);
      const last = before[key];
      const { firstMs, times } = last ?? { firstMs: takenMs, times: 0 };
      const name = nameOf(one) ?? last?.name ?? null;
      return [key, { ...one, name, firstMs, lastMs: takenMs, times: times + 1 }];
    }),
  );
}

export function areTooMany(odd: readonly Odd[], known: number): boolean {
  return odd.length > Math.min(MOST_ODD, Math.max(FEW_ODD, known / ONE_IN));
}

const DOUBTFUL = 'DOUBTFUL_ANSWER';

/** A thing that is not shown as the site's lists tell of it. Drills have no conditions. */
export function marked(thing: Thing, text: string): Thing {
  if (!('conditions' in thing)) return thing;
  const others = thing.conditions.filter(({ type }) => type !== DOUBTFUL);
  const told = `The site's answer cannot be true: ${text}. It is shown as it was last known, or as it shows itself when it is asked for.`;
  return { ...thing, conditions: [...others, { type: DOUBTFUL, text: told }] };
}
