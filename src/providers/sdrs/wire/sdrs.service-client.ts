import type { UpstreamRequest, UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { ProviderError } from '../../provider-error.js';
import { badAnswer } from './sdrs.errors.js';
import { recordOf, textOf } from './sdrs.fields.js';
import { refusedOr, type SdrsReader } from './sdrs.reader.js';
import type {
  WireApiVersion,
  WireQuota,
  WireRpoStatistic,
  WireTag,
  WireTagged,
  WireTagValues,
} from './sdrs.wire.js';

const TAGGED_PAGE_SIZE = 1000;
const MOST_PAGES = 200;

/** What the service tells of itself, and its tags (sections 3.1, 3.7, 3.8, 3.10). */
export class SdrsServiceClient {
  constructor(
    private readonly reader: SdrsReader,
    private readonly root: string,
  ) {}

  async version(signal: AbortSignal): Promise<string | null> {
    const response = await this.reader.read({ method: 'GET', path: '/v1' }, signal);
    return response.status === 200 ? textOf(recordOf(recordOf(response.json)?.version)?.id) : null;
  }

  versions(signal: AbortSignal): Promise<WireApiVersion[]> {
    return this.array({ method: 'GET', path: '/' }, 'versions', signal);
  }

  async quotas(signal: AbortSignal): Promise<WireQuota[]> {
    const response = await this.reader.read({ method: 'GET', path: `${this.root}/sdrs/quotas` }, signal);
    const resources = recordOf(recordOf(response.json)?.quotas)?.resources;
    if (response.status !== 200 || !Array.isArray(resources)) throw refusedOr(response, 'it holds no quotas');
    return resources as WireQuota[];
  }

  /** One cloud has no such thing: its gateway does not know the path. */
  async rpoStatistics(signal: AbortSignal): Promise<WireRpoStatistic[]> {
    const path = `${this.root}/resource/rpo-statistics`;
    const key = (one: WireRpoStatistic): string =>
      textOf(one.id) ?? `${one.point_time ?? ''}/${one.resource_type ?? ''}`;
    try {
      return await this.reader.list(path, 'resource_rpo_statistics', {}, signal, key);
    } catch (error) {
      const isMissing =
        error instanceof ProviderError &&
        (error.kind === 'UNSUPPORTED' || (error.upstream.status === 404 && error.upstream.code !== null));
      if (!isMissing) throw error;
      throw new ProviderError('UNSUPPORTED', 'This cloud keeps no statistics of recovery points.', {
        upstream: error.upstream,
      });
    }
  }

  tagsOf(instanceId: string, signal: AbortSignal): Promise<WireTag[]> {
    const path = `${this.root}/protected-instances/${encodeURIComponent(instanceId)}/tags`;
    return this.array({ method: 'GET', path }, 'tags', signal);
  }

  allTags(signal: AbortSignal): Promise<WireTagValues[]> {
    return this.array({ method: 'GET', path: `${this.root}/protected-instances/tags` }, 'tags', signal);
  }

  /** A POST that only asks. Its limit and offset are strings in the documents (section 3.7). */
  async taggedWith(
    tags: readonly { key: string; values: readonly string[] }[],
    signal: AbortSignal,
  ): Promise<WireTagged[]> {
    const path = `${this.root}/protected-instances/resource_instances/action`;
    const found: WireTagged[] = [];
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const place = { limit: String(TAGGED_PAGE_SIZE), offset: String(found.length) };
      const body = { action: 'filter', ...place, tags };
      const page = await this.array<WireTagged>({ method: 'POST', path, body }, 'resources', signal);
      if (page.length === 0) return found;
      if (found.some(({ resource_id: id }) => id === page[0]?.resource_id)) return found;
      found.push(...page);
    }
    throw new ProviderError('BAD_ANSWER', 'SDRS does not come to an end of "resources".', {
      retry: 'TEMPORARY',
    });
  }

  private async array<T>(request: UpstreamRequest, field: string, signal: AbortSignal): Promise<T[]> {
    const response: UpstreamResponse = await this.reader.read(request, signal);
    const items = response.status === 200 ? recordOf(response.json)?.[field] : null;
    if (!Array.isArray(items)) throw refusedOr(response, `it holds no list "${field}"`);
    if (items.some((item) => recordOf(item) === null)) throw badAnswer(response, `"${field}" holds scraps`);
    return items as T[];
  }
}
