import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleWhenResult,
  type CircuitBreakerPolicy,
  type IBackoff,
  type IBackoffFactory,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import type { Clock } from '../platform/clock.js';
import { TransportError } from '../platform/http/transport-error.js';
import type { Log } from '../platform/log/log.js';
import { hearing, type Hearing, type Sign } from './hearing.js';
import { ProviderError } from './provider-error.js';

/** CLOSED = the site is read. OPEN = it is not asked. HALF_OPEN = one read finds out how it is. */
export const BREAKER_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

export interface BreakerView {
  state: BreakerState;
  /** Milliseconds until a read is let through again; null = it is not open. */
  probeInMs: number | null;
}

export interface ReadBreakerParts {
  siteId: string;
  siteName: string;
  clock: Pick<Clock, 'monotonic'>;
  /** How long a read may take, all its requests together. */
  readTimeoutMs: number;
  /** Absent = nobody is told. */
  log?: Log;
}

/** So many reads in a row to which the site said nothing: it is left in peace … */
const MOST_SILENT = 5;
/** … for so long, half of it by chance, and for up to twice as long each time that it says nothing again. */
const PAUSES = { initialDelay: 5_000, maxDelay: 30_000, generator: halfJitterGenerator };
/** While one read finds out, the others come back after so long. */
const PROBE_MS = 2_000;
/** Whatever hears its signal is over by then; who does not would keep everybody else away for ever. */
const PROBE_GRACE_MS = 5_000;

/** The site was not asked: it has said nothing of late. UNAVAILABLE, TEMPORARY, with the time until it is asked again. */
export class LeftInPeace extends ProviderError {
  constructor({ siteName }: Pick<ReadBreakerParts, 'siteName'>, retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    super(
      'UNAVAILABLE',
      `${siteName} has not answered of late, so it is not asked; it is asked again in ${seconds} s.`,
      { retry: 'TEMPORARY', retryAfterMs: seconds * 1000 },
    );
  }
}

type Word = 'HEARD' | 'SILENT' | 'NOTHING_SAID';
type Pauses = IBackoffFactory<IHalfOpenAfterBackoffContext>;
type Outcome<T> = { word: Word } & ({ value: T } | { error: unknown });

/** What came of a read that is no sign of how the site is now. */
class NoSign extends Error {
  constructor(readonly outcome: Outcome<unknown>) {
    super('no sign');
  }
}

/**
 * The circuit breaker of what is only read at one site, in one process: who reads a site that hangs would wait for nothing, and
 * take from others the places to wait in. Sends, the looks before them and the watching of what is under way never come
 * here: they need the site's own word, and their refusal would be a decision.
 */
export class ReadBreaker {
  private readonly circuit: CircuitBreakerPolicy;
  /** By the monotonic clock. */
  private pausedUntilMs = 0;
  private isTold = false;
  private readonly silences = new ConsecutiveBreaker(MOST_SILENT);
  private probe: { untilMs: number; giveUp: () => void } | null = null;

  constructor(private readonly parts: ReadBreakerParts) {
    this.circuit = circuitBreaker(
      handleWhenResult((result) => (result as Outcome<unknown>).word !== 'HEARD'),
      {
        breaker: this.silences,
        halfOpenAfter: this.byOurClock(new ExponentialBackoff<number>(PAUSES)),
      },
    );
    this.circuit.onStateChange((state) => this.tell(state));
  }

  get view(): BreakerView {
    switch (this.circuit.state) {
      case CircuitState.Closed:
        return { state: 'CLOSED', probeInMs: null };
      case CircuitState.HalfOpen:
        return { state: 'HALF_OPEN', probeInMs: null };
      default:
        return { state: 'OPEN', probeInMs: Math.max(0, this.pausedUntilMs - this.parts.clock.monotonic()) };
    }
  }

  /** Throws `LeftInPeace` without having asked, and whatever the read throws. */
  async around<T>(read: () => Promise<T>): Promise<T> {
    const { state, probeInMs } = this.view;
    if (state === 'HALF_OPEN') {
      if (this.probe && this.parts.clock.monotonic() >= this.probe.untilMs) this.probe.giveUp();
      throw new LeftInPeace(this.parts, PROBE_MS);
    }
    if (probeInMs !== null && probeInMs > 0) throw new LeftInPeace(this.parts, probeInMs);
    return told(await this.judged(read, state === 'OPEN'));
  }

  /** A look that is never refused. Its answer is a good sign for those who read; its failure is none. */
  async beside<T>(look: () => Promise<T>): Promise<T> {
    const outcome = await outcomeOf(look);
    if (outcome.word === 'HEARD') this.heard();
    return told(outcome);
  }

