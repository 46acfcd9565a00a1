import type { Scenario } from '../scenario.js';
import { answers } from './answers.js';
import { atTheConsole } from './console.js';
import { blockedLoop, freeze } from './freeze.js';
import { killRandom } from './kill-random.js';
import { killSteps } from './kill-steps.js';
import { lateDelivery } from './late-delivery.js';
import { jobForgotten, neverEnds, tokenExpiry } from './long-work.js';
import { races } from './races.js';
import { takeover } from './takeover.js';

/** Processes that die, stop or hang, answers that are lost, and others who act meanwhile. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  killSteps,
  killRandom,
  takeover,
  freeze,
  blockedLoop,
  answers,
  lateDelivery,
  races,
  atTheConsole,
  tokenExpiry,
  neverEnds,
  jobForgotten,
];
