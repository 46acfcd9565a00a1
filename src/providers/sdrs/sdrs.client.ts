import type { UpstreamHttp, UpstreamRequest, UpstreamResponse } from '../../platform/http/upstream-http.js';
import { ProviderError } from '../provider-error.js';
import { readUpstream } from '../upstream-exchange.js';
import { badAnswer, sdrsError, speaksOfUnknownJob } from './sdrs.errors.js';
import { numberOf, recordOf, textOf } from './sdrs.fields.js';
import type { SdrsSession, TurnedAway } from './sdrs.session.js';
import type {
  WireDomain,
  WireDrill,
  WireFailureJob,
  WireGroup,
  WireInstance,
  WireJob,
  WirePair,
} from './sdrs.wire.js';

type Query = NonNullable<UpstreamRequest['query']>;

/** The text of the parameter says up to 1000, its error code says below (section 3). */
const PAGE_SIZE = 999;
const MOST_PAGES = 200;

/** The reads, in the vendor's words. Renews the session and repeats a read once when told to. */
export class SdrsClient {
  private readonly root: string;

  constructor(
    private readonly http: UpstreamHttp,
    private readonly session: SdrsSession,
    projectId: string,
  ) {
    this.root = `/v1/${encodeURIComponent(projectId)}`;
  }

  listGroups(signal: AbortSignal): Promise<WireGroup[]> {
    return this.list<WireGroup>('/server-groups', 'server_groups', {}, signal, idOf);
  }

  /** Whether the site lets us in, at the price of one short answer. */
  async peek(signal: AbortSignal): Promise<void> {
    await this.page('/server-groups', 'server_groups', { limit: 1, offset: 0 }, signal);
  }

  getGroup(id: string, signal: AbortSignal): Promise<WireGroup> {
    return this.detail(`/server-groups/${encodeURIComponent(id)}`, 'server_group', id, signal);
  }

  listInstances(groupId: string, signal: AbortSignal): Promise<WireInstance[]> {
    const query = { server_group_id: groupId };
    return this.list<WireInstance>('/protected-instances', 'protected_instances', query, signal, idOf);
  }

  listPairs(groupId: string, signal: AbortSignal): Promise<WirePair[]> {
    const query = { server_group_id: groupId };
    return this.list<WirePair>('/replications', 'replications', query, signal, idOf);
  }

  /** null = of every group. */
  listDrills(groupId: string | null, signal: AbortSignal): Promise<WireDrill[]> {
    const query = groupId === null ? {} : { server_group_id: groupId };
    return this.list<WireDrill>('/disaster-recovery-drills', 'disaster_recovery_drills', query, signal, idOf);
  }

  getDrill(id: string, signal: AbortSignal): Promise<WireDrill> {
    const path = `/disaster-recovery-drills/${encodeURIComponent(id)}`;
    return this.detail(path, 'disaster_recovery_drill', id, signal);
  }

  /** Without a group: the failures of groups themselves. With one: those inside it (section 3.9). */
  listFailureJobs(groupId: string | null, signal: AbortSignal): Promise<WireFailureJob[]> {
    const query = groupId === null ? {} : { server_group_id: groupId };
    const key = (job: WireFailureJob): string => `${job.job_id ?? ''}/${job.resource_id ?? ''}`;
    return this.list('/task-center/failure-jobs', 'failure_jobs', query, signal, key);
  }

  async listDomains(signal: AbortSignal): Promise<WireDomain[]> {
    const response = await this.read({ method: 'GET', path: `${this.root}/active-domains` }, signal);
    const domains = recordOf(response.json)?.domains;
    if (!Array.isArray(domains)) throw refusedOr(response, 'it holds no list "domains"');
    return domains as WireDomain[];
  }

  /** null = the upstream does not know the job. */
  async getJob(id: string, signal: AbortSignal): Promise<WireJob | null> {
    const path = `${this.root}/jobs/${encodeURIComponent(id)}`;
    const response = await this.read({ method: 'GET', path }, signal);
    if (response.status !== 200) {
      if (speaksOfUnknownJob(response)) return null;
      throw sdrsError(response);
    }
    const job = recordOf(response.json) as WireJob | null;
    if (!job || textOf(job.status) === null) throw refusedOr(response, 'it is no job');
    if (textOf(job.job_id) !== null && job.job_id !== id)
      throw badAnswer(response, 'it tells of another job');
    return job;
  }

