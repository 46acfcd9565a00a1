import type { Bench } from './bench.js';

/** In the order of the table. */
export const BENCHES: readonly Bench[] = [];
