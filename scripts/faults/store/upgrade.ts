import { resolve } from 'node:path';
import type { Piece, Result, Scenario } from '../scenario.js';
import { judged, type Asking } from './judging.js';
import { builtRevision, BEFORE_SCHEMAS } from './older-revision.js';
import { RedisNode } from './redis-node.js';
import { answersOf, asking, begunAfter, type RoundResult } from './round.js';
import { inWorld, resultOf } from './rounds.js';
import type { GatewayProcess, StoreWorld } from './store-world.js';

/** Of each site: open when it begins, and asked for at each stage. */
const OPEN_BEFORE = 8;
const AT_EACH_STAGE = 1;
const STAGES = 4;
/** Longer than a process may take to end; then it is killed. */
const KILLED_AFTER_MS = 9_900;

interface Version {
  name: string;
  dist: string;
}

interface Running {
  api: GatewayProcess;
  worker: GatewayProcess;
}

/**
 * Process by process from one version to another, with operations open and new ones asked for at every stage; then
 * back again. Between the stages both versions work side by side on one Redis.
 */
export const upgrade: Scenario = {
  name: 'upgrade',
  fault: `rolling upgrade from ${BEFORE_SCHEMAS} (records without a schema), and roll-back, with operations open`,
  resume:
    'from the end of the last worker of the version before to the beginning upstream of what is asked for from then on',
  runs: { long: 10, short: 2 },
  piece: 4,
  lane: 'WAITING',
  run: async (piece) => {
    const older: Version = { name: BEFORE_SCHEMAS, dist: await builtRevision(BEFORE_SCHEMAS) };
    const newer: Version = { name: 'this one', dist: resolve(process.env.DIST_DIR ?? 'dist') };
    const node = await RedisNode.start();
    try {
      const targets = piece.runs * (OPEN_BEFORE + STAGES * AT_EACH_STAGE);
      const options = { redisUrl: node.url, targets, durationFactor: 0.08, gateway: false };
      return await inWorld(options, (world) => thereAndBack(world, piece, older, newer));
    } finally {
      await node.stop();
    }
  },
};

async function thereAndBack(
  world: StoreWorld,
  piece: Piece,
  older: Version,
  newer: Version,
): Promise<Result> {
  let running: Running = {
    api: await world.start('main', {}, older.dist),
    worker: await world.start('worker', {}, older.dist),
  };
  await world.targets.find();
  const results: RoundResult[] = [];
  for (let number = 0; number < piece.runs; number += 1) {
    const to = number % 2 === 0 ? newer : older;
    const { result, now } = await rollOver(world, running, to);
    running = now;
    results.push(result);
    piece.say(`to ${to.name}: ${result.promised} promised, ${JSON.stringify(result.answers)}`);
  }
  return resultOf(results);
}

async function rollOver(
  world: StoreWorld,
  before: Running,
  to: Version,
): Promise<{ result: RoundResult; now: Running }> {
  const asked: Promise<Asking>[] = [];
  const killed: string[] = [];
  const end = async (name: string, process: GatewayProcess): Promise<void> => {
    const startedAt = performance.now();
    await world.end(process);
    if (performance.now() - startedAt > KILLED_AFTER_MS) killed.push(`the ${name} did not end in order`);
  };
  const ask = (ofEach = AT_EACH_STAGE) => {
    const targets = world.targets.take(ofEach);
    asked.push(...targets.map((target) => asking(world, target)));
    return targets;
  };
  ask(OPEN_BEFORE);
  const worker = await world.start('worker', {}, to.dist);
  ask();
  await end('worker', before.worker);
  const alone = Date.now();
  const probes = ask();
  await end('API process', before.api);
  ask();
  const api = await world.start('main', {}, to.dist);
  ask();
  const askings = await Promise.all(asked);
  const resumeMs = await Promise.all(probes.map((target) => begunAfter(target, alone)));
  const verdicts = await judged(world, askings);
  return {
    result: { ...verdicts, resumeMs, answers: answersOf(askings), notes: killed },
    now: { api, worker },
  };
}
