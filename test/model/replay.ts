import { installMachine } from './runtime.js';

/** Tells the story of one seed: `replay.js <variant> <seed>`. The same one each time. */
installMachine();
const { run } = await import('./run.js');
const { VARIANTS } = await import('./variants.js');
const [variant = 'protocol', seed = '1'] = process.argv.slice(2);
const { trace, findings, ...figures } = await run(Number(seed), VARIANTS[variant]?.rules ?? {}, true);
process.stdout.write(`${trace.join('\n')}\n`);
process.stdout.write(`${JSON.stringify({ variant, ...figures }, null, 1)}\n`);
for (const { fault, text } of findings) process.stdout.write(`${fault}: ${text}\n`);
