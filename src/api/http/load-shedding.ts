import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type Problem } from '../../domain/problem.js';
import { Lateness } from '../../platform/health/lateness.js';
import { Places } from './places.js';
import { waitSeconds } from './prefer.js';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.js';
import { Room } from './room.js';
import { Turnstile } from './turnstile.js';

/** What settles a disaster, what else changes something, what is read, and what waits for news. Each has places of its own. */
export type LoadLane = 'EMERGENCY' | 'CHANGE' | 'READ' | 'WAIT';

export interface LoadLimits {
  /** Requests that are answered at a time. */
  inFlight: Readonly<Record<LoadLane, number>>;
  /** Milliseconds by which the process may be late with everything before the lane is turned away. */
  lateMs: Readonly<Record<LoadLane, number>>;
}

/** @param reads how many reads are answered at a time; the other lanes go by it */
export function loadLimits(reads: number): LoadLimits {
  const half = Math.ceil(reads / 2);
  return {
    inFlight: { EMERGENCY: half, CHANGE: half, READ: reads, WAIT: reads * 10 },
    lateMs: { EMERGENCY: 10_000, CHANGE: 2_000, READ: 750, WAIT: 750 },
  };
}

const EMERGENCIES: ReadonlySet<string> = new Set([
  '/v1/recovery-plans/:id/actions/failover',
  '/v1/recovery-plans/:id/actions/planned-failover',
  '/v1/operations/:id/cancel',
  '/v1/operations/:id/input',
  '/v1/operations/:id/resolution',
]);

/** Asked by machines to find out how the process does: no answer would be taken for its death. */
const ALWAYS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** The one path that is answered later if it is asked to. */
const WAITS = '/v1/operations/:id';

const RETRY_AFTER_SECONDS = 2;

/**
 * Turns requests away before all of them grow slow: 503 `overloaded` with `Retry-After`, before anything was read or done.
 * Reads and changes have fewer places while their answers take long because the process has too much to do. A place is held
 * only once the body is there, so that nobody holds one by sending slowly. Streams are bounded where they are held. While an
 * emergency is being answered, the others begin one after the other.
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
    rooms[lane]?.wanted(taken, lateness.ms);
    return taken >= placesIn(lane);
  };
  const begun = new WeakMap<FastifyRequest, { lane: LoadLane; atMs: number }>();
  const take = (lane: LoadLane, request: FastifyRequest, reply: FastifyReply): void => {
    begun.set(request, { lane, atMs: monotonicMs() });
    places.take(lane, reply);
  };
  const refusal = (lane: LoadLane, request: FastifyRequest): string | null => {
    if (lateness.ms >= limits.lateMs[lane]) return `The process is ${Math.round(lateness.ms)} ms late.`;
    return isFull(lane) && !isStream(request)
      ? `${places.takenIn(lane)} requests of this kind are being answered.`
      : null;
  };
  const turnstile = new Turnstile(() => places.takenIn('EMERGENCY') > 0);
  const orTurnedAway = (
    request: FastifyRequest,
    reply: FastifyReply,
    goOn: (lane: LoadLane | null) => void,
  ): void => {
    const lane = laneOf(request);
    const detail = lane === null ? null : refusal(lane, request);
    if (lane === null || detail === null) return goOn(lane);
    onShed(lane);
    void reply.send(overloaded(request, reply, detail));
  };
  fastify.addHook('onRequest', (request, reply, done) => orTurnedAway(request, reply, () => done()));
  fastify.addHook('preHandler', (request, reply, done) => {
    if (isStream(request)) return done();
    orTurnedAway(request, reply, (lane) => {
      if (lane === null) return done();
      take(lane, request, reply);
      if (lane === 'EMERGENCY') done();
      else turnstile.pass(done);
    });
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

/** null = always answered. */
export function laneOf({ method, headers, routeOptions }: FastifyRequest): LoadLane | null {
  const route = routeOptions.url ?? '';
  if (ALWAYS.has(route)) return null;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    return route === WAITS && waitSeconds(String(headers.prefer ?? '')) > 0 ? 'WAIT' : 'READ';
  }
  return EMERGENCIES.has(route) ? 'EMERGENCY' : 'CHANGE';
}

function isStream({ routeOptions }: FastifyRequest): boolean {
  return /\/events$/.test(routeOptions.url ?? '');
}

function overloaded(request: FastifyRequest, reply: FastifyReply, detail: string): Problem {
  void reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).type(PROBLEM_TYPE);
  return problemAnswer(
    problem('overloaded', `${detail} Nothing was done; ask again in ${RETRY_AFTER_SECONDS} seconds.`),
    request.url,
    request.id,
  );
}
