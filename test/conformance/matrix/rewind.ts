import type { Simulator } from '../../../simulators/engine/simulator.js';

/** Other random numbers than the first world was made of: an id must not come twice. */
const SEED = 2;

/** Keeps a simulated world; answers the way back to it, which can be gone any number of times. */
export function rememberWorld<State extends object, Settings extends object>(
  simulator: Simulator<State, Settings>,
): () => void {
  const kept = structuredClone(simulator.snapshot());
  return () => simulator.restore({ ...structuredClone(kept), seed: SEED });
}
