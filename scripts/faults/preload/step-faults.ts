import { writeSync } from 'node:fs';
import { isStep, type Order, type Step } from './steps.js';
import { wrapProduct } from './wrap-product.js';

/**
 * Loaded before the worker (`node --import`): makes it die, stop or hang when it passes a chosen step for the n-th time.
 * What ships is wrapped from outside and knows nothing of it. Orders come as messages of the parent process; what
 * happens is told on standard output, as a line that begins with `#step`.
 */
let order: Order | null = null;

process.on('message', (message: unknown) => {
  if (!isOrder(message)) return;
  order = message.stepOrder;
});
// The channel alone must not keep the process alive, nor end it later than it would.
process.channel?.unref?.();

function pass(step: Step, about: string | null): void {
  if (order?.step !== step) return;
  if (order.siteId && about && !about.startsWith(`${order.siteId}.`)) return;
  order.nth -= 1;
  if (order.nth > 0) return;
  const { act, ms = 0 } = order;
  order = null;
  writeSync(1, `#step ${JSON.stringify({ step, act, about })}\n`);
  if (act === 'KILL') process.kill(process.pid, 'SIGKILL');
  else if (act === 'STOP') process.kill(process.pid, 'SIGSTOP');
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isOrder(message: unknown): message is { stepOrder: Order | null } {
  if (typeof message !== 'object' || message === null || !('stepOrder' in message)) return false;
  const { stepOrder } = message as { stepOrder: { step?: unknown } | null };
  return stepOrder === null || isStep(stepOrder.step);
}

await wrapProduct(process.env.FAULTS_PRODUCT ?? '', pass);
