import type { ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import { problem, type Problem } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import type { SiteConnection } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { KnownState, Snapshot, SnapshotKind, SnapshotStore } from './redis-snapshot-store.js';

/** How one site contributed to an answer. */
export interface Source {
  siteId: string;
  provider: string;
  /** FRESH: read just now. STALE: the last good read, older. UNAVAILABLE: nothing good was ever read. */
  state: 'FRESH' | 'STALE' | 'UNAVAILABLE';
  refreshedTime: string | null;
  ageSeconds: number | null;
  error: Problem | null;
}

export interface Reading<T> {
  provider: Provider;
  value: T | null;
  source: Source;
}

/** Younger than this and with no event since, a snapshot is as good as a new look. */
const FRESH_MS = 10_000;
/** A site that failed is left in peace for so long. */
const PEACE_MS = 5_000;
/** A list waits so long for a slow site that has an older snapshot, … */
const PATIENCE_WITH_SNAPSHOT_MS = 2_000;
/** … and so long for one that has none. */
const PATIENCE_WITHOUT_MS = 6_000;

/** A look that is under way, and since when. */
interface Look {
  look: Promise<Snapshot<unknown> | null>;
  sinceMs: number;
}

/**
 * What the sites hold. Reads through a snapshot per site and kind that all processes share: one dead, slow or
 * lying site never hides the others, and a failed read never replaces what was known.
 */
export class InventoryService {
  private readonly underway = new Map<string, Look>();

  constructor(
    private readonly providers: ProviderRegistry,
    private readonly snapshots: SnapshotStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  protectionGroups(siteId: string | undefined, fresh: boolean): Promise<Reading<ProtectionGroup[]>[]> {
    return this.overSites(siteId, 'protectionGroups', fresh, (provider) => provider.listProtectionGroups());
  }

  recoveryPlans(siteId: string | undefined, fresh: boolean): Promise<Reading<RecoveryPlan[]>[]> {
    return this.overSites(siteId, 'recoveryPlans', fresh, (provider) => provider.listRecoveryPlans());
  }

  connections(siteId: string | undefined, fresh: boolean): Promise<Reading<SiteConnection>[]> {
    return this.overSites(siteId, 'connection', fresh, (provider) => provider.check());
  }

  private overSites<T>(
    siteId: string | undefined,
    kind: SnapshotKind,
    fresh: boolean,
    look: (provider: Provider) => Promise<T>,
  ): Promise<Reading<T>[]> {
    const providers = this.providers.all().filter((p) => siteId === undefined || p.siteId === siteId);
    return Promise.all(providers.map((provider) => this.read(provider, kind, fresh, () => look(provider))));
  }

  private async read<T>(
    provider: Provider,
    kind: SnapshotKind,
    fresh: boolean,
    look: () => Promise<T>,
  ): Promise<Reading<T>> {
    const known = await this.snapshots.read<T>(provider.siteId, kind);
    if (!fresh && this.isGoodEnough(known)) return this.reading(provider, known);
    const { look: looking, sinceMs } = this.refresh(provider, kind, look);
    const patience = known.snapshot ? PATIENCE_WITH_SNAPSHOT_MS : PATIENCE_WITHOUT_MS;
    const inTime = await within(looking, Math.max(0, patience - (this.clock.now() - sinceMs)));
    const after = await this.snapshots.read<T>(provider.siteId, kind);
    const inHand = inTime ? ((await looking) as Snapshot<T> | null) : null;
    return this.reading(provider, inHand ? { ...after, snapshot: inHand, failure: null } : after, !inTime);
  }

  private isGoodEnough<T>({ snapshot, failure, lastEventMs }: KnownState<T>): boolean {
    const now = this.clock.now();
    if (failure) return now - failure.atMs < PEACE_MS;
    return snapshot !== null && now - snapshot.takenMs < FRESH_MS && snapshot.takenMs > lastEventMs;
  }

  /**
   * One look at a time per site and kind in this process; whoever comes meanwhile shares it, and what it has
   * already waited: a site that hangs makes the first caller wait, not each of them.
   */
  private refresh<T>(provider: Provider, kind: SnapshotKind, look: () => Promise<T>): Look {
    const name = `${provider.siteId}/${kind}`;
    const running = this.underway.get(name);
    if (running) return running;
    const started = {
      look: this.look(provider, kind, look).finally(() => this.underway.delete(name)),
      sinceMs: this.clock.now(),
    };
    this.underway.set(name, started);
    return started;
  }

  /** What was seen; null when the look failed. A store that is full keeps nothing, but takes nothing away. */
  private async look<T>(
    provider: Provider,
    kind: SnapshotKind,
    look: () => Promise<T>,
  ): Promise<Snapshot<T> | null> {
    const { siteId } = provider;
    const takenMs = this.clock.now();
    try {
      const snapshot = { takenMs, value: await look() };
      await this.keeping(siteId, () => this.snapshots.keep(siteId, kind, snapshot));
      return snapshot;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.log.warn({ siteId, kind: error.kind, upstream: error.upstream }, error.message);
      const failure = { atMs: this.clock.now(), problem: providerProblem(error, provider) };
      await this.keeping(siteId, () => this.snapshots.noteFailure(siteId, kind, failure));
      return null;
    }
  }

  private async keeping(siteId: string, keep: () => Promise<void>): Promise<void> {
    try {
      await keep();
    } catch (error) {
      if (!isRedisTrouble(error)) throw error;
      this.log.warn({ siteId }, 'what was seen could not be kept');
    }
  }

  private reading<T>(provider: Provider, known: KnownState<T>, slow = false): Reading<T> {
    const { snapshot, failure } = known;
    const tooSlow = slow
      ? problem('upstream-timeout', `${provider.siteName} has not answered yet; it is still being asked.`)
      : null;
    const error = failure?.problem ?? tooSlow;
    const state = snapshot === null ? 'UNAVAILABLE' : error ? 'STALE' : 'FRESH';
    return {
      provider,
      value: snapshot?.value ?? null,
      source: {
        siteId: provider.siteId,
        provider: provider.descriptor.provider,
        state,
        refreshedTime: snapshot ? isoTime(snapshot.takenMs) : null,
        ageSeconds: snapshot ? Math.max(0, Math.round((this.clock.now() - snapshot.takenMs) / 1000)) : null,
        error,
      },
    };
  }
}

/** Whether the work was done in that time. It goes on either way; its errors are noted where it is done. */
async function within(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tired = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  try {
    return await Promise.race([work.then(() => true), tired]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
