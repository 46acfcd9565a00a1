import type { WorldOptions } from '../support/world.js';

const WATCH = new URL('prototype-watch.js', import.meta.url);

/** A gateway that ends when a prototype is changed, and that may be asked as often as one likes. */
export const FUZZED: WorldOptions = {
  env: {
    NODE_OPTIONS: `--disable-proto=throw --import ${WATCH.href}`,
    RATE_LIMIT_PER_SECOND: 'none',
    RATE_LIMIT_FAILURES_PER_MINUTE: 'none',
  },
};