  /** The site answered: silences are counted anew, and the next read may find out. */
  private heard(): void {
    if (this.circuit.state === CircuitState.Closed) this.silences.success();
    this.pausedUntilMs = Math.min(this.pausedUntilMs, this.parts.clock.monotonic());
  }

  private async judged<T>(read: () => Promise<T>, isProbe: boolean): Promise<Outcome<T>> {
    try {
      return await this.circuit.execute(async () => {
        const outcome = await (isProbe ? this.probing(read) : outcomeOf(read));
        if (isProbe) return outcome;
        const isLate = this.circuit.state !== CircuitState.Closed;
        if (isLate && outcome.word === 'HEARD') this.heard();
        // Thrown, it counts neither for nor against the site.
        if (isLate || outcome.word === 'NOTHING_SAID') throw new NoSign(outcome);
        return outcome;
      });
    } catch (error) {
      if (error instanceof NoSign) return error.outcome as Outcome<T>;
      throw error;
    }
  }

  /** Given up when the next who comes finds that it takes too long: nobody but they would gain by it. */
  private async probing<T>(read: () => Promise<T>): Promise<Outcome<T>> {
    const untilMs = this.parts.clock.monotonic() + this.parts.readTimeoutMs + PROBE_GRACE_MS;
    const givenUp = new Promise<Outcome<T>>((resolve) => {
      this.probe = { untilMs, giveUp: () => resolve({ word: 'SILENT', error: neverOver() }) };
    });
    try {
      return await Promise.race([outcomeOf(read), givenUp]);
    } finally {
      this.probe = null;
    }
  }

  /** The library goes by the wall clock, which may be set: its own pauses are over at once, and ours are kept here. */
  private byOurClock(backoff: Pauses): Pauses {
    return {
      next: (context) => {
        const nowMs = this.parts.clock.monotonic();
        if (isUntold(context.result)) {
          // Nobody asked the site: the next read finds out, and the pauses are as long as they were.
          this.pausedUntilMs = nowMs;
          return over(this.byOurClock(backoff));
        }
        const pause = backoff.next(context);
        this.pausedUntilMs = nowMs + pause.duration;
        return over(this.byOurClock(pause));
      },
    };
  }

  /** Once when it opens and once when it closes, however often it is tried in between. */
  private tell(state: CircuitState): void {
    const { siteId, siteName, log } = this.parts;
    if (state === CircuitState.Open && !this.isTold) {
      this.isTold = true;
      log?.warn(
        { siteId, breaker: 'OPEN' },
        `${siteName} says nothing: it is read no more, but for a try now and then`,
      );
    }
    if (state === CircuitState.Closed && this.isTold) {
      this.isTold = false;
      log?.info({ siteId, breaker: 'CLOSED' }, `${siteName} answers again: it is read as before`);
    }
  }
}

function over(next: Pauses): IBackoff<IHalfOpenAfterBackoffContext> {
  return { duration: -Infinity, next: (context) => next.next(context) };
}

function isUntold(result: IHalfOpenAfterBackoffContext['result']): boolean {
  return 'value' in result && (result.value as Outcome<unknown>).word === 'NOTHING_SAID';
}

function neverOver(): ProviderError {
  return new ProviderError('TIMEOUT', 'The read did not end in time.', { retry: 'TEMPORARY' });
}

async function outcomeOf<T>(read: () => Promise<T>): Promise<Outcome<T>> {
  const noted: Hearing = { sign: null };
  try {
    return { word: 'HEARD', value: await hearing(noted, read) };
  } catch (error) {
    return { word: wordOf(error, noted.sign), error };
  }
}

function told<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/**
 * A fault that the upstream finds with the thing asked for (PERMANENT) is an answer, whatever its status. So is one that says
 * too little (a list with gaps, work that is not finished yet): the driver makes an error of it, but not of a silence.
 */
function wordOf(error: unknown, sign: Sign | null): Word {
  if (!(error instanceof ProviderError)) return 'NOTHING_SAID';
  const { kind, retry, upstream, cause } = error;
  // What several wait for in common (a log-in) is noted with the first of them.
  if (cause instanceof TransportError) return 'SILENT';
  if (kind === 'TIMEOUT' || kind === 'UNAVAILABLE')
    return upstream.status === null && sign === 'ANSWER' ? 'HEARD' : 'SILENT';
  if (upstream.status !== null) return upstream.status >= 500 && retry === 'TEMPORARY' ? 'SILENT' : 'HEARD';
  return kind === 'BAD_ANSWER' ? 'HEARD' : 'NOTHING_SAID';
}
