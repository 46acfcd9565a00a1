import { Injectable } from '@nestjs/common';
import type { Scope } from '../domain/access/scope.js';
import type { Source } from '../inventory/inventory.service.js';
import { Joined } from '../platform/joined.js';
import type { HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import type { Page } from './presenters/page.presenter.js';
import { Standing, type Held, type HeldKind } from './standing.js';

interface Told {
  heldBy: readonly (string | null)[];
  items: readonly unknown[];
  /** The answer but for its sources, which tell their age. */
  text: string;
  whole: { sources: string; bytes: Buffer } | null;
}

/** Over all pages, with everything that they hold; … */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
/** … and how many, however small: every search has a page of its own. */
const MOST_KEPT = 500;
/** Of a page beside its text, and of each of its items: this copy, and the one of a model that was replaced since. */
const BYTES_OF_PAGE = 1_000;
const BYTES_OF_ITEM = 1_500;
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Pages of what the sites hold, as they are sent: written out once for as long as nothing in them has changed. Who holds
 * what is read for every answer; many who ask for the same page at a time share that reading.
 */
@Injectable()
export class PreparedLists {
  /** By the items as the model has them; what was asked for last is last. */
  private readonly kept = new Map<readonly unknown[], Told>();
  private readonly holders = new Joined<readonly Held[], (string | null)[]>();
  private keptBytes = 0;

  constructor(private readonly standing: Standing) {}

  /** The page, whose items are of one scope, with who holds each of them; the reply has it in writing. */
  async answer<T extends Held>(
    kind: HeldKind,
    page: Page<T> & { sources: Source[] },
    seen: Scope,
    exchange: HttpExchange,
  ): Promise<Page<T & { activeOperationId: string | null }> & { sources: Source[] }> {
    const { items, nextPageToken, sources } = page;
    nextPageLink(exchange, nextPageToken);
    const heldBy = await this.holders.ask(items, () => this.standing.holders(kind, items, seen));
    const told = this.told(items, nextPageToken, heldBy);
    // Fastify sends bytes as they are, though its types say that a serializer makes text.
    const bytes = (): string => this.bytesOf(items, told, sources) as unknown as string;
    void exchange.reply.type(JSON_TYPE).serializer(bytes);
    return { ...page, items: told.items as (T & { activeOperationId: string | null })[] };
  }

  private told(
    items: readonly object[],
    nextPageToken: string | undefined,
    heldBy: readonly (string | null)[],
  ): Told {
    const known = this.kept.get(items);
    if (known) this.forget(items, known);
    const told = known?.heldBy.every((id, i) => id === heldBy[i])
      ? known
      : written(items, nextPageToken, heldBy);
    this.keep(items, told);
    return told;
  }

  private keep(items: readonly unknown[], told: Told): void {
    this.kept.set(items, told);
    this.keptBytes += bytesKept(told);
    for (const [oldest, its] of this.kept) {
      if (this.keptBytes <= MOST_KEPT_BYTES && this.kept.size <= MOST_KEPT) break;
      this.forget(oldest, its);
    }
  }

  private forget(items: readonly unknown[], told: Told): void {
    if (this.kept.delete(items)) this.keptBytes -= bytesKept(told);
  }

  private bytesOf(items: readonly unknown[], told: Told, sources: readonly Source[]): Buffer {
    const now = JSON.stringify(sources);
    if (told.whole?.sources === now) return told.whole.bytes;
    const isKept = this.kept.get(items) === told;
    if (isKept) this.forget(items, told);
    told.whole = { sources: now, bytes: Buffer.from(`${told.text}"sources":${now}}`) };
    if (isKept) this.keep(items, told);
    return told.whole.bytes;
  }
}

function written(
  things: readonly object[],
  nextPageToken: string | undefined,
  heldBy: readonly (string | null)[],
): Told {
  const items = things.map((thing, i) => ({ ...thing, activeOperationId: heldBy[i] ?? null }));
  const page = { items, ...(nextPageToken !== undefined && { nextPageToken }) };
  return { heldBy, items, text: `${JSON.stringify(page).slice(0, -1)},`, whole: null };
}

/** At the most: a text may take two bytes a character. */
function bytesKept({ items, text, whole }: Told): number {
  const written = whole ? whole.sources.length * 2 + whole.bytes.length : 0;
  return BYTES_OF_PAGE + BYTES_OF_ITEM * items.length + text.length * 2 + written;
}
