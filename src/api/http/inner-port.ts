import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ConfigurationError } from '../../platform/config/environment.js';
import { problem, ProblemError } from '../../domain/problem.js';
import { nodeServerOptions, SERVER_TIMES } from './server.js';
import { answerUnexpected, answerUnreadable } from './unroutable.js';

/** By the route that was found, however its path was written. */
const INSIDE = /^\/(?:docs|openapi\.json|metrics)(?:\/|$)/;
const BOTH = /^\/(?:livez|readyz)$/;

export interface InnerPort {
  /** Says in a sentence why that cannot be. Resolves with its address. */
  listen(port: number, host: string): Promise<string>;
}

/**
 * A second port for those who run the gateway: documentation and metrics are answered there and nowhere else, and nothing
 * else is answered there but whether the process lives. To be called before there are routes.
 */
export function innerPort(fastify: FastifyInstance): InnerPort {
  const fromInside = new WeakSet<IncomingMessage>();
  const server = createServer(nodeServerOptions(), (request, response) => {
    fromInside.add(request);
    fastify.routing(request, response);
  });
  server.requestTimeout = SERVER_TIMES.requestMs;
  server.setTimeout(SERVER_TIMES.silenceMs);
  server.on('clientError', answerUnreadable);
  server.on('checkExpectation', answerUnexpected);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url;
    const isHere =
      route === undefined || BOTH.test(route) || INSIDE.test(route) === fromInside.has(request.raw);
    done(isHere ? undefined : new ProblemError(problem('not-found', 'There is nothing at this path.')));
  });
  fastify.addHook('preClose', (done) => {
    server.close();
    server.closeAllConnections();
    done();
  });
  return {
    async listen(port, host) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', ({ code }: NodeJS.ErrnoException) =>
          reject(
            new ConfigurationError([
              `INNER_PORT ${port} cannot be used on ${host} (${code}): write another.`,
            ]),
          ),
        );
        server.listen(port, host, resolve);
      });
      return `http://${host}:${(server.address() as AddressInfo).port}`;
    },
  };
}
