import { installMachine } from './runtime.js';
import type { Share } from './shares.js';

/** One share of the seeds after the other, as they are asked for, in a process that does nothing else. */
installMachine();
const { runAll } = await import('./batch.js');
process.on('message', ({ variant, from, to }: Share) => {
  // What is thrown ends the process, and with it the wait for an answer.
  void runAll(variant, from, to).then((sum) => process.send?.(sum));
});
process.on('disconnect', () => process.exit());
