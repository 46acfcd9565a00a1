import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 60_000;
const PAUSE_MS = 40;

/** Asks again and again until the answer is neither null nor an exception; the last reason is the failure. */
export async function eventually<T>(
  what: string,
  ask: () => T | null | Promise<T | null>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let reason = 'it never became true';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}: ${reason}`);
    await sleep(PAUSE_MS);
  }
}

/** As `eventually`, for a plain condition. */
export async function eventuallyTrue(
  what: string,
  ask: () => boolean | Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  await eventually(what, async () => ((await ask()) ? true : null), deadlineMs);
}
