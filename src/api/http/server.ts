import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import type { Metrics } from '../../platform/metrics.js';
import { parseJsonBody } from './json-body.js';
import { mustBeBounded } from './request-bounds.js';
import { tellRequests } from './request-context.js';
import { requestIdOf } from './request-id.js';
import { secureAnswers } from './security-headers.js';
import { answerUnexpected, answerUnreadable, answerUnroutable } from './unroutable.js';

/** How long a client may take, in milliseconds. */
export interface ServerTimes {
  /** To send the head of a request, from its first byte or that of its connection. */
  headersMs: number;
  /** To send all of it. */
  requestMs: number;
  /** Without a byte in either direction: longer than anybody waits for news, or a stream is silent. */
  silenceMs: number;
  /** How often it is looked whose time is up. */
  lookedForEveryMs: number;
}

export const SERVER_TIMES: ServerTimes = {
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 120_000,
  lookedForEveryMs: 1_000,
};

const LARGEST_HEAD = 16 * 1024;
const KEPT_ALIVE_MS = 72_000;
/** What takes so long has a fault: nothing that is waited for within a request takes longer than a minute. */
const HANDLED_WITHIN_MS = 90_000;
/** Goes on for as long as somebody reads: bounded by its reader. */
const GOES_ON = /\/(?:events|export)$/;

/** Of Node's own server, which Fastify and the inner port are made of. */
export function nodeServerOptions(times: ServerTimes = SERVER_TIMES) {
  return {
    maxHeaderSize: LARGEST_HEAD,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: times.lookedForEveryMs,
    // It would be refused without a word.
    requireHostHeader: false,
  };
}

/**
 * Fastify's own limits are mostly open: these are ours. Requests over one connection are not limited: one that stands is what
 * an emergency needs.
 */
export function serverOptions(times: ServerTimes = SERVER_TIMES): FastifyHttpOptions<Server> {
  return {
    http: nodeServerOptions(times),
    bodyLimit: 64 * 1024,
    requestTimeout: times.requestMs,
    connectionTimeout: times.silenceMs,
    keepAliveTimeout: KEPT_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    genReqId: requestIdOf,
  };
}

export const fastifyOptions = serverOptions();

/** In which requests in progress get their answers when the process ends; then whatever is left is cut. */
const ANSWERS_END_WITHIN_MS = 35_000;
const IDLE_LOOKED_FOR_EVERY_MS = 50;

/** Request ids and safe headers on every answer, bounded requests, JSON and nothing else, and the time each route takes. */
export function tuneServer(app: NestFastifyApplication, metrics: Metrics, { hstsSeconds = 0 } = {}): void {
  app.useBodyParser('application/json', { bodyLimit: fastifyOptions.bodyLimit }, (request, body, done) => {
    try {
      done(null, parseJsonBody(body, request.headers['content-type']));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  const fastify = app.getHttpAdapter().getInstance();
  tellRequests(fastify);
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  secureAnswers(fastify, hstsSeconds);
  fastify.addHook('onRequest', (request, _reply, done) => {
    try {
      mustBeBounded(request.raw);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onRoute', (route) => {
    if (!GOES_ON.test(route.url)) route.handlerTimeout = HANDLED_WITHIN_MS;
  });
  fastify.server.on('checkExpectation', answerUnexpected);
  endWithAnswers(fastify);
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

function endWithAnswers(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    // A connection that is kept alive is idle only after its last answer.
    const idle = setInterval(() => fastify.server.closeIdleConnections(), IDLE_LOOKED_FOR_EVERY_MS);
    const rest = setTimeout(() => fastify.server.closeAllConnections(), ANSWERS_END_WITHIN_MS);
    fastify.server.once('close', () => {
      clearInterval(idle);
      clearTimeout(rest);
    });
    done();
  });
}
