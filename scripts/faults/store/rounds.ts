import { summed, type Piece, type Result, type Scenario } from '../scenario.js';
import { RedisNode, type RedisSettings } from './redis-node.js';
import { round, TARGETS_OF_A_ROUND, type RoundResult, type StoreFault } from './round.js';
import { seeded } from './seeded.js';
import { StoreWorld } from './store-world.js';

export const RESUME = 'from the return of Redis to the beginning upstream of what is asked for from then on';

export interface OneNodeScenario {
  name: string;
  fault: string;
  runs: Scenario['runs'];
  settings?: RedisSettings;
  env?: Record<string, string>;
  /** What happens to the server in one round. */
  of: (node: RedisNode, random: () => number, short: boolean) => StoreFault;
}

/** Rounds of one fault on a server without a replica, all in one world. */
export function onOneNode({ name, fault, runs, settings, env, of }: OneNodeScenario): Scenario {
  return {
    name,
    fault,
    runs,
    resume: RESUME,
    piece: 5,
    lane: 'WAITING',
    run: async (piece) => {
      const node = await RedisNode.start({ settings });
      try {
        const targets = piece.runs * TARGETS_OF_A_ROUND;
        return await inWorld({ redisUrl: node.url, targets, env }, async (world) => {
          const result = await rounds(world, piece, (random) => of(node, random, piece.short));
          return { ...result, counts: { 'lines of warning logged': warningsIn(world.logs) } };
        });
      } finally {
        await node.stop();
      }
    },
  };
}

/** Opens a world, and leaves nothing of it. */
export async function inWorld(
  options: Parameters<typeof StoreWorld.open>[0],
  use: (world: StoreWorld) => Promise<Result>,
): Promise<Result> {
  const world = await StoreWorld.open(options);
  try {
    return await use(world);
  } finally {
    await world.close();
  }
}

/** So many rounds, and what they come to. */
export async function rounds(
  world: StoreWorld,
  piece: Piece,
  next: (random: () => number) => StoreFault,
): Promise<Result> {
  const random = seeded(piece.seed);
  const results: RoundResult[] = [];
  for (let number = 1; number <= piece.runs; number += 1) {
    const result = await round(world, next(random), random);
    results.push(result);
    piece.say(
      `round ${number}: resumed after ${result.resumeMs.map(shown).join(' and ')}; ${toldOf(result)}`,
    );
  }
  return resultOf(results);
}

export function resultOf(results: readonly RoundResult[]): Result {
  const sum = (of: (result: RoundResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const wrong = results.flatMap(({ lost, repeated, false: untrue, resumeMs, notes = [] }) => [
    ...notes,
    ...lost.map((text) => `lost: ${text}`),
    ...repeated.map((text) => `repeated: ${text}`),
    ...untrue.map((text) => `false: ${text}`),
    ...resumeMs
      .filter((ms) => ms === null)
      .map(() => 'what was asked for afterwards was not begun within 60 s'),
  ]);
  return {
    runs: results.length,
    operations: sum(({ promised }) => promised),
    lost: sum(({ lost }) => lost.length),
    repeated: sum(({ repeated }) => repeated.length),
    falseVerdicts: sum((result) => result.false.length),
    ambiguous: sum(({ ambiguous }) => ambiguous),
    unknown: sum(({ unknown }) => unknown),
    unknownUnsent: sum(({ unknownUnsent }) => unknownUnsent),
    resumeMs: results.flatMap(({ resumeMs }) => resumeMs).filter((ms) => ms !== null),
    counts: {},
    notes: wrong,
  };
}

/** pino's levels: 40 = warn. */
function warningsIn(lines: readonly string[]): number {
  return lines.filter((line) => Number(/"level":(\d+)/.exec(line)?.[1] ?? 0) >= 40).length;
}

function toldOf({ promised, answers, lost, repeated, unknown, false: untrue }: RoundResult): string {
  const others = Object.entries(answers).map(([what, times]) => `${times} × ${what}`);
  const bad = [...lost, ...repeated, ...untrue];
  return [`${promised} promised`, `${unknown} UNKNOWN`, ...others, ...bad].join(', ');
}

const shown = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);

/** A scenario whose rounds have a world each: afterwards it is not what it was. */
export function oneWorldEach(
  of: Pick<Scenario, 'name' | 'fault' | 'runs'>,
  once: (piece: Piece) => Promise<Result>,
): Scenario {
  return {
    ...of,
    resume: RESUME,
    piece: 1,
    lane: 'WAITING',
    run: async (piece) => {
      const results: Result[] = [];
      for (let run = 0; run < piece.runs; run += 1)
        results.push(await once({ ...piece, seed: piece.seed + run }));
      return summed(results);
    },
  };
}
