import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { problem, type Problem } from '../../domain/problem.js';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.js';
import { requestIdOf } from './request-id.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** What the router itself cannot take: neither hooks nor the exception filter see these requests. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const found =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? problem('not-found', 'There is nothing with so long an id.')
      : problem('invalid-request', 'The path is not a valid URL: a % must be followed by two hex digits.');
  void reply
    .code(found.status)
    .headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemAnswer(found, request.url, request.id)));
}

/** An `Expect` that is not `100-continue`: Node would answer it without a word. */
export function answerUnexpected(request: IncomingMessage, response: ServerResponse): void {
  const id = requestIdOf(request);
  const found = problem('invalid-request', 'Nothing but `100-continue` can be expected here.', {
    status: 417,
    errors: [{ header: 'Expect', detail: 'Must be 100-continue.' }],
  });
  response.writeHead(417, { ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE, 'x-request-id': id });
  response.end(JSON.stringify(problemAnswer(found, request.url ?? '', id)));
}

/** What is not even an HTTP request that can be read: there is no request, only a socket. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = uuidv7();
  const found = unreadable(error.code);
  const body = JSON.stringify({ ...found, requestId });
  const head = [
    `HTTP/1.1 ${found.status} ${STATUS_CODES[found.status] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function unreadable(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('invalid-request', 'The request did not arrive whole in time.', { status: 408 });
    case 'HPE_HEADER_OVERFLOW':
      return problem('payload-too-large', 'URL and headers are too large.', { status: 431 });
    default:
      return problem('invalid-request', 'This is not an HTTP request that can be understood.');
  }
}
