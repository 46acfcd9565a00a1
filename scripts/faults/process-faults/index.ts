import type { Scenario } from '../scenario.js';
import { killRandom } from './kill-random.js';

/** Processes that die, stop or hang, answers that are lost, and others who act meanwhile. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [killRandom];
