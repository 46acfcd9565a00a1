import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type Problem } from '../../domain/problem.js';
import { Lateness } from '../../platform/health/lateness.js';
import { isStream, laneOf, type Asked, type LoadLane, type LoadLimits } from './load-lanes.js';
import { Places } from './places.js';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.js';
import { requestIdOf } from './request-id.js';
import { Room } from './room.js';
import { SECURITY_HEADERS } from './security-headers.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * Turns requests away before all of them grow slow: 503 `overloaded` with `Retry-After`, before anything was read or done.
 * Reads and changes have fewer places while their answers take long because the process has too much to do. A place is held
 * only once the body is there, so that nobody holds one by sending slowly. Streams are bounded where they are held.
 *
 * @param onShed told of each request that was turned away
 * @returns how many requests of each lane are answered at a time, as things are
 */
export function shedLoad(
  fastify: FastifyInstance,
  limits: LoadLimits,
  onShed: (lane: LoadLane) => void = () => undefined,
  lateness: Pick<Lateness, 'ms' | 'close'> = new Lateness(),
  monotonicMs: () => number = () => performance.now(),
): () => Record<LoadLane, number> {
  const places = new Places<LoadLane>();
  const rooms: Partial<Record<LoadLane, Room>> = {
    CHANGE: new Room(limits.inFlight.CHANGE),
    READ: new Room(limits.inFlight.READ),
  };
  const placesIn = (lane: LoadLane): number => rooms[lane]?.places ?? limits.inFlight[lane];
  const isFull = (lane: LoadLane): boolean => {
    const taken = places.takenIn(lane);
    rooms[lane]?.wanted(taken, lateness.ms, monotonicMs());
    return taken >= placesIn(lane);
  };
  /** Why it cannot be answered now; null = it can. */
  const refusal = (asked: Asked, lane: LoadLane | null): string | null => {
    if (lane === null) return null;
    const isLate = lateness.ms >= limits.lateMs[lane];
    if (!isLate && (isStream(asked) || !isFull(lane))) return null;
    onShed(lane);
    return isLate
      ? `The process is ${Math.round(lateness.ms)} ms late.`
      : `${places.takenIn(lane)} requests of this kind are being answered.`;
  };
  const begun = new WeakMap<FastifyRequest, { lane: LoadLane; atMs: number }>();
  const take = (lane: LoadLane, request: FastifyRequest, reply: FastifyReply): void => {
    begun.set(request, { lane, atMs: monotonicMs() });
    places.take(lane, reply);
  };
  guardDoor(fastify.server, (request) => refusal(request, laneOf(request)));
  // What was let in waited for its body.
  fastify.addHook('preHandler', (request, reply, done) => {
    if (isStream(request)) return done();
    const lane = laneOf(request);
    const detail = refusal(request, lane);
    if (detail !== null) {
      void reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).type(PROBLEM_TYPE);
      return void reply.send(overloaded(detail, request.url, request.id));
    }
    if (lane !== null) take(lane, request, reply);
    done();
  });
  // The answer is there, and goes to whoever may read it slowly.
  fastify.addHook('onSend', (request, _reply, _payload, done) => {
    const from = begun.get(request);
    begun.delete(request);
    const nowMs = monotonicMs();
    if (from) rooms[from.lane]?.answered(nowMs - from.atMs, lateness.ms, nowMs, places.takenIn(from.lane));
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    lateness.close();
    done();
  });
  return () => ({
    EMERGENCY: placesIn('EMERGENCY'),
    CHANGE: placesIn('CHANGE'),
    READ: placesIn('READ'),
    WAIT: placesIn('WAIT'),
  });
}

/** Before the framework does anything: a process that refuses nine of ten must not be kept busy by refusing. */
function guardDoor(server: Server, refusal: (request: IncomingMessage) => string | null): void {
  const inside = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const detail = refusal(request);
    if (detail === null) for (const listener of inside) listener.call(server, request, response);
    else turnAway(request, response, detail);
  });
}

function turnAway(request: IncomingMessage, response: ServerResponse, detail: string): void {
  const id = requestIdOf(request);
  const body = JSON.stringify(overloaded(detail, request.url ?? '', id));
  response.writeHead(503, {
    ...SECURITY_HEADERS,
    'content-type': `${PROBLEM_TYPE}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'retry-after': String(RETRY_AFTER_SECONDS),
    'x-request-id': id,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function overloaded(detail: string, url: string, requestId: string): Problem {
  const found = problem(
    'overloaded',
    `${detail} Nothing was done; ask again in ${RETRY_AFTER_SECONDS} seconds.`,
  );
  return problemAnswer(found, url, requestId);
}
