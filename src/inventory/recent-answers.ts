import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import { withinMsOrNull } from '../platform/within.js';
import { ProviderError, type ProviderErrorKind } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import { KEPT_MS, type AnswerStore, type KeptAnswer } from './redis-answer-store.js';
import type { ModelStore } from './redis-model-store.js';

export interface RecentAnswer<T> {
  value: T;
  ageMs: number;
  /** STALE: the site was asked, and gave no good answer in time; this is the last good one. */
  state: 'FRESH' | 'STALE';
}

type Found<T> = KeptAnswer<T> & { isFresh: boolean };

interface Flight<T> {
  begunMs: number;
  known: Promise<Found<T> | null>;
  answer: Promise<KeptAnswer<T>>;
}

interface Question<T> {
  siteId: string;
  question: string;
  ask: () => Promise<T>;
  /** How long the answer is of use where no other comes. */
  lastsMs: number;
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
   * @param isPassing nobody will ask just the same again: the answer is kept for a crowd that asks at the same time
   * Throws what the site says of the thing itself (`NOT_FOUND` among it), and troubles where nothing else is known.
   */
  async read<T>(
    provider: Provider,
    question: string,
    insists: boolean,
    ask: () => Promise<T>,
    isPassing = false,
  ): Promise<RecentAnswer<T>> {
    const asked: Question<T> = {
      siteId: provider.siteId,
      question,
      ask,
      lastsMs: isPassing ? FRESH_MS : KEPT_MS,
    };
    if (insists) return this.told(await this.ask(asked), 'FRESH');
    const flight = await this.join(asked);
    const known = await flight.known;
    if (!known || known.isFresh) return this.told(await flight.answer, 'FRESH');
    try {
      const answer = await withinMsOrNull(PATIENCE_MS, flight.answer);
      return answer ? this.told(answer, 'FRESH') : this.told(known, 'STALE');
    } catch (error) {
      if (!(error instanceof ProviderError) || !TROUBLES.includes(error.kind)) throw error;
      this.log.info(
        { siteId: provider.siteId, kind: error.kind },
        `an older answer is shown: ${error.message}`,
      );
      return this.told(known, 'STALE');
    }
  }

  private told<T>({ takenMs, value }: KeptAnswer<T>, state: 'FRESH' | 'STALE'): RecentAnswer<T> {
    return { value, state, ageMs: Math.max(0, this.clock.now() - takenMs) };
  }

  /** What is known, and what is as good as new; for all who want it at the same time, with no event of ours between. */
  private async join<T>(asked: Question<T>): Promise<Flight<T>> {
    const name = `${asked.siteId} ${asked.question}`;
    const running = this.underway.get(name) as Flight<T> | undefined;
    if (!running) return this.begin(name, asked);
    const lastEventMs = await this.trying(asked.siteId, () => this.models.lastEventMs(asked.siteId));
    if (running.begunMs > (lastEventMs ?? 0)) return running;
    const newer = this.underway.get(name) as Flight<T> | undefined;
    return newer && newer !== running ? newer : this.begin(name, asked);
  }

  private begin<T>(name: string, asked: Question<T>): Flight<T> {
    const known = this.find<T>(asked);
    const answer = known
      .then((found) => (found?.isFresh ? found : this.ask(asked)))
      .finally(() => {
        if (this.underway.get(name) === flight) this.underway.delete(name);
      });
    answer.catch(() => undefined);
    const flight: Flight<T> = { known, answer, begunMs: this.clock.now() };
    this.underway.set(name, flight);
    return flight;
  }

  private async ask<T>({ siteId, question, ask, lastsMs }: Question<T>): Promise<KeptAnswer<T>> {
    const takenMs = this.clock.now();
    try {
      const answer = { takenMs, untilMs: takenMs + lastsMs, value: await ask() };
      await this.trying(siteId, () => this.answers.keep(siteId, question, answer));
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'NOT_FOUND')
        await this.trying(siteId, () => this.answers.forget(siteId, question));
      throw error;
    }
  }

  /** Without a store every read is a live one. */
  private async find<T>({ siteId, question }: Question<T>): Promise<Found<T> | null> {
    const [known, lastEventMs] = (await this.trying(siteId, () =>
      Promise.all([this.answers.find<T>(siteId, question), this.models.lastEventMs(siteId)]),
    )) ?? [null, 0];
    if (!known || this.clock.now() >= known.untilMs) return null;
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
