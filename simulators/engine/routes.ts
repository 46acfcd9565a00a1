import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';

/** A route as the service's document writes it. */
export interface ServedRoute {
  /** Which of the simulator's interfaces it belongs to (`v1` and `v2` are two). */
  api: string;
  method: string;
  /** The document's own path with its parameter names, `/v1/{project_id}/jobs/{job_id}`. */
  path: string;
}

/** How often it was asked since the journal was cleared, and what the service said. */
export interface RouteTally extends ServedRoute {
  hits: number;
  /** By class of status; `none` = a fault struck before the service could answer. */
  answers: Record<string, number>;
  /** Where one route has several operations: how often each was asked, by its word in the body. */
  words: Record<string, number>;
}

/** How a service's own routes are told: null = not part of the service. */
export interface RouteReading {
  routeOf(url: string): Pick<ServedRoute, 'api' | 'path'> | null;
  wordOf?(path: string, body: unknown): string | null;
}

/** Which of the routes served were asked, and which requests met none. */
export class Routes {
  private readonly tallies = new Map<string, RouteTally>();
  private unserved = new Map<string, number>();

  constructor(private readonly reading: RouteReading) {}

  /** Takes note of every route that is registered from now on. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const each of [method].flat()) if (each !== 'HEAD') this.know(each, url);
    });
  }

  list(): RouteTally[] {
    return [...this.tallies.values()];
  }

  /** Requests that met no route of the service: `GET /nowhere`, with their number. */
  strays(): { request: string; hits: number }[] {
    return [...this.unserved].map(([request, hits]) => ({ request, hits }));
  }

  clear(): void {
    for (const tally of this.tallies.values()) Object.assign(tally, { hits: 0, answers: {}, words: {} });
    this.unserved = new Map();
  }

  /** A request has come; until it is answered it counts as one without an answer. */
  hit(request: FastifyRequest): void {
    const tally = this.tallyOf(request);
    if (tally) {
      tally.hits += 1;
      count(tally.answers, 'none', 1);
    } else {
      const stray = `${request.method} ${request.url.split('?')[0] ?? ''}`;
      this.unserved.set(stray, (this.unserved.get(stray) ?? 0) + 1);
    }
  }

  said(request: FastifyRequest): void {
    const tally = this.tallyOf(request);
    const word = tally && this.reading.wordOf?.(tally.path, request.body);
    if (tally && word) count(tally.words, word, 1);
  }

  answered(request: FastifyRequest, status: number): void {
    const tally = this.tallyOf(request);
    if (!tally) return;
    count(tally.answers, 'none', -1);
    count(tally.answers, `${Math.floor(status / 100)}xx`, 1);
  }

  private know(method: string, url: string): void {
    const route = this.reading.routeOf(asTemplate(url));
    const key = route && `${route.api} ${method} ${route.path}`;
    if (!route || !key || this.tallies.has(key)) return;
    this.tallies.set(key, { api: route.api, method, path: route.path, hits: 0, answers: {}, words: {} });
  }

  private tallyOf(request: FastifyRequest): RouteTally | undefined {
    const { url } = request.routeOptions;
    const route = url === undefined ? null : this.reading.routeOf(asTemplate(url));
    return route ? this.tallies.get(`${route.api} ${request.method} ${route.path}`) : undefined;
  }
}

function asTemplate(url: string): string {
  const template = url.replace(/:(\w+)/g, '{$1}');
  return template.length > 1 ? template.replace(/\/$/, '') : template;
}

function count(counts: Record<string, number>, name: string, by: number): void {
  const sum = (counts[name] ?? 0) + by;
  if (sum > 0) counts[name] = sum;
  else Reflect.deleteProperty(counts, name);
}
