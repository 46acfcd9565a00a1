import { installMachine } from './runtime.js';

/** One share of the seeds, in a process that does nothing else: `worker.js <variant> <from> <to>`; prints the sum as JSON. */
installMachine();
const { runAll } = await import('./batch.js');
const [variant = 'protocol', from = '1', to = '1'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await runAll(variant, Number(from), Number(to)))}\n`);
