import type { Drill, ProtectionGroup, RecoveryPlan } from '../domain/inventory.js';
import { problem, type Problem } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { Joined } from '../platform/joined.js';
import { withinMsOrNull } from '../platform/within.js';
import type { SiteConnection } from '../providers/provider-driver.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { Looks } from './looks.js';
import type { ModelHead, ModelStore } from './redis-model-store.js';
import type { RefreshBells } from './refresh-bells.js';
import { tooOldMs } from './refresh-policy.js';
import { takenMsOf, type DatedModel, type ListTimes, type SiteModel } from './site-model.js';
import type { SiteRefresher } from './site-refresher.js';
import { sourceOf, type Source } from './source.js';

export type { Source } from './source.js';

/** What one site holds, in the order of ids, and how it is known. */
export interface Reading<T> {
  provider: Provider;
  /** null = nothing good was ever read. The same object as long as nothing has changed. */
  value: T | null;
  source: Source;
}

/** Since when it is seen in its state. */
export interface Lasting {
  stateSinceTime: string;
}

/** However many ask: one ring brings everything that one can bring. */
const RING_EVERY_MS = 1_000;
/** A site that failed, and of which nothing is known, is left in peace for so long. */
const PEACE_MS = 5_000;
/** Who insists waits so long for a slow site of which something is known, … */
const PATIENCE_WITH_MODEL_MS = 2_000;
/** … and everybody so long for one of which nothing is known. */
const PATIENCE_WITHOUT_MS = 6_000;

interface Known {
  head: ModelHead;
  dated: DatedModel | null;
}

/**
 * What the sites hold, from what all processes keep of it. A question asks no upstream and waits for none, unless
 * nothing is known yet or the client insists: jobs keep it fresh. One dead, slow or lying site never hides the others.
 */
export class InventoryService {
  private readonly looks: Looks;
  private readonly readings = new Joined<string, Known>();
  private readonly tooOldMs: number;
  private readonly rung = new Map<string, number>();

