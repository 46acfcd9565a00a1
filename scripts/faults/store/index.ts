import type { Scenario } from '../scenario.js';
import { ONE_NODE } from './one-node.js';

/** A Redis that dies, hangs, is full, forgets or fails over; another version, another clock. */
export const STORE_SCENARIOS: readonly Scenario[] = [...ONE_NODE];
