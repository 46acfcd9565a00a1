/**
 * What can go wrong with one request, told to the simulator by a test.
 *
 * `when: 'before'` strikes before the simulated service sees the request (nothing is executed);
 * `when: 'after'` strikes after it has executed it, so the answer is lost or spoilt while the work goes on.
 */
export type FaultKind =
  | 'delay' /** answer `ms` later (real milliseconds) */
  | 'hang' /** never answer; the connection stays open until the client gives up */
  | 'reset' /** destroy the connection */
  | 'status' /** answer `status` with `body` (default: a body in the service's own error form, else empty) */
  | 'html' /** answer `status` (default 502) with an HTML page */
  | 'truncate' /** cut the JSON answer in the middle */
  | 'empty' /** 200 with no body */
  | 'body'; /** 200 with `body` instead of the true answer */

export interface FaultRule {
  kind: FaultKind;
  when?: 'before' | 'after';
  method?: string;
  /** A regular expression, tested against the path without the query. */
  path?: string;
  /** How many matching requests to let through first. Default 0. */
  skip?: number;
  /** How many matching requests to strike. Default 1; -1 = until cleared. */
  times?: number;
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  ms?: number;
}

export interface ActiveFault extends FaultRule {
  id: number;
  struck: number;
}

export class Faults {
  private rules: ActiveFault[] = [];
  private nextId = 1;

  add(rule: FaultRule): ActiveFault {
    const active: ActiveFault = { when: 'before', skip: 0, times: 1, ...rule, id: this.nextId++, struck: 0 };
    this.rules.push(active);
    return active;
  }

  list(): readonly ActiveFault[] {
    return this.rules;
  }

  clear(): void {
    this.rules = [];
  }

  /** The fault this request meets, if any. Counts it. */
  strike(method: string, path: string): ActiveFault | null {
    for (const rule of this.rules) {
      if (rule.method && rule.method.toUpperCase() !== method.toUpperCase()) continue;
      if (rule.path && !new RegExp(rule.path).test(path)) continue;
      if ((rule.skip ?? 0) > 0) {
        rule.skip = (rule.skip ?? 0) - 1;
        continue;
      }
      const times = rule.times ?? 1;
      if (times >= 0 && rule.struck >= times) continue;
      rule.struck += 1;
      return rule;
    }
    return null;
  }
}
