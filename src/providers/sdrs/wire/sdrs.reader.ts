import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../platform/http/upstream-http.js';
import { askedOnce } from '../../judgement.js';
import { ProviderError } from '../../provider-error.js';
import type { RequestBudget } from '../../request-budget.js';
import { readUpstream } from '../../upstream-exchange.js';
import { badAnswer, sdrsError } from './sdrs.errors.js';
import { numberOf, recordOf, textOf } from './sdrs.fields.js';
import { GatheredList } from './sdrs.gathered-list.js';
import type { SdrsSession, TurnedAway } from '../access/sdrs.session.js';

export type Query = NonNullable<UpstreamRequest['query']>;

/** The text of the parameter says up to 1000, its error code says below (section 3). */
const PAGE_SIZE = 999;
const MOST_PAGES = 200;

/** How this service is read: single things, lists page by page. Renews the session and repeats a read once when told to. */
export class SdrsReader {
  constructor(
    private readonly http: UpstreamHttp,
    private readonly session: SdrsSession,
    private readonly budget?: RequestBudget,
  ) {}

  async detail<T extends { id: string }>(
    path: string,
    wrapper: string,
    id: string,
    signal: AbortSignal,
  ): Promise<T> {
    const response = await this.read({ method: 'GET', path }, signal);
    const item = response.status === 200 ? recordOf(recordOf(response.json)?.[wrapper]) : null;
    if (!item) throw refusedOr(response, `it holds no "${wrapper}"`);
    // Answers that lacked mandatory fields, and belonged to something else, were seen (quirk 11).
    if (item.id !== id) throw badAnswer(response, `it is not about ${id}`);
    if (textOf(item.status) === null) throw badAnswer(response, `${id} has no status`);
    return item as unknown as T;
  }

  /**
   * Reads on until a page is empty (section 3): a server may cap its pages below our limit, and `count`
   * may be of the page alone. One that ignores the offset sends the same page for ever. Whole, or it throws.
   */
  async list<T>(
    path: string,
    field: string,
    query: Query,
    signal: AbortSignal,
    key: (item: T) => string | null,
  ): Promise<T[]> {
    const gathered = new GatheredList(field, key);
    let offset = 0;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const { items, count, response } = await this.page<T>(
        path,
        field,
        { ...query, limit: PAGE_SIZE, offset },
        signal,
      );
      const again = gathered.take(items, count, response);
      if (again && items.length >= PAGE_SIZE) throw badAnswer(response, 'the same page came twice');
      if (again || items.length === 0) {
        gathered.mustBeWhole(response);
        return gathered.items;
      }
      offset += items.length;
    }
    throw new ProviderError('BAD_ANSWER', `SDRS does not come to an end of "${field}".`, {
      retry: 'TEMPORARY',
    });
  }

  async page<T>(
    path: string,
    field: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<{ items: T[]; count: number | null; response: UpstreamResponse }> {
    const response = await this.read({ method: 'GET', path, query }, signal);
    const body = response.status === 200 ? recordOf(response.json) : null;
    const items = body?.[field];
    if (!Array.isArray(items)) throw refusedOr(response, `it holds no list "${field}"`);
    return { items: items as T[], count: numberOf(body?.count), response };
  }

  read(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    const question = `${request.method} ${request.path} ${JSON.stringify(request.query ?? {})}`;
    return askedOnce(this, question, () => this.readAnew(request, signal));
  }

  /** One read; when it is turned away for its token, one more with a new one (section 1.4). */
  private async readAnew(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
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
      const response = await readUpstream(this.http, asked, this.budget);
      return { response, turnedAway: admission.turnedAway(response) };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new ProviderError('TIMEOUT', 'SDRS did not answer in time.', { retry: 'TEMPORARY' });
    } finally {
      admission.release();
    }
  }
}

export function idOf(item: { id?: unknown }): string | null {
  return textOf(item.id);
}

/** An error, be it inside a 200, or an answer of no known form. */
export function refusedOr(response: UpstreamResponse, what: string): ProviderError {
  const error = sdrsError(response);
  return response.status === 200 && error.upstream.code === null ? badAnswer(response, what) : error;
}
