import type { Clock } from '../../../platform/clock.js';
import type { UpstreamRequest, UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { askedOnce } from '../../judgement.js';
import { ProviderError } from '../../provider-error.js';
import { badAnswer } from './srm.errors.js';
import {
  hasGaps,
  nextOffset,
  PAGE_SIZE,
  pageOf,
  type IdField,
  type WireList,
  type WirePage,
} from './srm.lists.js';
import { choosePairing, type PairedSites } from '../access/srm.pairing.js';
import { withPairing } from './srm.paths.js';
import { sessionHeader, type LocalSession, type SrmSession } from '../access/srm.session.js';
import { SingleFlight } from '../access/srm.single-flight.js';
import type { SrmUpstream } from './srm.upstream.js';
import { textOf, type WirePairing } from './srm.wire.js';

/** How long the chosen pairing is believed without a look. */
const PAIRING_MAX_AGE_MS = 600_000;
/** A gap with both logins in order is likely to stay, and asking costs two requests of the minute's budget. */
const GAPS_STAND_MS = 30_000;
/** No inventory is as long as this; it ends a list that never ends. */
const MAX_PAGES = 200;

export interface ReadOptions {
  query?: UpstreamRequest['query'];
  /** The read says more, or anything at all, only with the remote session (column "Remote" of section 2). */
  remote?: boolean;
  /** 204 stands for a list that this kind of thing does not have (section 2, row 22). */
  mayBeAbsent?: boolean;
  /** The body of a POST that only asks (section 2, row 73). */
  question?: object;
}

/** Reads of one appliance, of whatever kind. Renews sessions and repeats a read once (1.4). */
export class SrmReader {
  private sites: { value: PairedSites; readAt: number } | null = null;
  /** Until when gaps are taken for what they are, without asking after the login again. */
  private gapsStandUntil = 0;
  private readonly sitesRead = new SingleFlight<PairedSites>();

  constructor(
    private readonly upstream: SrmUpstream,
    readonly session: SrmSession,
    private readonly wantedPairing: string | null,
    readonly clock: Clock,
  ) {}

  /** The site's pairing; the appliance is asked every ten minutes, or when `fresh`. */
  async pairedSites(signal: AbortSignal, fresh = false): Promise<PairedSites> {
    const known = this.sites;
    if (!fresh && known !== null && this.clock.monotonic() - known.readAt < PAIRING_MAX_AGE_MS)
      return known.value;
    return this.sitesRead.run(async () => {
      const pairings = await this.list<WirePairing>(
        '/pairings',
        AbortSignal.timeout(30_000),
        {},
        'pairing_id',
      );
      const value = choosePairing(pairings.items, this.wantedPairing, this.clock.now());
      this.sites = { value, readAt: this.clock.monotonic() };
      return value;
    }, signal);
  }

  /** The pairing as it is now, with its four servers: of the far ones as much as the session may see (2, row 1). */
  async pairing(signal: AbortSignal): Promise<WirePairing> {
    const { wire } = await this.pairedSites(signal, true);
    return wire;
  }

  /** The request's session, and its renewal, are this client's affair; what it answers is the caller's. */
  protected read(path: string, signal: AbortSignal, options: ReadOptions = {}): Promise<UpstreamResponse> {
    const ask = (): Promise<UpstreamResponse> => this.readAnew(path, signal, options);
    // A task is read until it has ended.
    if (options.question !== undefined || path.startsWith('/tasks/')) return ask();
    return askedOnce(this, `${path} ${JSON.stringify(options)}`, ask);
  }

  private async readAnew(path: string, signal: AbortSignal, options: ReadOptions): Promise<UpstreamResponse> {
    const scoped = path.startsWith('/pairings/');
    const sites = scoped ? await this.pairedSites(signal) : null;
    for (let attempt = 1; ; attempt += 1) {
      const remoteOf = options.remote === true ? sites : null;
      const local = await this.loggedIn(remoteOf, signal);
      const response = await this.upstream.read({
        method: options.question === undefined ? 'GET' : 'POST',
        body: options.question,
        path: sites === null ? path : withPairing(path, sites.pairingId),
        query: options.query,
        headers: sessionHeader(local),
        signal,
      });
      if (response.status >= 200 && response.status < 300) {
        this.session.prove(local);
        if (attempt > 1 || !(await this.lacksLogin(response, local, remoteOf, signal))) return response;
        continue;
      }
      if (attempt > 1 || !(await this.canRepeat(response, local, remoteOf, signal))) {
        // Another pairing may have taken the place of the one that was chosen.
        if (response.status === 404 && scoped) this.sites = null;
        throw this.upstream.failure(response);
      }
    }
  }

  /** A far site that lets nobody in costs a read its remote half, never the whole of it. */
  private async loggedIn(remoteOf: PairedSites | null, signal: AbortSignal): Promise<LocalSession> {
    if (remoteOf === null) return this.session.local(signal);
    try {
      return await this.session.both(remoteOf, signal);
    } catch (error) {
      if (error instanceof ProviderError) return this.session.local(signal);
      throw error;
    }
  }

  /** A remote login that is lost shows as a gap, not as a refusal, where partial data are allowed (1.5, P). */
  private async lacksLogin(
    response: UpstreamResponse,
    local: LocalSession,
    remoteOf: PairedSites | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (remoteOf === null || !this.session.isRemote(local) || !hasGaps(response)) return false;
    const now = this.clock.monotonic();
    if (now < this.gapsStandUntil) return false;
    const missing = await this.session.findMissing(remoteOf, local, signal);
    if (missing === 'LOCAL' || missing === 'REMOTE') return true;
    this.gapsStandUntil = now + GAPS_STAND_MS;
    return false;
  }

  private async canRepeat(
    response: UpstreamResponse,
    local: LocalSession,
    remoteOf: PairedSites | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (response.status !== 401 && (remoteOf === null || response.status !== 403)) return false;
    if (remoteOf === null) {
      this.session.forget(local);
      return true;
    }
    const missing = await this.session.findMissing(remoteOf, local, signal);
    return missing === 'LOCAL' || missing === 'REMOTE';
  }

  /** A single object. */
  async one<T extends object>(path: string, signal: AbortSignal, options?: ReadOptions): Promise<T> {
    const response = await this.read(path, signal, options);
    if (typeof response.json !== 'object' || response.json === null || Array.isArray(response.json)) {
      throw badAnswer(response, 'with something that is no object');
    }
    return response.json as T;
  }

  /** Nearly every field may be missing (3), but what has no id is nothing. */
  async item<T extends { id: string }>(path: string, signal: AbortSignal, options?: ReadOptions): Promise<T> {
    const response = await this.read(path, signal, options);
    const body = response.json as { id?: unknown } | null | undefined;
    if (textOf(body?.id) === null) throw badAnswer(response, 'with something that has no id');
    return body as T;
  }

  /** All pages, by offset: `next.href` may name a host that only the appliance's network knows (3.1). */
  async list<T extends object>(
    path: string,
    signal: AbortSignal,
    options: ReadOptions = {},
    idField: IdField = 'id',
  ): Promise<WireList<T>> {
    return this.pages<T>(
      path,
      signal,
      { ...options, query: { ...options.query, limit: PAGE_SIZE } },
      idField,
    );
  }

  /** A list without the parameters of paging (2: steps, prompts); they are sent only if it comes in parts all the same. */
  async shortList<T extends object>(
    path: string,
    signal: AbortSignal,
    options: ReadOptions = {},
    idField: IdField = 'id',
  ): Promise<WireList<T>> {
    return this.pages<T>(path, signal, options, idField);
  }

  private async pages<T extends object>(
    path: string,
    signal: AbortSignal,
    options: ReadOptions,
    idField: IdField,
  ): Promise<WireList<T>> {
    const items = new Map<unknown, T>();
    const gaps: string[] = [];
    const gapFields: (string | null)[] = [];
    let offset: number | null = 0;
    let upstreamMs: number | null = null;
    let received = 0;
    let total: number | null = null;
    let count = 0;
    for (; offset !== null && count < MAX_PAGES; count += 1) {
      const isPaged = options.query?.limit !== undefined || offset > 0;
      const query = { ...options.query, ...(isPaged ? { limit: PAGE_SIZE, offset } : {}) };
      const response = await this.read(path, signal, { ...options, query });
      const page: WirePage<T> = pageOf<T>(response, idField);
      if (offset === 0 && page.received === 0 && isNoList(response, page, options))
        throw badAnswer(response, 'a list that is none');
      const before = items.size;
      for (const item of page.items) {
        const id = idField === null ? items.size : (item as Record<string, unknown>)[idField];
        items.set(id, item);
      }
      gaps.push(...page.gaps);
      gapFields.push(...page.gapFields);
      upstreamMs ??= page.upstreamMs;
      received += page.received;
      total = page.total ?? total;
      // Nothing new where more was to come: the offset is not understood.
      const isStuck: boolean = offset > 0 && items.size === before;
      offset = isStuck ? null : nextOffset(page, offset);
    }
    // Of several pages each thing counts once: what moved between them is in two, or in none.
    const shown = count > 1 ? items.size : received;
    if (total !== null && shown < total) {
      gaps.push(`it counts ${total} and shows ${shown}`);
      gapFields.push(null);
    }
    return { items: [...items.values()], gaps: [...new Set(gaps)], gapFields, upstreamMs };
  }

  /** Whether the session in use is still known: a list that came out empty may be a dead session's. */
  async isLetIn(signal: AbortSignal): Promise<boolean> {
    const [sites, local] = [await this.pairedSites(signal), await this.session.local(signal)];
    const missing = await this.session.findMissing(sites, local, signal);
    return missing !== 'LOCAL' && missing !== 'UNTOLD';
  }
}

/** No content where a list was asked for, or a count of what is not shown: not an empty inventory. */
function isNoList(response: UpstreamResponse, page: WirePage<object>, options: ReadOptions): boolean {
  return response.status === 204 ? options.mayBeAbsent !== true : (page.total ?? 0) > 0;
}
