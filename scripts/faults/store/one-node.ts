import type { Scenario } from '../scenario.js';
import {
  flushed,
  frozen,
  killed,
  outOfMemory,
  paused,
  queueKeysDeleted,
  readOnly,
  tailCut,
} from './redis-faults.js';
import { onOneNode, type OneNodeScenario } from './rounds.js';

const between = (random: () => number, from: number, to: number): number =>
  Math.round(from + random() * (to - from));

/** One server, and what can happen to it. */
export const ONE_NODE_FAULTS: readonly OneNodeScenario[] = [
  {
    name: 'redis-kill',
    fault: 'Redis: SIGKILL and restart, `appendfsync everysec`',
    runs: { long: 30, short: 1 },
    settings: { appendfsync: 'everysec' },
    of: (node, random) => killed(node, between(random, 200, 4_000)),
  },
  {
    name: 'redis-kill-always',
    fault: 'Redis: SIGKILL and restart, `appendfsync always`',
    runs: { long: 20, short: 1 },
    settings: { appendfsync: 'always' },
    of: (node, random) => killed(node, between(random, 200, 4_000)),
  },
  {
    name: 'redis-frozen',
    fault: 'Redis: frozen 1 to 60 s (SIGSTOP, or CLIENT PAUSE)',
    runs: { long: 20, short: 1 },
    of: (node, random, short) => {
      const lastsMs = short ? 3_000 : between(random, 1_000, random() < 0.2 ? 60_000 : 12_000);
      return short || random() < 0.7 ? frozen(node, lastsMs) : paused(node, lastsMs);
    },
  },
  {
    name: 'redis-oom',
    fault: 'Redis: out of memory (`maxmemory`, noeviction) for 1 to 15 s',
    runs: { long: 20, short: 1 },
    of: (node, random, short) => outOfMemory(node, between(random, 1_000, short ? 3_000 : 15_000)),
  },
  {
    name: 'redis-readonly',
    fault: 'Redis: demoted to a replica (READONLY) for 1 to 15 s',
    runs: { long: 20, short: 1 },
    of: (node, random, short) => readOnly(node, between(random, 1_000, short ? 3_000 : 15_000)),
  },
  {
    name: 'queue-keys-deleted',
    fault: 'Redis: every key of BullMQ deleted',
    runs: { long: 20, short: 1 },
    of: (node) => queueKeysDeleted(node),
  },
  {
    name: 'flushall',
    fault: 'Redis: FLUSHALL, with the journal on',
    runs: { long: 20, short: 1 },
    of: (node) => flushed(node),
  },
  {
    name: 'aof-tail-cut',
    fault: 'Redis: killed, and the last 0.2 to 60 kB of its append-only file gone',
    runs: { long: 20, short: 1 },
    of: (node, random) => tailCut(node, between(random, 200, 60_000)),
  },
];

export const ONE_NODE: readonly Scenario[] = ONE_NODE_FAULTS.map(onOneNode);
