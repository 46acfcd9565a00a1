import http from 'node:http';
import type net from 'node:net';
import type { Clock } from '../../platform/clock.js';
import { connectToEndpoint, type ConnectionRules } from './endpoint-connection.js';

export interface EndpointAnswer {
  status: number;
  /** Lower-case names. */
  headers: http.IncomingHttpHeaders;
  /** The first bytes, as text. */
  beginning: string;
}

/** The moment to send in has passed: nothing was sent. */
export class TooLateToSend extends Error {}

/** Times of one request, by the monotonic clock, milliseconds. */
export interface PostTimes {
  /** The first byte goes out before it, or none. */
  sendBeforeMs: number;
  /** The answer has begun by then, or there is none. */
  answerBeforeMs: number;
}

/** Less than there is to begin to send in. */
const CONNECT_WITHIN_MS = 7_000;
const BODY_WITHIN_MS = 2_000;
const SHOWN_BYTES = 1_024;

/**
 * One POST on a connection of its own: never redirected, never repeated, its answer read up to a bound. Throws
 * `EndpointUnreachable`, `TooLateToSend` (both: nothing was sent), or any other error of the exchange.
 */
export async function postToEndpoint(
  request: { url: URL; headers: Readonly<Record<string, string>>; body: string },
  times: PostTimes,
  rules: ConnectionRules,
  clock: Clock,
): Promise<EndpointAnswer> {
  const socket = await connectToEndpoint(request.url, rules, CONNECT_WITHIN_MS);
  try {
    return await exchanged(socket, request, times, clock);
  } finally {
    socket.destroy();
  }
}

function exchanged(
  socket: net.Socket,
  { url, headers, body }: { url: URL; headers: Readonly<Record<string, string>>; body: string },
  times: PostTimes,
  clock: Clock,
): Promise<EndpointAnswer> {
  return new Promise((resolve, reject) => {
    // This process may have stood still since: somebody else may have sent it, and what comes after it.
    if (clock.monotonic() >= times.sendBeforeMs) return reject(new TooLateToSend('too late to send'));
    const request = http.request({
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
      // Without an agent the request is written to the connection it is given, and to no other.
      createConnection: () => socket,
    });
    const patience = Math.max(1, times.answerBeforeMs - clock.monotonic());
    const late = setTimeout(() => reject(new Error('No answer in time.')), patience);
    const over = (): void => clearTimeout(late);
    request.once('error', (error) => {
      over();
      reject(new Error(`The exchange broke: ${error.message}`));
    });
    request.once('response', (answer) => {
      over();
      beginningOf(answer).then(
        (beginning) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, beginning }),
        reject,
      );
    });
    request.end(body);
  });
}

/** As much of it as is shown, or came in time; how it ends does not matter. */
function beginningOf(answer: http.IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      clearTimeout(late);
      resolve(Buffer.concat(parts).subarray(0, SHOWN_BYTES).toString('utf8'));
    };
    const late = setTimeout(end, BODY_WITHIN_MS);
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
      if (bytes >= SHOWN_BYTES) end();
    });
    answer.once('end', end);
    answer.once('error', end);
    answer.once('close', end);
  });
}
