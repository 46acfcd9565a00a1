import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';
import type { Metrics } from '../../platform/metrics.js';
import { tellRequests } from './request-context.js';
import { requestIdOf } from './request-id.js';
import { answerUnreadable, answerUnroutable } from './unroutable.js';

/** Fastify's own limits are mostly open: these are ours. */
export const fastifyOptions: FastifyServerOptions = {
  bodyLimit: 64 * 1024,
  requestTimeout: 30_000,
  connectionTimeout: 0,
  keepAliveTimeout: 72_000,
  forceCloseConnections: 'idle',
  routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
  frameworkErrors: answerUnroutable,
  clientErrorHandler: answerUnreadable,
  genReqId: requestIdOf,
};

/** In which requests in progress get their answers when the process ends; then whatever is left is cut. */
const ANSWERS_END_WITHIN_MS = 35_000;
const IDLE_LOOKED_FOR_EVERY_MS = 50;

/** Request ids on every answer, JSON and nothing else, empty JSON bodies as empty objects, and the time each route takes. */
export function tuneServer(app: NestFastifyApplication, metrics: Metrics): void {
  app.useBodyParser('application/json', { bodyLimit: fastifyOptions.bodyLimit }, (_request, body, done) => {
    const text = body.toString('utf8');
    if (text.trim() === '') return done(null, {});
    try {
      done(null, JSON.parse(text, withoutPrototypes));
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }), undefined);
    }
  });
  const fastify = app.getHttpAdapter().getInstance();
  tellRequests(fastify);
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
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
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('not allowed');
  return value;
}
