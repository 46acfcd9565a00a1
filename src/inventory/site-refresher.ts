import { isDeepStrictEqual } from 'node:util';
import { problem, type Problem } from '../domain/problem.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import { ProviderError } from '../providers/provider-error.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';
import { LeftInPeace } from '../providers/read-breaker.js';
import { beliefIn, noticedOf } from './belief.js';
import { isSettled } from './oddities.js';
import type { Doubt, ModelStore } from './redis-model-store.js';
import { SingleLooks } from './single-looks.js';
import { grown, takenMsOf, type DatedModel } from './site-model.js';

/** A second answer that agrees with a doubtful one counts only if it came at least so much later. */
export const CONFIRM_AFTER_MS = 5_000;
/** Who looks says so again and again. */
export interface LookTurn {
  /** Who has not said so for so long is taken for dead, milliseconds. */
  lastsMs: number;
  renewedEveryMs: number;
  /** Longer than any look takes, with its check and its single reads: after that nothing more is said. */
  longestMs: number;
}

const LOOK_TURN: LookTurn = { lastsMs: 10_000, renewedEveryMs: 2_500, longestMs: 90_000 };
const MOST_TRIES = 10;

export type LookResult =
  | { kind: 'BELIEVED'; known: DatedModel }
  /** The answer is told as an error until a second one agrees. */
  | { kind: 'DOUBTED' }
  | { kind: 'FAILED' }
  /** Nothing was asked: our own budget of requests had no place for it, or the site has been silent and is left in peace. */
  | { kind: 'POSTPONED'; problem: Problem; retryAfterMs: number | null }
  /** Somebody else is looking. */
  | { kind: 'TAKEN' };

/**
 * Looks at a site, and keeps what can be believed. One look at a time over all processes; a failed or implausible
 * one takes nothing away.
 */
export class SiteRefresher {
  constructor(
    private readonly store: ModelStore,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly turn = LOOK_TURN,
  ) {}

