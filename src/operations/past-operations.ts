import { Scope } from '../domain/access/scope.js';
import type { Operation } from '../domain/operation.js';
import type { PastRun, PastRunsPage } from '../domain/past-run.js';
import type { SiteLook } from '../domain/site-survey.js';
import { parsePublicId, publicId } from '../domain/ids.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { problem, ProblemError } from '../domain/problem.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import { StoreGuardedError, type StoreGuard } from './guard/store-guard.js';
import type { OperationStore } from './operation-store.js';
import { isKnownRun, UNSEEN_MS } from './past-explanations.js';
import type { PastProgress, PastRecords } from './past-records.js';
import { pastOperation, wordsOf } from './past-record.js';

/** A site's clock may be so far ahead: what it says is sorted out when that is known. */
const CLOCKS_APART_MS = 3_600_000;
/** Of those that had to do with one target at about one time, so many are read. */
const NEAR = 100;
/** No history is as long as this; it ends one that never ends. */
const MOST_PAGES = 200;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Takes over what a site still tells of its past when it is first connected: ended runs become ended operations, a page
 * at each look, in the lane of refreshes. Only what had ended by the first look is taken; from then on the looks tell.
 *
 * Any number of processes may do it at once, and any of them may stop in the middle: the ids come from the site's own
 * reports, and what is an operation of the gateway already is passed over.
 */
export class PastOperations {
  private readonly underway = new Set<string>();

  /** @param keptMs what is older than the history is kept for is not taken over */
  constructor(
    private readonly store: OperationStore,
    private readonly past: PastRecords,
    private readonly guard: StoreGuard,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly keptMs: number,
  ) {}

