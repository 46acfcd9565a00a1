import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from './gateway.js';
import { IamRefusal } from './errors.js';
import { iamId } from './identity.js';
import { issueToken, liveToken, tokenBody } from './tokens.js';
import type { Sdrs, Token } from './world.js';

interface ProjectQuery {
  name?: string;
  domain_id?: string;
  page?: string;
  per_page?: string;
}

/** IAM v3 as far as SDRS clients use it (1.2, 1.3). */
export function iamRoutes(
  app: FastifyInstance,
  sim: Sdrs,
  bodyOf: (request: FastifyRequest) => Buffer,
): void {
  app.get('/v3', (request) => ({
    version: {
      id: 'v3.6',
      status: 'stable',
      updated: '2016-04-04T00:00:00Z',
      links: [{ rel: 'self', href: `${baseUrl(request)}/v3/` }],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
    },
  }));

  app.post('/v3/auth/tokens', (request, reply) => {
    const text = issueToken(sim, request.body);
    void reply.code(201).header('X-Subject-Token', text);
    return tokenBody(sim, sim.state.tokens[text] as Token, baseUrl(request));
  });

  app.get('/v3/auth/tokens', (request, reply) => {
    const { text, token } = subjectOf(sim, request);
    void reply.header('X-Subject-Token', text);
    return tokenBody(sim, token, baseUrl(request));
  });

  app.delete('/v3/auth/tokens', (request, reply) => {
    const { text } = subjectOf(sim, request);
    Reflect.deleteProperty(sim.state.tokens, text);
    return reply.code(204).send();
  });

  app.get<{ Querystring: ProjectQuery }>('/v3/projects', (request) => {
    const { account } = iamCaller(sim, request, bodyOf(request));
    const { name, domain_id: wantedDomain, page, per_page: perPage } = request.query;
    const domainId = iamId('domain', account.domain);
    const found = account.projects
      .filter((project) => name === undefined || project.name === name)
      .filter(() => wantedDomain === undefined || wantedDomain === domainId)
      .map((project) => ({
        ...project,
        domain_id: domainId,
        parent_id: domainId,
        enabled: true,
        is_domain: false,
        description: '',
        links: { self: `${baseUrl(request)}/v3/projects/${project.id}` },
      }));
    const size = Number(perPage ?? 5000);
    const first = (Number(page ?? 1) - 1) * size;
    if (!(size >= 1 && size <= 5000 && first >= 0))
      throw new IamRefusal(400, 'Bad Request', 'page and per_page are invalid.');
    return {
      projects: found.slice(first, first + size),
      links: { self: `${baseUrl(request)}/v3/projects`, previous: null, next: null },
    };
  });
}

/** IAM words a bad X-Auth-Token in its own way, a bad signature in the gateway's (1.4). */
function iamCaller(sim: Sdrs, request: FastifyRequest, body: Buffer) {
  if (!request.headers.authorization) requireToken(sim, request);
  return callerOf(sim, request, body);
}

function requireToken(sim: Sdrs, request: FastifyRequest): void {
  if (liveToken(sim, request.headers['x-auth-token'] as string | undefined)) return;
  throw new IamRefusal(403, 'Forbidden', 'X-Auth-Token is invalid in the request');
}

function subjectOf(sim: Sdrs, request: FastifyRequest): { text: string; token: Token } {
  requireToken(sim, request);
  const text = String(request.headers['x-subject-token'] ?? '');
  const token = liveToken(sim, text);
  if (!token) throw new IamRefusal(404, 'Not Found', 'The token in X-Subject-Token could not be found.');
  return { text, token };
}

/** Links and catalog addresses name the host the client itself used. */
export function baseUrl(request: FastifyRequest): string {
  return `http://${request.headers.host ?? 'localhost'}`;
}
