import { execFileSync } from 'node:child_process';
import { percentile } from '../measure/statistics.js';
import { SCENARIOS } from './catalogue.js';
import { STORE_SCENARIOS } from './store/index.js';
import { readOrders } from './orders.js';
import { Results } from './results.js';
import { writeTable } from './report.js';
import { NOTHING, type Result, type Scenario } from './scenario.js';
import { eraseWorlds } from './world/fault-world.js';
import { endAllParts } from './world/part.js';

/**
 * npm run faults: real processes under real faults, judged by the ledgers of the simulated sites. What was found is kept
 * piece by piece, so that it can be cut and goes on; the table is in docs/guarantees.md.
 */
const startedAt = performance.now();
const orders = readOrders(
  process.argv.slice(2),
  SCENARIOS.map(({ name }) => name),
);
const results = new Results();
const commit = commitOfTheTree();
const wanted = SCENARIOS.filter(({ name }) => orders.names.length === 0 || orders.names.includes(name));
let bad = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  endAllParts();
  eraseWorlds();
});

if (orders.list) for (const { name, fault, runs } of wanted) console.log(`${name}\t${runs.long}\t${fault}`);
else if (orders.report) writeTable(results);
else {
  if (orders.anew) results.forget();
  await Promise.all(lanes().map(workThrough));
  if (!orders.short) {
    writeTable(results);
    say('faults', `the table is in docs/guarantees.md, the pieces are in ${results.place}`);
  }
  process.exitCode = bad > 0 ? 1 : 0;
}

/** What needs the cores, what waits, and what waits for Redis: one of each goes on at a time. */
function lanes(): Scenario[][] {
  const waiting = wanted.filter(({ lane }) => lane === 'WAITING');
  return [
    wanted.filter(({ lane }) => lane === 'BUSY'),
    waiting.filter((each) => !STORE_SCENARIOS.includes(each)),
    waiting.filter((each) => STORE_SCENARIOS.includes(each)),
  ];
}

/** A piece of each in turn, so that a run that is cut has something of everything. */
async function workThrough(scenarios: readonly Scenario[]): Promise<void> {
  let left = scenarios.map((scenario) => ({
    scenario,
    done: orders.short ? 0 : results.of(scenario.name).runs,
    failures: 0,
  }));
  for (;;) {
    left = left.filter(({ scenario, done, failures }) => done < goalOf(scenario) && failures < 2);
    if (left.length === 0) return;
    for (const turn of left) {
      if (timeIsOver()) return;
      const { scenario } = turn;
      const result = await onePiece(scenario, Math.min(goalOf(scenario) - turn.done, scenario.piece));
      turn.failures = result.runs === 0 ? turn.failures + 1 : 0;
      turn.done += result.runs;
      say(scenario.name, `${turn.done}/${goalOf(scenario)} runs`);
      if (turn.failures === 2) say(scenario.name, 'given up: two pieces in a row came to nothing');
    }
  }
}

function goalOf({ runs }: Scenario): number {
  return orders.runs ?? (orders.short ? runs.short : runs.long);
}

async function onePiece(scenario: Scenario, runs: number): Promise<Result> {
  const begun = performance.now();
  let result: Result;
  try {
    result = await scenario.run({
      runs,
      short: orders.short,
      seed: Math.floor(Math.random() * 0x7fffffff),
      say: (text) => say(scenario.name, text),
    });
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(scenario.name, `the piece broke: ${why}`);
    bad += 1;
    return NOTHING;
  }
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  const { lost, repeated, falseVerdicts } = result;
  bad += lost + repeated + falseVerdicts;
  say(
    scenario.name,
    `${result.runs} runs, ${result.operations} operations in ${seconds} s: ${lost} lost, ${repeated} repeated, ${falseVerdicts} false; ` +
      `${result.unknown} UNKNOWN (${result.unknownUnsent} never sent) of ${result.ambiguous} ambiguous` +
      (result.resumeMs.length > 0 ? `; resume ${resumeOf(result)}` : ''),
  );
  for (const note of result.notes) say(scenario.name, note);
  if (!orders.short)
    results.keep({ scenario: scenario.name, at: new Date().toISOString(), commit, seconds, ...result });
  return result;
}

function resumeOf({ resumeMs }: Result): string {
  return `p50 ${percentile(resumeMs, 0.5)} ms, p99 ${percentile(resumeMs, 0.99)} ms`;
}

function timeIsOver(): boolean {
  return orders.minutes !== null && performance.now() - startedAt > orders.minutes * 60_000;
}

function say(who: string, text: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${who}: ${text}`);
}

function commitOfTheTree(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
