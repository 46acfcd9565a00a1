import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, with a deadline. */
export async function until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}
