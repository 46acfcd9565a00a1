import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is not null; fails with the last reason. */
export async function until<T>(what: string, ask: () => Promise<T | null>, withinMs: number): Promise<T> {
  const deadline = performance.now() + withinMs;
  let reason = 'it never became true';
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      reason = String(error);
    }
    await sleep(100);
  }
  throw new Error(`Not within ${withinMs} ms: ${what}: ${reason}`);
}

/** Works through all of them, so many at a time; what each came to, in order. */
export async function eachOf<T, R>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const hand = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, hand));
  return results;
}
