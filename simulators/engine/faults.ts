import type { SeededRandom } from './random.js';

/**
 * What can go wrong with one request, told to the simulator by a test.
 *
 * `when: 'before'` strikes before the simulated service sees the request (nothing is executed);
 * `when: 'after'` strikes after it has executed it, so the answer is lost or spoilt while the work goes on.
 */
export const FAULT_KINDS = {
  delay: 'the answer comes `ms` later (real milliseconds, default 1000)',
  hang: 'no answer; the connection stays open until the client gives up',
  reset: 'the connection is destroyed',
  status: "`status` (default 500) with `body`; without one, a body in the service's own error form",
  html: '`status` (default 502) with an HTML page',
  truncate: 'the JSON answer is cut in the middle',
  empty: '`status` (default 200) with no body',
  body: '`status` (default 200) with `body` instead of the true answer',
  words: 'every `field` (default `status`) of the true answer holds `word` (default `ASTONISHED`)',
  duplicate: 'the first item of the true list stands there twice',
  contradict:
    'the first item of the true list stands there twice, the second time with another name and state',
  'empty-list': 'the true list is empty, and says so',
  'short-list': 'half of the items of the true list are missing, and its count agrees',
  'half-page': 'half of the items of the true list are missing; its count is not corrected',
  'lying-count': 'the true list says that it has more than twice as many items',
  gaps: 'every field of every item but its `id` is null, and what says it says that something is missing',
  'no-ids': 'no item of the true list has an `id`',
  huge: 'the true answer is padded to `bytes` (default 10 MB)',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

/** Those that need the true answer: they strike after the service has answered. */
export const SPOILS_THE_TRUE_ANSWER: readonly FaultKind[] = [
  'words',
  'duplicate',
  'contradict',
  'empty-list',
  'short-list',
  'half-page',
  'lying-count',
  'gaps',
  'no-ids',
  'huge',
];

export interface Strike {
  kind: FaultKind;
  when?: 'before' | 'after';
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  ms?: number;
  field?: string;
  word?: string;
  bytes?: number;
}

export interface FaultRule extends Strike {
  /** One method, or several with commas between. */
  method?: string;
  /** A regular expression, tested against the path without the query. */
  path?: string;
  /** How many matching requests to let through first. Default 0. */
  skip?: number;
  /** How many matching requests to strike. Default 1; -1 = until cleared. */
  times?: number;
  /** Which share of the matching requests to strike, 0 to 1, by the seeded chance. Default 1. */
  share?: number;
  /** Each time one of these, by the seeded chance; its fields win over the rule's. */
  oneOf?: Strike[];
}

export interface ActiveFault extends FaultRule {
  id: number;
  struck: number;
}

export class Faults {
  private rules: ActiveFault[] = [];
  private nextId = 1;

  /** Chance of its own: which requests are struck must not change the ids of the world. */
  constructor(private random: SeededRandom) {}

  add(rule: FaultRule): ActiveFault {
    const when = rule.when ?? naturalMoment(rule.kind);
    const active: ActiveFault = { skip: 0, times: 1, ...rule, when, id: this.nextId++, struck: 0 };
    this.rules.push(active);
    return active;
  }

  list(): readonly ActiveFault[] {
    return this.rules;
  }

  clear(): void {
    this.rules = [];
  }

  restart(random: SeededRandom): void {
    this.clear();
    this.nextId = 1;
    this.random = random;
  }

  /** The fault this request meets, if any. Counts it. */
  strike(method: string, path: string): ActiveFault | null {
    for (const rule of this.rules) {
      if (!meets(rule, method, path)) continue;
      if ((rule.skip ?? 0) > 0) {
        rule.skip = (rule.skip ?? 0) - 1;
        continue;
      }
      const times = rule.times ?? 1;
      if (times >= 0 && rule.struck >= times) continue;
      if (rule.share !== undefined && this.random.next() >= rule.share) continue;
      rule.struck += 1;
      return this.chosen(rule);
    }
    return null;
  }

  private chosen(rule: ActiveFault): ActiveFault {
    const { oneOf } = rule;
    const strike = oneOf?.[this.random.between(0, oneOf.length - 1)];
    if (!strike) return rule;
    return { ...rule, ...strike, when: strike.when ?? naturalMoment(strike.kind) };
  }
}

const naturalMoment = (kind: FaultKind): 'before' | 'after' =>
  SPOILS_THE_TRUE_ANSWER.includes(kind) ? 'after' : 'before';

function meets(rule: FaultRule, method: string, path: string): boolean {
  const methods = rule.method?.toUpperCase().split(',');
  if (methods && !methods.some((each) => each.trim() === method.toUpperCase())) return false;
  return !rule.path || new RegExp(rule.path).test(path);
}
