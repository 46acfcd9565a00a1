import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { Measuring } from './measuring.js';
import { measurementsPage } from './report.js';
import { QUICK, WHOLE } from './scale.js';
import { Stage } from './stage.js';

/**
 * npm run measure: what the gateway asks of its sites and how long its lists take, measured on this machine.
 * With `--quick` a rehearsal in small, which is printed and not kept.
 */
const PAGE = resolve('docs/measurements.md');

const startedAt = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`);

const rehearsal = process.argv.includes('--quick');
const scale = rehearsal ? QUICK : WHOLE;
const stage = await Stage.open(say);
try {
  const measuring = new Measuring(stage, scale, say);
  const page = measurementsPage({
    machine: `${cpus().length} cores, Node ${process.version}, ${stage.redisTitle}`,
    listed: scale.listed,
    watched: scale.watched,
    ...(await measuring.measureInventory()),
    ...(await measuring.measureWatching()),
    minutes: (performance.now() - startedAt) / 60_000,
  });
  if (rehearsal) console.log(`\n${page}`);
  else writeFileSync(PAGE, page);
  say(rehearsal ? 'a rehearsal: nothing was written' : `wrote ${PAGE}`);
} finally {
  await stage.close();
}
