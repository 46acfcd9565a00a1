import { fastifyUnderPressure } from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, type Problem } from '../../domain/problem.js';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.js';

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
    lateMs: { EMERGENCY: 10_000, CHANGE: 3_000, READ: 1_000, WAIT: 1_000 },
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

const LATENESS_EVERY_MS = 100;
const RETRY_AFTER_SECONDS = 2;

/**
 * Turns requests away before all of them grow slow: 503 `overloaded` with `Retry-After`, in the first hook, before anything
 * was read or done. Streams are bounded where they are held.
 *
 * @param onShed told of each request that was turned away
 */
export function shedLoad(
  fastify: FastifyInstance,
  limits: LoadLimits,
  onShed: (lane: LoadLane) => void = () => undefined,
): void {
  const inFlight: Record<LoadLane, number> = { EMERGENCY: 0, CHANGE: 0, READ: 0, WAIT: 0 };
  const counted = new WeakMap<FastifyRequest, LoadLane>();
  void fastify.register(fastifyUnderPressure, {
    maxEventLoopDelay: Math.min(...Object.values(limits.lateMs)),
    sampleInterval: LATENESS_EVERY_MS,
    pressureHandler: (request, reply, _kind, measuredMs) => {
      const lane = laneOf(request);
      // It tells Infinity when it could not measure once: the process stood still for as long as it measures, or longer.
      const lateMs = Number.isFinite(measuredMs) ? Number(measuredMs) : LATENESS_EVERY_MS;
      if (lane === null || lateMs < limits.lateMs[lane]) return;
      onShed(lane);
      // What is returned is the answer.
      return overloaded(request, reply, `The process is ${Math.round(lateMs)} ms late.`) as never;
    },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const lane = laneOf(request);
    if (lane === null || isStream(request)) return done();
    if (inFlight[lane] >= limits.inFlight[lane]) {
      onShed(lane);
      void reply.send(
        overloaded(request, reply, `${inFlight[lane]} requests of this kind are being answered.`),
      );
      return;
    }
    inFlight[lane] += 1;
    counted.set(request, lane);
    // Also when the client has gone before its answer.
    reply.raw.once('close', () => {
      const held = counted.get(request);
      if (held) inFlight[held] -= 1;
      counted.delete(request);
    });
    done();
  });
}

/** null = always answered. */
export function laneOf(request: FastifyRequest): LoadLane | null {
  const route = request.routeOptions.url ?? '';
  if (ALWAYS.has(route)) return null;
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS')
    return /\bwait\b/.test(String(request.headers.prefer ?? '')) ? 'WAIT' : 'READ';
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