  async apiVersion(signal: AbortSignal): Promise<string | null> {
    const response = await this.read({ method: 'GET', path: '/v1' }, signal);
    return response.status === 200 ? textOf(recordOf(recordOf(response.json)?.version)?.id) : null;
  }

  private async detail<T extends { id: string }>(
    path: string,
    wrapper: string,
    id: string,
    signal: AbortSignal,
  ): Promise<T> {
    const response = await this.read({ method: 'GET', path: this.root + path }, signal);
    const item = response.status === 200 ? recordOf(recordOf(response.json)?.[wrapper]) : null;
    if (!item) throw refusedOr(response, `it holds no "${wrapper}"`);
    // Answers that lacked mandatory fields, and belonged to something else, were seen (quirk 11).
    if (item.id !== id) throw badAnswer(response, `it is not about ${id}`);
    if (textOf(item.status) === null) throw badAnswer(response, `${id} has no status`);
    return item as unknown as T;
  }

  /**
   * Reads on until a page is empty (section 3): a server may cap its pages below our limit, and `count`
   * may be of the page alone. One that ignores the offset sends the same page for ever.
   */
  private async list<T>(
    path: string,
    field: string,
    query: Query,
    signal: AbortSignal,
    key: (item: T) => string | null,
  ): Promise<T[]> {
    const found = new Map<string, T>();
    let offset = 0;
    let previous = '';
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const { items, count, response } = await this.page<T>(
        path,
        field,
        { ...query, limit: PAGE_SIZE, offset },
        signal,
      );
      // Of the page or of all, the count cannot be above nothing here.
      if (items.length === 0 && offset === 0 && (count ?? 0) > 0)
        throw badAnswer(response, `"${field}" counts ${count} and shows none`);
      if (items.length === 0) return [...found.values()];
      const names = items.map((item) => {
        const name = key(item);
        if (name === null) throw badAnswer(response, `an entry of "${field}" has no id`);
        found.set(name, item);
        return name;
      });
      const page = JSON.stringify(names);
      if (page === previous) {
        const more = items.length >= PAGE_SIZE || (count !== null && count > found.size);
        if (more) throw badAnswer(response, 'the same page came twice');
        return [...found.values()];
      }
      previous = page;
      offset += items.length;
    }
    throw new ProviderError('BAD_ANSWER', `SDRS does not come to an end of "${field}".`, {
      retry: 'TEMPORARY',
    });
  }

  private async page<T>(
    path: string,
    field: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<{ items: T[]; count: number | null; response: UpstreamResponse }> {
    const response = await this.read({ method: 'GET', path: this.root + path, query }, signal);
    const body = response.status === 200 ? recordOf(response.json) : null;
    const items = body?.[field];
    if (!Array.isArray(items)) throw refusedOr(response, `it holds no list "${field}"`);
    return { items: items as T[], count: numberOf(body?.count), response };
  }

  /** One read; when it is turned away for its token, one more with a new one (section 1.4). */
  private async read(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    const first = await this.attempt(request, signal);
    if (!first.turnedAway) return first.response;
    if (!first.turnedAway.renewable) throw first.turnedAway.error;
    const second = await this.attempt(request, signal);
    if (second.turnedAway) throw second.turnedAway.error;
    return second.response;
  }

  private async attempt(
    request: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<{ response: UpstreamResponse; turnedAway: TurnedAway | null }> {
    const admission = await this.session.admit(request, signal);
    try {
      const asked = { ...request, headers: { ...admission.headers, 'x-language': 'en-us' }, signal };
      const response = await readUpstream(this.http, asked);
      return { response, turnedAway: admission.turnedAway(response) };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new ProviderError('TIMEOUT', 'SDRS did not answer in time.', { retry: 'TEMPORARY' });
    } finally {
      admission.release();
    }
  }
}

function idOf(item: { id?: unknown }): string | null {
  return textOf(item.id);
}

/** An error, be it inside a 200, or an answer of no known form. */
function refusedOr(response: UpstreamResponse, what: string): ProviderError {
  const error = sdrsError(response);
  return response.status === 200 && error.upstream.code === null ? badAnswer(response, what) : error;
}
