import type { Scenario } from '../scenario.js';

/** Processes that die, stop or hang, answers that are lost, and others who act meanwhile. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [];
