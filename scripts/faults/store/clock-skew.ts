import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.js';
import { RedisNode } from './redis-node.js';
import { TARGETS_OF_A_ROUND, type StoreFault } from './round.js';
import { inWorld, rounds } from './rounds.js';
import type { StoreWorld } from './store-world.js';

const HOUR_MS = 3_600_000;
/** How wrong the clock is, from hardly to hopelessly, before and after the true time. */
const OFFSETS_MS = [1_500, 8_000, 60_000, HOUR_MS].flatMap((ms) => [ms, -ms]);
const WHOSE = ['main', 'worker'] as const;
const PRELOAD = new URL('./clock-offset.js', import.meta.url).href;

/** The clock of one process jumps while it works, stays wrong for a while, and is put right again. */
export const clockSkew: Scenario = {
  name: 'clock-skew',
  fault: 'the clock of the API or of the worker jumps by 1.5 s to 1 h, either way, and back',
  resume: 'from the clock being right again to the beginning upstream of what is asked for from then on',
  runs: { long: 32, short: 2 },
  piece: 8,
  lane: 'WAITING',
  run: async (piece) => {
    const node = await RedisNode.start();
    try {
      const targets = piece.runs * TARGETS_OF_A_ROUND;
      return await inWorld({ redisUrl: node.url, targets, gateway: false }, async (world) => {
        for (const name of WHOSE) await world.start(name, preloaded(world, name));
        await world.targets.find();
        return rounds(world, piece, (random) => skewed(world, random, piece.short));
      });
    } finally {
      await node.stop();
    }
  },
};

function skewed(world: StoreWorld, random: () => number, short: boolean): StoreFault {
  const offsetMs = OFFSETS_MS[Math.floor(random() * OFFSETS_MS.length)] ?? 0;
  const name = WHOSE[Math.floor(random() * WHOSE.length)] ?? 'worker';
  const set = async (ms: number): Promise<void> => writeFileSync(fileOf(world, name), String(ms));
  return {
    lastsMs: short ? 3_000 : 4_000 + Math.round(random() * 8_000),
    strike: () => set(offsetMs),
    heal: () => set(0),
  };
}

function preloaded(world: StoreWorld, name: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_OFFSET_FILE: fileOf(world, name) };
}

const fileOf = ({ directory }: StoreWorld, name: string): string => join(directory, `clock-of-${name}`);
