import type { UpstreamHttp } from '../../../platform/http/upstream-http.js';
import type { RequestBudget } from '../../request-budget.js';
import { badAnswer, sdrsError, speaksOfUnknownJob } from './sdrs.errors.js';
import { recordOf, textOf } from './sdrs.fields.js';
import { idOf, refusedOr, SdrsReader, type Query } from './sdrs.reader.js';
import { SdrsServiceClient } from './sdrs.service-client.js';
import type { SdrsSession } from '../access/sdrs.session.js';
import type {
  WireDomain,
  WireDrill,
  WireFailureJob,
  WireGroup,
  WireInstance,
  WireJob,
  WirePair,
} from './sdrs.wire.js';

/** A `…_ids` filter takes so many at the most (section 3.4, code 0226). */
const MOST_IDS = 30;

/** The reads of what can be protected, failed over and watched, in the vendor's words. */
export class SdrsClient {
  /** What the service tells of itself. */
  readonly service: SdrsServiceClient;
  private readonly reader: SdrsReader;
  private readonly root: string;

  constructor(http: UpstreamHttp, session: SdrsSession, projectId: string, budget?: RequestBudget) {
    this.root = `/v1/${encodeURIComponent(projectId)}`;
    this.reader = new SdrsReader(http, session, budget);
    this.service = new SdrsServiceClient(this.reader, this.root);
  }

  listGroups(signal: AbortSignal): Promise<WireGroup[]> {
    return this.list('/server-groups', 'server_groups', {}, signal);
  }

  /** Whether the site lets us in, at the price of one short answer. */
  async peek(signal: AbortSignal): Promise<void> {
    const first = { limit: 1, offset: 0 };
    await this.reader.page(`${this.root}/server-groups`, 'server_groups', first, signal);
  }

  getGroup(id: string, signal: AbortSignal): Promise<WireGroup> {
    return this.detail(`/server-groups/${encodeURIComponent(id)}`, 'server_group', id, signal);
  }

  /** null = of every group. */
  listInstances(groupId: string | null, signal: AbortSignal): Promise<WireInstance[]> {
    return this.list('/protected-instances', 'protected_instances', inGroup(groupId), signal);
  }

  listInstancesIn(groupIds: readonly string[], signal: AbortSignal): Promise<WireInstance[]> {
    return this.listIn('/protected-instances', 'protected_instances', groupIds, signal);
  }

  getInstance(id: string, signal: AbortSignal): Promise<WireInstance> {
    return this.detail(`/protected-instances/${encodeURIComponent(id)}`, 'protected_instance', id, signal);
  }

  /** null = of every group. */
  listPairs(groupId: string | null, signal: AbortSignal): Promise<WirePair[]> {
    return this.list('/replications', 'replications', inGroup(groupId), signal);
  }

  listPairsIn(groupIds: readonly string[], signal: AbortSignal): Promise<WirePair[]> {
    return this.listIn('/replications', 'replications', groupIds, signal);
  }

  getPair(id: string, signal: AbortSignal): Promise<WirePair> {
    return this.detail(`/replications/${encodeURIComponent(id)}`, 'replication', id, signal);
  }

  /** null = of every group. */
  listDrills(groupId: string | null, signal: AbortSignal): Promise<WireDrill[]> {
    return this.list('/disaster-recovery-drills', 'disaster_recovery_drills', inGroup(groupId), signal);
  }

  getDrill(id: string, signal: AbortSignal): Promise<WireDrill> {
    const path = `/disaster-recovery-drills/${encodeURIComponent(id)}`;
    return this.detail(path, 'disaster_recovery_drill', id, signal);
  }

  /** Without a group: the failures of groups themselves. With one: those inside it (section 3.9). */
  listFailureJobs(groupId: string | null, signal: AbortSignal): Promise<WireFailureJob[]> {
    const path = `${this.root}/task-center/failure-jobs`;
    const key = (job: WireFailureJob): string => `${job.job_id ?? ''}/${job.resource_id ?? ''}`;
    return this.reader.list(path, 'failure_jobs', inGroup(groupId), signal, key);
  }

  async listDomains(signal: AbortSignal): Promise<WireDomain[]> {
    const response = await this.reader.read({ method: 'GET', path: `${this.root}/active-domains` }, signal);
    const domains = recordOf(response.json)?.domains;
    if (!Array.isArray(domains)) throw refusedOr(response, 'it holds no list "domains"');
    return domains as WireDomain[];
  }

  /** null = the upstream does not know the job. */
  async getJob(id: string, signal: AbortSignal): Promise<WireJob | null> {
    const path = `${this.root}/jobs/${encodeURIComponent(id)}`;
    const response = await this.reader.read({ method: 'GET', path }, signal);
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

  private detail<T extends { id: string }>(
    path: string,
    wrapper: string,
    id: string,
    signal: AbortSignal,
  ): Promise<T> {
    return this.reader.detail(this.root + path, wrapper, id, signal);
  }

  private list<T extends { id: string }>(
    path: string,
    field: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<T[]> {
    return this.reader.list<T>(this.root + path, field, query, signal, idOf);
  }

  /** Unknown ids are skipped silently, so that one group that is gone hides no other. */
  private async listIn<T extends { id: string }>(
    path: string,
    field: string,
    groupIds: readonly string[],
    signal: AbortSignal,
  ): Promise<T[]> {
    const ids = [...new Set(groupIds)];
    const found: T[] = [];
    for (let from = 0; from < ids.length; from += MOST_IDS) {
      const some = JSON.stringify(ids.slice(from, from + MOST_IDS));
      found.push(...(await this.list<T>(path, field, { server_group_ids: some }, signal)));
    }
    return found;
  }
}

function inGroup(groupId: string | null): Query {
  return groupId === null ? {} : { server_group_id: groupId };
}
