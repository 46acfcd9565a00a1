import { PROCESS_SCENARIOS } from './process-faults/index.js';
import type { Scenario } from './scenario.js';
import { STORE_SCENARIOS } from './store/index.js';

/** Every fault that `npm run faults` knows, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [...PROCESS_SCENARIOS, ...STORE_SCENARIOS];
