import type { DatedSurvey } from '../domain/site-survey.js';
import type { Clock } from '../platform/clock.js';
import { ClockJumps } from '../platform/clock-jumps.js';
import type { Log } from '../platform/log/log.js';
import { inLane, type Lane } from '../providers/lanes.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { BudgetUse } from '../providers/request-budget.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { LookConsumer, MissedBy } from './look-consumers.js';
import type { ModelStore, StoredModel } from './redis-model-store.js';
import type { RefreshBells } from './refresh-bells.js';
import { askAgainInMs, overdueInMs, refreshDueInMs, type RefreshSituation } from './refresh-policy.js';
import { takenMsOf } from './site-model.js';
import type { LookResult, SiteRefresher } from './site-refresher.js';

/** Whether we are let in is asked for its own sake so often: a look that succeeds says it, too. */
const CHECK_EVERY_MS = 300_000;
/** Somebody else is looking, or somebody wants another look: come back when that may be over. */
const TAKEN_MS = 500;
/** There was no place in the budget, and nobody said when there is one. */
const POSTPONED_MS = 5_000;
const SHORTEST_MS = 20;

type Effort = Pick<RefreshSituation, 'tookMs' | 'costMs'>;

/**
 * One step of the endless job of one site: looks when it is time, and tells whoever draws conclusions from what is
 * known since they were last told, whoever looked. Keeps nothing: any process may do the next step.
 */
export class RefreshRounds {
  /** What the last look took, per site: only to leave a slow or costly site more time. */
  private readonly efforts = new Map<string, Effort>();
  private readonly jumps: ClockJumps;

  constructor(
    private readonly providers: ProviderRegistry,
    private readonly store: ModelStore,
    private readonly refresher: SiteRefresher,
    private readonly bells: RefreshBells,
    private readonly consumers: readonly LookConsumer[],
    private readonly intervalMs: number,
    private readonly clock: Clock,
    private readonly log: Log,
    /** An older look is not worth waiting for the next one, milliseconds; null = any is. */
    private readonly wantedSinceMs: () => number | null = () => null,
  ) {
    this.jumps = new ClockJumps(clock);
  }

  /** Rings for every configured site, whether or not its ring is still there. */
  async sweep(): Promise<void> {
    // A ring that waits is due by the clock of whoever put it off, which may have been wrong by hours.
    if (this.jumps.since()) return this.hurry();
    for (const { siteId } of this.providers.all()) await this.bells.ensure(siteId);
  }

  /** Has every site seen to now, whenever its next look would be. */
  async hurry(): Promise<void> {
    await Promise.all(this.providers.all().map(({ siteId }) => this.bells.ring(siteId)));
  }

  async round(siteId: string): Promise<{ againInMs: number } | 'DONE'> {
    const provider = this.providers.find(siteId);
    if (!provider) return 'DONE';
    const situation = await this.situation(siteId);
    const isWanted = this.isWanted(situation);
    const lane: Lane = isWanted || overdueInMs(situation) <= 0 ? 'OVERDUE' : 'REFRESH';
    const looked = isWanted || refreshDueInMs(situation) <= 0 ? await this.look(provider, lane) : null;
    if (looked?.kind === 'BELIEVED') await this.checkNowAndThen(provider);
    if (looked?.kind === 'FAILED' || looked?.kind === 'DOUBTED' || looked?.kind === 'POSTPONED')
      await this.tellOfNothing(provider, looked.kind);
    await this.tell(provider, looked?.kind === 'BELIEVED');
    const next = await this.situation(siteId);
    // It came to be wanted while this round went on.
    if (this.isWanted(next) && (looked === null || looked.kind === 'BELIEVED'))
      return { againInMs: TAKEN_MS };
    // While the upstream wants to be left alone it is asked nothing; that this is why is noted anew.
    const againInMs = Math.max(askAgainInMs(next), Math.min(notBefore(looked), this.intervalMs));
    const isPutOff = looked?.kind === 'POSTPONED' && lane === 'REFRESH';
    return {
      againInMs: isPutOff ? Math.min(againInMs, Math.max(SHORTEST_MS, overdueInMs(next))) : againInMs,
    };
  }

