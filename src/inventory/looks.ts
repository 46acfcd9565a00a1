import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../platform/clock.js';
import { inLane } from '../providers/lanes.js';
import type { Provider } from '../providers/provider.js';
import type { ModelStore } from './redis-model-store.js';
import type { LookResult, SiteRefresher } from './site-refresher.js';
import { takenMsOf } from './site-model.js';

/** A look that is under way or comes next, and since when somebody waits for it. */
export interface Flight {
  done: Promise<LookResult | null>;
  askedMs: number;
}

/** How often it is asked whether another process has done its look. */
const GLANCE_MS = 50;
/** Longer than this nobody waits for another process. */
const LONGEST_MS = 30_000;

/**
 * Looks for those who ask in this process: one at a time per site. Whoever comes while one is under way shares it;
 * whoever insists on what is true from now on shares the one after it.
 */
export class Looks {
  private readonly underway = new Map<string, Flight>();
  private readonly next = new Map<string, Flight>();

  constructor(
    private readonly refresher: SiteRefresher,
    private readonly store: ModelStore,
    private readonly clock: Clock,
    private readonly pause: (ms: number) => Promise<unknown> = (ms) => timer(ms),
  ) {}

  join(provider: Provider, insists: boolean): Flight {
    const { siteId } = provider;
    const underway = this.underway.get(siteId);
    if (!underway) return this.begin(provider);
    if (!insists) return underway;
    const next = this.next.get(siteId);
    if (next) return next;
    const flight = {
      done: underway.done.then(
        () => this.takeOff(provider),
        () => this.takeOff(provider),
      ),
      askedMs: this.clock.now(),
    };
    this.next.set(siteId, flight);
    return flight;
  }

  private takeOff(provider: Provider): Promise<LookResult | null> {
    this.next.delete(provider.siteId);
    return this.begin(provider).done;
  }

  private begin(provider: Provider): Flight {
    const { siteId } = provider;
    const askedMs = this.clock.now();
    const done = this.look(provider, askedMs).finally(() => {
      if (this.underway.get(siteId) === flight) this.underway.delete(siteId);
    });
    const flight: Flight = { done, askedMs };
    this.underway.set(siteId, flight);
    return flight;
  }

  /** Looks, or waits for a look of another process that began from now on. null = neither came in time. */
  private async look(provider: Provider, askedMs: number): Promise<LookResult | null> {
    while (this.clock.now() - askedMs < LONGEST_MS) {
      const result = await inLane('INTERACTIVE', () => this.refresher.look(provider));
      if (result.kind !== 'TAKEN') return result;
      await this.pause(GLANCE_MS);
      const { times, failure, doubt } = await this.store.head(provider.siteId);
      if (failure && failure.atMs >= askedMs) return { kind: 'FAILED' };
      if (doubt && doubt.lastMs >= askedMs) return { kind: 'DOUBTED' };
      if (times && takenMsOf(times) >= askedMs) {
        const known = await this.store.model(provider.siteId);
        if (known) return { kind: 'BELIEVED', known };
      }
    }
    return null;
  }
}
