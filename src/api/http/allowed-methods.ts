import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** What the path of this URL takes: [] = there is no such path. */
export function allowedMethods(server: FastifyInstance, url: string): string[] {
  const path = url.split('?')[0] ?? '';
  return METHODS.filter(
    (method) =>
      // Only browsers ask by it whether they may ask; of every path.
      method !== 'OPTIONS' &&
      server.supportedMethods.includes(method) &&
      server.findRoute({ method, url: path }) !== null,
  );
}