  /** A site that fails, or whose answer is not believed, keeps to its pauses. */
  private isWanted({ head: { times, failure, doubt } }: RefreshSituation): boolean {
    const sinceMs = this.wantedSinceMs();
    return sinceMs !== null && times !== null && !failure && !doubt && takenMsOf(times) < sinceMs;
  }

  private async situation(siteId: string): Promise<RefreshSituation> {
    const [head, lastEndMs] = await Promise.all([this.store.head(siteId), this.store.lastEndMs(siteId)]);
    const effort = this.efforts.get(siteId) ?? { tookMs: 0, costMs: 0 };
    return { head, lastEndMs, now: this.clock.now(), intervalMs: this.intervalMs, ...effort };
  }

  private async look(provider: Provider, lane: Lane): Promise<LookResult> {
    const begun = this.clock.monotonic();
    const before = await provider.budgetUse();
    const looked = await inLane(lane, () => this.refresher.look(provider));
    if (looked.kind === 'BELIEVED') {
      const tookMs = this.clock.monotonic() - begun;
      this.efforts.set(provider.siteId, { tookMs, costMs: costMs(before, await provider.budgetUse()) });
    }
    return looked;
  }

  private async checkNowAndThen(provider: Provider): Promise<void> {
    const { connection } = await this.store.head(provider.siteId);
    if (connection && this.clock.now() - connection.takenMs < CHECK_EVERY_MS) return;
    try {
      await this.refresher.check(provider);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.log.warn({ siteId: provider.siteId, kind: error.kind }, `not checked: ${error.message}`);
    }
  }

  /** @param always also when nothing has changed: a conclusion may wait for time to pass */
  private async tell(provider: Provider, always: boolean): Promise<void> {
    const { siteId } = provider;
    const { version, told } = await this.store.head(siteId);
    if (version === null || (version === told && !always)) return;
    const stored = await this.store.model(siteId);
    if (!stored) return;
    const before = await this.store.lastTold(siteId);
    const after = datedSurveyOf(stored);
    const heard = await this.toAll(provider, (consumer) => consumer.take(provider, { before, after }));
    if (!heard) return;
    if (stored.model.version === told) await this.store.noteToldAgain(siteId, after.takenMs);
    else await this.store.noteTold(siteId, stored.model.version, after);
  }

  private async tellOfNothing(provider: Provider, why: MissedBy): Promise<void> {
    const { failure, doubt, postponed } = await this.store.head(provider.siteId);
    const problem = { FAILED: failure, DOUBTED: doubt, POSTPONED: postponed }[why]?.problem;
    if (!problem) return;
    await this.toAll(provider, (consumer) => consumer.missed?.(provider, why, problem) ?? Promise.resolve());
  }

  /** Whether all of them heard it. One that fails keeps nothing from the others. */
  private async toAll(
    { siteId }: Provider,
    tell: (consumer: LookConsumer) => Promise<void>,
  ): Promise<boolean> {
    let heard = true;
    for (const consumer of this.consumers) {
      try {
        await tell(consumer);
      } catch (error) {
        heard = false;
        const reason = error instanceof Error ? error.message.slice(0, 300) : 'unknown';
        this.log.warn({ siteId, consumer: consumer.name, reason }, 'a look was not taken; it comes again');
      }
    }
    return heard;
  }
}

/** As old as its oldest list. */
function datedSurveyOf({ model, times }: StoredModel): DatedSurvey {
  return { takenMs: takenMsOf(times), survey: model.survey };
}

/** What others asked meanwhile counts, too: a site that is busy is left more time. */
function costMs(before: BudgetUse | null, after: BudgetUse | null): number {
  if (!before || !after) return 0;
  return (Math.max(0, after.used - before.used) / after.limit) * after.windowSeconds * 1000;
}

function notBefore(looked: LookResult | null): number {
  if (looked?.kind === 'TAKEN') return TAKEN_MS;
  if (looked?.kind === 'POSTPONED') return looked.retryAfterMs ?? POSTPONED_MS;
  return SHORTEST_MS;
}
