import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal, unpublishedApi } from './errors.js';
import { baseUrl } from './iam.routes.js';
import { countOf, paged, type Query } from './listing.js';
import { minuteTime, parseTime, spacedTime } from './times.js';
import type { Sdrs } from './world.js';

/** API versions (3.1): the only calls without a project, answered without a token. */
export function versionRoutes(app: FastifyInstance): void {
  app.get('/', (request) => ({ versions: [version(request)] }));

  app.get<{ Params: { api_version: string } }>('/:api_version', (request) => {
    if (request.params.api_version !== 'v1') throw unpublishedApi();
    return { version: version(request) };
  });
}

function version(request: FastifyRequest): object {
  return {
    id: 'v1',
    links: [{ rel: 'self', href: `${baseUrl(request)}/v1` }],
    version: '',
    min_version: '',
    status: 'CURRENT',
    updated: '2018-05-30T15:00:00Z',
  };
}

/** What describes the service as a whole: domains (3.2), quotas (3.8), RPO statistics (3.10). */
export function serviceRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.get('/active-domains', () => ({ domains: sim.state.domains }));

  app.get('/sdrs/quotas', () => {
    const { quotas } = sim.settings;
    const resource = (type: string, used: number, quota: number) => ({ type, used, quota, min: 0, max: -1 });
    return {
      quotas: {
        resources: [
          resource('server_groups', sim.state.groups.length, quotas.server_groups),
          resource('replications', sim.state.pairs.length, quotas.replications),
        ],
      },
    };
  });

  app.get<{ Querystring: Query }>('/resource/rpo-statistics', ({ query }) => {
    const from = instantOf(query.start_time, -Infinity);
    const to = instantOf(query.end_time, Infinity);
    const matching = sim.state.rpoStatistics.filter(
      ({ at }) => at >= from && at <= to && (query.resource_type ?? 'replication') === 'replication',
    );
    const page = paged(sim, query, matching).map(({ id, at, resource_num: number }) => ({
      id,
      point_time: minuteTime(at),
      resource_num: number,
      resource_type: 'replication',
      created_at: spacedTime(at),
      updated_at: spacedTime(at),
    }));
    return { resource_rpo_statistics: page, count: countOf(sim, matching, page) };
  });
}

function instantOf(text: string | undefined, absent: number): number {
  if (!text) return absent;
  const at = parseTime(text);
  if (Number.isNaN(at)) throw new Refusal('0201');
  return at;
}
