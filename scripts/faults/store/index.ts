import type { Scenario } from '../scenario.js';

/** A Redis that dies, hangs, is full, forgets or fails over; another version, another clock. */
export const STORE_SCENARIOS: readonly Scenario[] = [];
