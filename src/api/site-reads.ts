import { Injectable } from '@nestjs/common';
import type { Scope } from '../domain/access/scope.js';
import { RecentAnswers } from '../inventory/recent-answers.js';
import { problem, ProblemError, type FieldError } from '../domain/problem.js';
import { parsePublicId } from '../domain/ids.js';
import type { AnswerOf, FurtherRead, WhereOf } from '../providers/further-reads.js';
import { providerProblem } from '../providers/provider-problem.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/registry.js';
import { accessOf } from './access/request-access.js';
import { boundTo } from './access/seen-inventory.js';
import type { InventoryQueryDto, PageQueryDto } from './dto/queries.dto.js';
import type { HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentOrdered, presentPage, type Page } from './presenters/page.presenter.js';
import { notOffered } from './not-offered.js';
import { recentReads } from './recent-reads.js';

/**
 * Reads of one site, with the upstream's errors turned into problems: `recent` ones for those who look, live ones for
 * those who act.
 */
@Injectable()
export class SiteReads {
  constructor(
    private readonly providers: ProviderRegistry,
    private readonly answers: RecentAnswers,
  ) {}

  site(siteId: string): Provider {
    const provider = this.providers.find(siteId);
    if (!provider) throw new ProblemError(problem('not-found', `There is no site ${siteId}.`));
    return provider;
  }

  /** A slip in a filter must not pass for an inventory that is empty. What is not seen is not there. */
  mustKnow({ siteId, provider }: Pick<InventoryQueryDto, 'siteId' | 'provider'>, seen: Scope): void {
    const errors: FieldError[] = [];
    const sites = this.providers.all().filter((site) => seen.touchesSite(site.siteId));
    if (siteId !== undefined && !sites.some((site) => site.siteId === siteId))
      errors.push({ parameter: 'siteId', detail: `There is no site ${siteId}.` });
    if (provider !== undefined && !sites.some(({ descriptor }) => descriptor.provider === provider))
      errors.push({ parameter: 'provider', detail: `No site is of the provider ${provider}.` });
    if (errors.length === 0) return;
    const detail = errors.map((error) => error.detail).join(' ');
    throw new ProblemError(problem('invalid-request', detail, { errors }));
  }

  /** Reads live from the site that the id belongs to. */
  ofId<T>(id: string, read: (provider: Provider) => Promise<T>): Promise<T> {
    return this.of(this.siteOf(id), read);
  }

  /** What was read of late, or is read now, of the site that the id belongs to. */
  recentOfId<T>(id: string, read: (provider: Provider) => Promise<T>): Promise<T> {
    return this.recent(this.siteOf(id), read);
  }

  /** One page of what belongs to the thing with that id. */
  async pageOf<T extends { id: string }>(
    id: string,
    query: PageQueryDto,
    exchange: HttpExchange,
    read: (provider: Provider) => Promise<T[]>,
  ): Promise<Page<T>> {
    const page = presentPage(await this.recentOfId(id, read), query, placeOf(exchange));
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  /** A read that not every upstream offers; where it does not, a 404 says so. Ids in `where` are native ones. */
  async further<R extends FurtherRead>(provider: Provider, read: R, where: WhereOf<R>): Promise<AnswerOf<R>> {
    if (!provider.descriptor.capabilities.reads.includes(read)) throw notOffered(provider, read);
    return this.recent(provider, (site) => site.further(read, where));
  }

  /** One page of a whole list, in the upstream's order. The token is bound to path and filters. */
  page<T>(all: readonly T[], query: PageQueryDto, exchange: HttpExchange): Page<T> {
    const { pageSize, pageToken, ...filters } = query;
    const bound = { ...filters, ...placeOf(exchange) };
    const page = presentOrdered(all, { pageSize, pageToken }, bound);
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  /** The same read may be answered by what was read some seconds ago, or, while the site is in trouble, long ago. */
  recent<T>(provider: Provider, read: (provider: Provider) => Promise<T>): Promise<T> {
    return this.of(recentReads(provider, this.answers), read);
  }

  async of<T>(provider: Provider, read: (provider: Provider) => Promise<T>): Promise<T> {
    try {
      return await read(provider);
    } catch (error) {
      if (error instanceof ProviderError) {
        throw new ProblemError(providerProblem(error, provider), retryAfter(error));
      }
      throw error;
    }
  }

  private siteOf(id: string): Provider {
    const provider = this.providers.find(parsePublicId(id)?.siteId ?? '');
    if (!provider) throw new ProblemError(problem('not-found', `There is no ${id}.`));
    return provider;
  }
}

/** What a page token is bound to beside the filters. */
function placeOf({ request }: HttpExchange): object {
  return { of: request.url.split('?')[0], ...boundTo(accessOf(request).seen) };
}

/** What the upstream asked for, told on. */
function retryAfter({ retryAfterMs }: ProviderError): Record<string, string> {
  return retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}