  /** As `goOn`, once at a time for each site, and not waited for: a site that takes long to tell its past delays no look. */
  begin(provider: Provider, look: SiteLook): void {
    const { siteId } = provider;
    if (this.underway.has(siteId)) return;
    this.underway.add(siteId);
    this.goOn(provider, look)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message.slice(0, 300) : 'unknown';
        this.log.warn({ siteId, reason }, 'the past of a site could not be kept; it is tried again');
      })
      .finally(() => this.underway.delete(siteId));
  }

  /** After every look that was believed. What fails is tried again at a later one; throws errors of the store. */
  async goOn(provider: Provider, look: SiteLook): Promise<void> {
    const { siteId, descriptor } = provider;
    if (!descriptor.capabilities.pastOperations || !this.isOpen()) return;
    const known = await this.past.progress(siteId);
    // As long as no look was told of to everybody, nothing that ended meanwhile is found by comparing looks.
    const isFirst = look.before === null && (known?.untilMs ?? 0) < look.after.takenMs;
    if (known?.finishedMs && !isFirst) return;
    const progress =
      known && !isFirst
        ? known
        : await this.past.begin(siteId, this.clock.now(), this.clock.now() - this.keptMs);
    if (this.clock.now() < progress.notBeforeMs) return;
    try {
      await this.onePage(provider, look, progress);
    } catch (error) {
      if (error instanceof StoreGuardedError) return;
      if (!(error instanceof ProviderError) && !(error instanceof ProblemError)) throw error;
      await this.noteTrouble(siteId, progress, error);
    }
  }

  private isOpen(): boolean {
    try {
      this.guard.pass();
      return true;
    } catch (error) {
      if (error instanceof StoreGuardedError) return false;
      throw error;
    }
  }

  private async onePage(provider: Provider, look: SiteLook, progress: PastProgress): Promise<void> {
    const { siteId } = provider;
    const { fromMs, untilMs, next: after, pages } = progress;
    const page = await provider.pastRuns({ fromMs, untilMs: untilMs + CLOCKS_APART_MS, after });
    let [taken, oldestMs] = [0, progress.oldestMs ?? Infinity];
    for (const run of page.runs) {
      oldestMs = Math.min(oldestMs, Date.parse(run.startedTime));
      if (await this.takeOver(provider, look, run, untilMs, page.aheadMs ?? 0)) taken += 1;
    }
    // Nothing new and nothing older where more was to come: the place is not understood.
    const isStuck = after !== null && taken === 0 && oldestMs >= (progress.oldestMs ?? Infinity);
    const isOver = page.next === null || isStuck || pages + 1 >= MOST_PAGES;
    await this.past.noteProgress(siteId, {
      next: page.next,
      pages: pages + 1,
      oldestMs: Number.isFinite(oldestMs) ? oldestMs : null,
      leftOut: progress.leftOut + page.leftOut,
      finishedMs: isOver ? this.clock.now() : null,
    });
    this.tell(siteId, page, taken, isOver);
  }

  /** @returns whether it was new */
  private async takeOver(
    provider: Provider,
    look: SiteLook,
    run: PastRun,
    untilMs: number,
    aheadMs: number,
  ): Promise<boolean> {
    const { siteId } = provider;
    const beganMs = Date.parse(run.startedTime) - aheadMs;
    const endedMs = Date.parse(run.endedTime ?? run.startedTime) - aheadMs;
    if (endedMs > untilMs) return false;
    const targetNativeId = run.targetNativeId ?? nativeIdByName(look, run);
    const operation = pastOperation(run, targetNativeId, provider, this.clock.now());
    if (await this.store.find(operation.id)) return false;
    const span = {
      beganMs,
      endedMs,
      actions: [run.action, ...run.orElse],
      targetId: targetNativeId === null ? null : publicId(siteId, targetNativeId),
      targetName: run.targetName,
    };
    if (isKnownRun(span, await this.near(siteId, span))) return false;
    return this.past.record(operation, wordsOf(run), isoTime(this.clock.now()));
  }

  private async near(
    siteId: string,
    { beganMs, endedMs, targetId, targetName }: Parameters<typeof isKnownRun>[0],
  ): Promise<Operation[]> {
    const { items, unreadable } = await this.store.list(
      {
        siteId,
        ...(targetId === null ? { q: targetName } : { targetId }),
        createdAfter: beganMs - UNSEEN_MS,
        createdBefore: endedMs + UNSEEN_MS,
        seen: Scope.ALL,
        newestFirst: false,
      },
      null,
      NEAR,
    );
    const [missing] = unreadable ?? [];
    // One of those that cannot be read may be this very run.
    if (missing) throw new ProblemError(problem('store-unavailable', missing.detail));
    return items;
  }

  /** What our own budget had no place for is asked for at the next look. */
  private async noteTrouble(
    siteId: string,
    { failures }: PastProgress,
    error: ProviderError | ProblemError,
  ): Promise<void> {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
    const isOfTheSite = error instanceof ProviderError;
    const kind = isOfTheSite ? error.kind : error.problem.code;
    const retryAfterMs = isOfTheSite ? (error.retryAfterMs ?? 0) : 0;
    const againInMs = Math.max(retryAfterMs, kind === 'RATE_LIMITED' ? 0 : pauseMs);
    this.log.warn({ siteId, kind, againInMs }, `its history was not taken over: ${error.message}`);
    await this.past.noteTrouble(siteId, error.message, this.clock.now() + againInMs);
  }

  private tell(siteId: string, { runs, leftOut }: PastRunsPage, taken: number, isOver: boolean): void {
    const told = { siteId, told: runs.length, taken, leftOut };
    if (isOver) this.log.info(told, 'what the site tells of its past is taken over');
    else this.log.debug(told, 'a part of what the site tells of its past is taken over');
  }
}

/** The one thing at the site that has this name now; a name that several bear says nothing. */
function nativeIdByName({ after: { survey } }: SiteLook, { targetType, targetName }: PastRun): string | null {
  const things = targetType === 'RECOVERY_PLAN' ? survey.plans : survey.groups;
  const [one, ...others] = things.filter(({ name }) => name === targetName);
  return one && others.length === 0 ? (parsePublicId(one.id)?.nativeId ?? null) : null;
}