  async look(provider: Provider): Promise<LookResult> {
    const { siteId } = provider;
    const turn = await this.takeTurn(siteId);
    if (turn === null) return { kind: 'TAKEN' };
    const renewing = this.renewing(siteId, turn);
    const begunMs = this.clock.now();
    try {
      return await this.ask(provider);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error instanceof LeftInPeace)
        return await this.putOff(provider, error, providerProblem(error, provider));
      if (isOurs(error)) {
        const text = `There was no place for a look at ${provider.siteName}. ${error.message}`;
        return await this.putOff(provider, error, problem('inventory-postponed', text));
      }
      await this.noteFailure(provider, error, begunMs);
      return { kind: 'FAILED' };
    } finally {
      clearInterval(renewing);
      await this.store.leaveTurn(siteId, turn).catch(() => undefined);
    }
  }

  /** Lists that were read on the way to something else. Believed at once or not at all. Answers whether they changed anything. */
  async notice(provider: Provider, takenMs: number, lists: Partial<SiteSurvey>): Promise<boolean> {
    const before = await this.store.model(provider.siteId);
    if (!before) return false;
    const believed = await noticedOf(
      provider,
      before.model.survey,
      lists,
      await this.store.oddities(provider.siteId),
    );
    if (!believed.lists) {
      this.log.info({ siteId: provider.siteId, text: believed.text }, 'what was noticed is not believed');
      return false;
    }
    const { model } = await this.keep(provider.siteId, believed.lists, takenMs, false);
    return model.version !== before.model.version;
  }

  /** Whether we are let in, and what works only in part. Throws `ProviderError`. */
  async check(provider: Provider): Promise<void> {
    const takenMs = this.clock.now();
    const connection = await provider.check();
    await this.noting(provider.siteId, () =>
      this.store.noteConnection(provider.siteId, { takenMs, ...connection }),
    );
  }

  private async ask(provider: Provider): Promise<LookResult> {
    const { siteId, siteName } = provider;
    const [{ doubt, connection }, before] = await Promise.all([
      this.store.head(siteId),
      this.store.model(siteId),
    ]);
    const oddities = await this.store.oddities(siteId);
    let proof: Promise<void> | null = null;
    const prove = (): Promise<void> => (proof ??= this.check(provider));
    // A first answer, and one that was doubted and is asked for again, must come from a session that lives.
    const isOpen = Object.values(oddities).some((one) => !isSettled(one));
    if (doubt || !before || !connection || isOpen) await prove();
    const takenMs = this.clock.now();
    const survey = await provider.survey();
    const doubted = doubt && takenMs - doubt.firstMs >= CONFIRM_AFTER_MS ? doubt.digest : null;
    const known = before?.model.survey ?? null;
    const belief = await beliefIn(
      { provider, known, survey, oddities, doubted, takenMs },
      new SingleLooks(provider, prove),
    );
    if (belief.kind === 'DOUBTED') {
      await this.doubt(provider, doubt, belief, takenMs);
      return { kind: 'DOUBTED' };
    }
    if (!isDeepStrictEqual(belief.oddities, oddities))
      await this.noting(siteId, () => this.store.noteOddities(siteId, belief.oddities));
    if (belief.kind === 'NONSENSE') throw nonsense(`${siteName} ${belief.text}.`);
    return { kind: 'BELIEVED', known: await this.keep(siteId, belief.lists, takenMs, true) };
  }

  private async doubt(
    provider: Provider,
    last: Doubt | null,
    { digest, text }: { digest: string; text: string },
    takenMs: number,
  ): Promise<void> {
    const sentence = `${provider.siteName} answered with ${text}; it is being asked again, and what was known is shown meanwhile.`;
    this.log.warn({ siteId: provider.siteId }, sentence);
    await this.store.noteDoubt(provider.siteId, {
      firstMs: last?.digest === digest ? last.firstMs : takenMs,
      lastMs: takenMs,
      digest,
      problem: providerProblem(nonsense(sentence), provider),
    });
  }

  /** What is believed now. A store that is full keeps nothing, but takes nothing away. */
  private async keep(
    siteId: string,
    lists: Partial<SiteSurvey>,
    takenMs: number,
    whole: boolean,
  ): Promise<DatedModel> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const known = await this.store.model(siteId);
      const next = grown(known, lists, takenMs);
      try {
        if (await this.store.keep(siteId, known, next, whole)) return next;
      } catch (error) {
        if (!isRedisTrouble(error)) throw error;
        this.log.warn({ siteId }, 'what was seen could not be kept');
        return next;
      }
    }
    throw new Error(`what ${siteId} holds was written by others ${MOST_TRIES} times in a row`);
  }

  private async takeTurn(siteId: string): Promise<string | null> {
    try {
      return await this.store.takeTurn(siteId, this.turn.lastsMs);
    } catch (error) {
      if (!isRedisTrouble(error)) throw error;
      // A store that is full must not keep anybody from looking.
      return '';
    }
  }

  private renewing(siteId: string, turn: string): NodeJS.Timeout {
    const { lastsMs, renewedEveryMs, longestMs } = this.turn;
    const begun = this.clock.monotonic();
    const timer = setInterval(() => {
      if (this.clock.monotonic() - begun > longestMs) clearInterval(timer);
      // Who is not heard loses the turn: two looks at a time cost requests, and spoil nothing.
      else this.store.keepTurn(siteId, turn, lastsMs).catch(() => undefined);
    }, renewedEveryMs);
    return timer;
  }

  /** Of a look that nobody overtook: one that began later knows better. */
  private async noteFailure(provider: Provider, error: ProviderError, begunMs: number): Promise<void> {
    const { siteId } = provider;
    this.log.warn({ siteId, kind: error.kind, upstream: error.upstream }, error.message);
    await this.noting(siteId, async () => {
      const { failure, times } = await this.store.head(siteId);
      if (times && takenMsOf(times) > begunMs) return;
      await this.store.noteFailure(siteId, {
        atMs: this.clock.now(),
        problem: providerProblem(error, provider),
        times: (failure?.times ?? 0) + 1,
        retryAfterMs: error.retryAfterMs,
      });
    });
  }

  private async putOff(
    { siteId }: Provider,
    { retryAfterMs }: ProviderError,
    reason: Problem,
  ): Promise<LookResult> {
    const postponed = { atMs: this.clock.now(), problem: reason };
    await this.noting(siteId, () => this.store.notePostponement(siteId, postponed));
    return { kind: 'POSTPONED', problem: reason, retryAfterMs };
  }

  private async noting(siteId: string, note: () => Promise<void>): Promise<void> {
    try {
      await note();
    } catch (trouble) {
      if (!isRedisTrouble(trouble)) throw trouble;
      this.log.warn({ siteId }, 'what was learnt could not be noted');
    }
  }
}

function nonsense(sentence: string): ProviderError {
  return new ProviderError('BAD_ANSWER', sentence, { retry: 'TEMPORARY' });
}

/** An upstream that sets a limit says so in words of its own. */
function isOurs({ kind, upstream }: ProviderError): boolean {
  return kind === 'RATE_LIMITED' && upstream.status === null && upstream.code === null;
}
