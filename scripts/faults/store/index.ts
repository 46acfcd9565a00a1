import type { Scenario } from '../scenario.js';
import { clockSkew } from './clock-skew.js';
import { ON_A_CLUSTER } from './cluster.js';
import { evictionPolicy } from './eviction-policy.js';
import { ONE_NODE } from './one-node.js';
import { WITH_SENTINELS } from './sentinel.js';
import { upgrade } from './upgrade.js';

/** A Redis that dies, hangs, is full, forgets or fails over; another version, another clock. */
export const STORE_SCENARIOS: readonly Scenario[] = [
  ...ONE_NODE,
  ...WITH_SENTINELS,
  ...ON_A_CLUSTER,
  evictionPolicy,
  clockSkew,
  upgrade,
];
