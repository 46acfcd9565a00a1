import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import { ProviderError, type ProviderErrorKind } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { AnswerStore, KeptAnswer } from './redis-answer-store.js';
import type { ModelStore } from './redis-model-store.js';
import { within } from './within.js';

export interface RecentAnswer<T> {
  value: T;
  ageMs: number;
  /** STALE: the site was asked, and gave no good answer in time; this is the last good one. */
  state: 'FRESH' | 'STALE';
}

type Found<T> = KeptAnswer<T> & { isFresh: boolean };

interface Flight<T> {
  known: Promise<Found<T> | null>;
  answer: Promise<KeptAnswer<T>>;
}

/** Younger than this, and with no event of ours since, an answer is as good as a new one. */
const FRESH_MS = 3_000;
/** So long a slow site is waited for where an older answer is known. */
const PATIENCE_MS = 3_000;

/** What says nothing about what was asked: the site is in trouble, or we may not ask now. */
const TROUBLES: readonly ProviderErrorKind[] = [
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'TIMEOUT',
  'BAD_ANSWER',
  'UPSTREAM_FAULT',
];

/**
 * Single reads of one site, for those who look and not for those who act: a crowd that looks at one thing costs one
 * request every few seconds, and a site in trouble takes nothing away that was seen before.
 */
export class RecentAnswers {
  private readonly underway = new Map<string, Flight<unknown>>();

  constructor(
    private readonly answers: AnswerStore,
    private readonly models: ModelStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * @param question names the read and what it is asked for; the same text gets the same answer
   * @param insists the answer must be read from now on, or be an error
   * Throws what the site says of the thing itself (`NOT_FOUND` among it), and troubles where nothing else is known.
   */
  async read<T>(
    provider: Provider,
    question: string,
    insists: boolean,
    ask: () => Promise<T>,
  ): Promise<RecentAnswer<T>> {
    const { siteId } = provider;
    if (insists) return this.told(await this.ask(siteId, question, ask), 'FRESH');
    const flight = this.join(siteId, question, ask);
    const known = await flight.known;
    if (!known || known.isFresh) return this.told(await flight.answer, 'FRESH');
    try {
      const answer = await within(flight.answer, PATIENCE_MS);
      return answer ? this.told(answer, 'FRESH') : this.told(known, 'STALE');
    } catch (error) {
      if (!(error instanceof ProviderError) || !TROUBLES.includes(error.kind)) throw error;
      this.log.info({ siteId, kind: error.kind }, `an older answer is shown: ${error.message}`);
      return this.told(known, 'STALE');
    }
  }

  private told<T>({ takenMs, value }: KeptAnswer<T>, state: 'FRESH' | 'STALE'): RecentAnswer<T> {
    return { value, state, ageMs: Math.max(0, this.clock.now() - takenMs) };
  }

  /** What is known, and what is as good as new; for all who want it at the same time. */
  private join<T>(siteId: string, question: string, ask: () => Promise<T>): Flight<T> {
    const name = `${siteId} ${question}`;
    const running = this.underway.get(name) as Flight<T> | undefined;
    if (running) return running;
    const known = this.find<T>(siteId, question);
    const answer = known
      .then((found) => (found?.isFresh ? found : this.ask(siteId, question, ask)))
      .finally(() => this.underway.delete(name));
    answer.catch(() => undefined);
    const flight = { known, answer };
    this.underway.set(name, flight);
    return flight;
  }

  private async ask<T>(siteId: string, question: string, ask: () => Promise<T>): Promise<KeptAnswer<T>> {
    const takenMs = this.clock.now();
    try {
      const answer = { takenMs, value: await ask() };
      await this.trying(siteId, () => this.answers.keep(siteId, question, answer));
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'NOT_FOUND')
        await this.trying(siteId, () => this.answers.forget(siteId, question));
      throw error;
    }
  }

  /** Without a store every read is a live one. */
  private async find<T>(siteId: string, question: string): Promise<Found<T> | null> {
    const [known, lastEventMs] = (await this.trying(siteId, () =>
      Promise.all([this.answers.find<T>(siteId, question), this.models.lastEventMs(siteId)]),
    )) ?? [null, 0];
    if (!known) return null;
    const isFresh = this.clock.now() - known.takenMs < FRESH_MS && known.takenMs > lastEventMs;
    return { ...known, isFresh };
  }

  private async trying<T>(siteId: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!isRedisTrouble(error)) throw error;
      this.log.warn({ siteId }, 'the store of answers does not answer');
      return null;
    }
  }
}
