import { Injectable } from '@nestjs/common';
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

/** Of text and bytes together, over all pages. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
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

  /** The page with who holds each of its items; the reply has it in writing. */
  async answer<T extends Held>(
    kind: HeldKind,
    page: Page<T> & { sources: Source[] },
    exchange: HttpExchange,
  ): Promise<Page<T & { activeOperationId: string | null }> & { sources: Source[] }> {
    const { items, nextPageToken, sources } = page;
    nextPageLink(exchange, nextPageToken);
    const heldBy = await this.holders.ask(items, () => this.standing.holders(kind, items));
    const told = this.told(items, nextPageToken, heldBy);
    // Fastify sends bytes as they are, though its types say that a serializer makes text.
    const bytes = (): string => this.bytesOf(told, sources) as unknown as string;
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
    this.kept.set(items, told);
    this.keptBytes += bytesKept(told);
    for (const [oldest, its] of this.kept) {
      if (this.keptBytes <= MOST_KEPT_BYTES) break;
      this.forget(oldest, its);
    }
    return told;
  }

  private forget(items: readonly unknown[], told: Told): void {
    if (this.kept.delete(items)) this.keptBytes -= bytesKept(told);
  }

  private bytesOf(told: Told, sources: readonly Source[]): Buffer {
    const now = JSON.stringify(sources);
    if (told.whole?.sources !== now)
      told.whole = { sources: now, bytes: Buffer.from(`${told.text}"sources":${now}}`) };
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

/** By the text alone: its bytes are as many again, or not there yet. */
function bytesKept({ text }: Told): number {
  return text.length * 2;
}
