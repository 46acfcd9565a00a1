import type { FastifyInstance } from 'fastify';

/**
 * What every answer carries: it is data, which runs nothing, loads nothing, is shown in nobody's frame and kept by nobody on
 * the way. A route that knows better says so itself. A table, since it goes with every answer: `@fastify/helmet` makes its
 * headers anew for each of them; a test compares the two.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
} as const;

/** The pages of the documentation load what lies beside them. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DOCS = /^\/docs(?:\/|$)/;

/** @param hstsSeconds how long browsers come back by TLS only; 0 = this is not said: there may be no TLS in front of us */
export function secureAnswers(fastify: FastifyInstance, hstsSeconds: number): void {
  const ofAll: Record<string, string> = {
    ...SECURITY_HEADERS,
    ...(hstsSeconds > 0 && { 'strict-transport-security': `max-age=${hstsSeconds}; includeSubDomains` }),
  };
  const ofDocs = { ...ofAll, 'content-security-policy': DOCS_POLICY };
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(DOCS.test(request.routeOptions.url ?? '') ? ofDocs : ofAll);
    done();
  });
}
