import type { WorldOptions } from '../support/world.js';

const WATCH = new URL('prototype-watch.js', import.meta.url);

/** A gateway that ends when a prototype is changed. */
export const FUZZED: WorldOptions = {
  env: { NODE_OPTIONS: `--import ${WATCH.href}` },
};
