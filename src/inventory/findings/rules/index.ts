import type { Conclusion } from '../finding.js';
import { drillStateRules } from './drill-rules.js';
import { protectionRules } from './protection-rules.js';
import type { Rule, Situation } from './situation.js';
import { stateRules } from './state-rules.js';

const RULES: readonly Rule[] = [stateRules, protectionRules, drillStateRules];

/** Everything that what a site holds says by itself, in no particular order. */
export function concluded(situation: Situation): Conclusion[] {
  return RULES.flatMap((rule) => rule(situation));
}
