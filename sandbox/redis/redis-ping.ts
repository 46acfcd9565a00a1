import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Resolves when the server has loaded its data and answers PING; gives up at the deadline or the signal. */
export async function waitForPing(
  url: string,
  options: { deadlineMs: number; signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    const answer = await ping(url, 2000);
    if (answer === 'PONG') return;
    options.signal.throwIfAborted();
    if (performance.now() >= deadline) throw new Error(`no answer to PING: ${answer}`);
    await sleep(20);
  }
}

/** PONG, or the reason why not. */
async function ping(url: string, timeoutMs: number): Promise<string> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
  });
  let reason = '';
  redis.on('error', (error: Error) => (reason = error.message));
  try {
    await redis.connect();
    return await redis.ping();
  } catch (error) {
    return reason || (error instanceof Error ? error.message : String(error));
  } finally {
    redis.disconnect();
  }
}
