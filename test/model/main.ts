import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runShares } from './shares.js';
import { complaints, isBroken, table } from './table.js';
import { VARIANTS } from './variants.js';

/**
 * `npm run model -- --seeds 1000000 --workers 2` · the protocol, which must break nothing
 * `npm run model -- --ablations --seeds 20000`    · every variant, each of which must be seen to fail; `--brief`: no longer than until then
 * `npm run model -- --variant no-wait`            · one of them
 * `npm run model -- --replay protocol:17`         · the story of one seed
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    variant: { type: 'string', default: 'protocol' },
    ablations: { type: 'boolean', default: false },
    /** A variant that was seen to fail is not run any longer. */
    brief: { type: 'boolean', default: false },
    share: { type: 'string', default: '500' },
    replay: { type: 'string' },
  },
});

if (values.replay !== undefined) {
  const [variant = '', seed = ''] = values.replay.split(':');
  const script = fileURLToPath(new URL('./replay.js', import.meta.url));
  execFileSync(process.execPath, [script, variant, seed], { stdio: 'inherit' });
} else {
  process.exitCode = (await runVariants(values.ablations ? Object.keys(VARIANTS) : values.variant.split(',')))
    ? 0
    : 1;
}

async function runVariants(names: readonly string[]): Promise<boolean> {
  const sums = [];
  const faults: string[] = [];
  for (const variant of names) {
    const begun = performance.now();
    let told = begun;
    const sum = await runShares({
      variant,
      from: Number(values.from),
      seeds: Number(values.seeds),
      workers: Number(values.workers),
      share: Number(values.share),
      progress: (sofar) => {
        const { seeds } = sofar;
        if (performance.now() - told > 60_000) {
          told = performance.now();
          process.stderr.write(`${variant}: ${seeds} of ${values.seeds}\n`);
        }
        return values.brief && isBroken(sofar);
      },
    });
    sums.push(sum);
    faults.push(...complaints(sum));
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    process.stderr.write(
      `${variant}: ${sum.seeds} runs, ${sum.operations} operations, ${sum.executions} executions, ${sum.deaths} deaths of processes, ` +
        `${(sum.cpuMs / sum.seeds).toFixed(2)} ms of CPU a run, ${seconds} s\n`,
    );
    for (const [fault, { runs, seeds }] of Object.entries(sum.faults)) {
      if (runs > 0) process.stderr.write(`  ${fault} ${runs}: ${seeds.join(' ')}\n`);
    }
  }
  process.stdout.write(`${table(sums)}\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  return faults.length === 0;
}
