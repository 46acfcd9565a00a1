import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the server has loaded its data and answers PING; gives up at the deadline or the signal. */
export async function waitForPing(
  url: string,
  options: { deadlineMs: number; signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    const answer = await ping(new URL(url), 2000);
    if (answer.includes('+PONG')) return;
    options.signal.throwIfAborted();
    if (performance.now() >= deadline) throw new Error(`no answer to PING: ${answer}`);
    await sleep(20);
  }
}

/** What the server said (`-LOADING …` while it reads its data), or why nothing was heard. */
function ping(url: URL, timeoutMs: number): Promise<string> {
  const login = url.password === '' ? '' : `AUTH ${decodeURIComponent(url.password)}\r\n`;
  return new Promise((resolve) => {
    let heard = '';
    const socket = createConnection({ host: url.hostname, port: Number(url.port) });
    socket.setEncoding('utf8').setTimeout(timeoutMs, () => socket.destroy());
    socket.once('connect', () => socket.write(`${login}PING\r\nQUIT\r\n`));
    socket.on('data', (chunk: string) => (heard += chunk));
    socket.on('error', (error) => (heard ||= error.message));
    socket.once('close', () => resolve(heard || 'silence'));
  });
}
