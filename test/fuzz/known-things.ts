import type { Segment, Shot } from './shots.js';

const MOST = 40;

/** What answers have shown to exist, so that requests meet something. */
export class KnownThings {
  private readonly ids = new Map<string, string[]>();

  /** @param path with the ids that were asked for; what it answered may be a list, or one thing that was made */
  learn(path: string, body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    const { items, id, operation } = body as { items?: unknown; id?: unknown; operation?: unknown };
    const found = Array.isArray(items) ? items : [body];
    for (const each of found as { id?: unknown }[])
      if (typeof each?.id === 'string')
        this.add(Array.isArray(items) ? path : collectionOf(path, id), each.id);
    const begun = (operation ?? body) as { id?: unknown; action?: unknown; version?: unknown };
    if (typeof begun.id === 'string' && begun.action !== undefined && begun.version !== undefined)
      this.add('/v1/operations', begun.id);
  }

  /** The path of this request; what is not known is made up. */
  pathOf({ path }: Pick<Shot, 'path'>): string {
    let sofar = '';
    for (const segment of path) sofar += `/${this.textOf(segment, sofar)}`;
    return sofar;
  }

  private textOf(segment: Segment, before: string): string {
    if ('text' in segment) return segment.text;
    const known = this.ids.get(before) ?? [];
    const id = known[segment.which % Math.max(1, known.length)];
    return id === undefined ? `eu-cloud.unknown-${segment.which}` : encodeURIComponent(id);
  }

  private add(collection: string, id: string): void {
    const known = this.ids.get(collection) ?? [];
    if (known.includes(id)) return;
    // The newest are the likeliest to be there yet.
    this.ids.set(collection, [id, ...known].slice(0, MOST));
  }
}

/** `/v1/webhooks` of `/v1/webhooks/wh_1`, which showed `wh_1`; itself, if the thing was made there. */
function collectionOf(path: string, id: unknown): string {
  const last = path.lastIndexOf('/');
  return path.slice(last + 1) === encodeURIComponent(String(id)) ? path.slice(0, last) : path;
}