  constructor(
    private readonly providers: ProviderRegistry,
    private readonly store: ModelStore,
    refresher: SiteRefresher,
    private readonly bells: RefreshBells,
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {
    this.looks = new Looks(refresher, store, clock);
    this.tooOldMs = tooOldMs(intervalMs);
  }

  protectionGroups(
    siteId: string | undefined,
    fresh: boolean,
  ): Promise<Reading<(ProtectionGroup & Lasting)[]>[]> {
    return this.list(siteId, 'groups', fresh);
  }

  recoveryPlans(siteId: string | undefined, fresh: boolean): Promise<Reading<(RecoveryPlan & Lasting)[]>[]> {
    return this.list(siteId, 'plans', fresh);
  }

  drills(siteId: string | undefined, fresh: boolean): Promise<Reading<(Drill & Lasting)[]>[]> {
    return this.list(siteId, 'drills', fresh);
  }

  /** Whether each site lets us in, by its last look; `value` is what it last told of itself. */
  async connections(siteId: string | undefined, fresh: boolean): Promise<Reading<SiteConnection>[]> {
    return this.overSites(siteId, fresh, (provider, { head, dated }, source) => ({
      provider,
      value: head.connection ?? (dated ? { version: null, warnings: [] } : null),
      source: source(takenMsOf),
    }));
  }

  /** Since when things of one site are seen in the state that they show; absent = they were not seen in it yet. */
  async since(
    siteId: string,
    kind: 'groups' | 'plans',
    things: readonly { id: string; state: string }[],
  ): Promise<Map<string, string>> {
    const known = (await this.store.model(siteId))?.model;
    if (!known) return new Map();
    const wanted = new Set(things.map(({ id, state }) => `${id} ${state}`));
    return new Map(
      viewOf(known)
        [kind].filter(({ id, state }) => wanted.has(`${id} ${state}`))
        .map(({ id, stateSinceTime }) => [id, stateSinceTime]),
    );
  }

  private list<K extends ListedKind>(
    siteId: string | undefined,
    kind: K,
    fresh: boolean,
  ): Promise<Reading<ListView[K]>[]> {
    return this.overSites(siteId, fresh, (provider, { dated }, source) => ({
      provider,
      value: dated ? viewOf(dated.model)[kind] : null,
      source: source((times) => times[kind]),
    }));
  }

  private overSites<T>(
    siteId: string | undefined,
    fresh: boolean,
    read: (
      provider: Provider,
      known: Known,
      source: (takenMs: (times: ListTimes) => number) => Source,
    ) => Reading<T>,
  ): Promise<Reading<T>[]> {
    const providers = this.providers.all().filter((p) => siteId === undefined || p.siteId === siteId);
    return Promise.all(
      providers.map(async (provider) => {
        const { known, late } = await this.known(provider, fresh);
        return read(provider, known, (takenMs) => this.source(provider, known, late, takenMs));
      }),
    );
  }

  private async known(provider: Provider, fresh: boolean): Promise<{ known: Known; late: Problem | null }> {
    const known = await this.read(provider.siteId);
    if (!fresh && this.isGoodEnough(known)) {
      this.ringIfOld(provider, known);
      return { known, late: null };
    }
    const { done, askedMs } = this.looks.join(provider, fresh);
    const patience = known.dated ? PATIENCE_WITH_MODEL_MS : PATIENCE_WITHOUT_MS;
    const result = await withinMsOrNull(Math.max(0, patience - (this.clock.now() - askedMs)), done);
    const after = await this.read(provider.siteId);
    if (result?.kind === 'BELIEVED') {
      // Whoever draws conclusions is told by the job, whoever looked.
      void this.bells.ring(provider.siteId);
      const head = { ...after.head, failure: null, doubt: null };
      return { known: { dated: result.known, head }, late: null };
    }
    if (result?.kind === 'POSTPONED') return { known: after, late: result.problem };
    return { known: after, late: result === null ? stillAsked(provider) : null };
  }

  private read(siteId: string): Promise<Known> {
    return this.readings.ask(siteId, async () => {
      const [head, dated] = await Promise.all([this.store.head(siteId), this.store.model(siteId)]);
      return { head, dated };
    });
  }

  private isGoodEnough({ head: { failure }, dated }: Known): boolean {
    return dated !== null || (failure !== null && this.clock.now() - failure.atMs < PEACE_MS);
  }

  /** Whoever should look and does not is rung for; where nobody answers, the source says so. */
  private ringIfOld({ siteId }: Provider, { dated }: Known): void {
    const now = this.clock.now();
    if (!dated || now - takenMsOf(dated.times) < 3 * this.intervalMs) return;
    if (now - (this.rung.get(siteId) ?? -Infinity) < RING_EVERY_MS) return;
    this.rung.set(siteId, now);
    void this.bells.ring(siteId);
  }

  private source(
    provider: Provider,
    { head: { failure, doubt, postponed }, dated }: Known,
    late: Problem | null,
    takenMsOfList: (times: ListTimes) => number,
  ): Source {
    const takenMs = dated ? takenMsOfList(dated.times) : null;
    const error = failure?.problem ?? doubt?.problem ?? late;
    const now = this.clock.now();
    const reason = postponed && now - postponed.atMs <= this.tooOldMs ? postponed.problem : null;
    return sourceOf(provider, takenMs, error, now, this.tooOldMs, reason);
  }
}

function stillAsked({ siteName }: Provider): Problem {
  return problem('upstream-timeout', `${siteName} has not answered yet; it is still being asked.`);
}

type ListedKind = 'groups' | 'plans' | 'drills';
interface ListView {
  groups: (ProtectionGroup & Lasting)[];
  plans: (RecoveryPlan & Lasting)[];
  drills: (Drill & Lasting)[];
}

/** Made once per model: as long as nothing has changed, every question gets the same objects. */
const VIEWS = new WeakMap<SiteModel, ListView>();

function viewOf(model: SiteModel): ListView {
  const made = VIEWS.get(model);
  if (made) return made;
  const view: ListView = {
    groups: lasting(model.survey.groups, model.since.groups),
    plans: lasting(model.survey.plans, model.since.plans),
    drills: lasting(model.survey.drills, model.since.drills),
  };
  VIEWS.set(model, view);
  return view;
}

function lasting<T extends { id: string }>(
  things: readonly T[],
  since: Readonly<Record<string, number>>,
): (T & Lasting)[] {
  return things.map((thing) => ({ ...thing, stateSinceTime: isoTime(since[thing.id] ?? 0) }));
}
