import type { FastifyRequest } from 'fastify';

/** Whether the client insists on a new look at the upstream. */
export function wantsFresh({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return /\bno-cache\b/i.test(headers['cache-control'] ?? '');
}
