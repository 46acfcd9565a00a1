import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Authenticator } from '../../access/authenticator.js';
import { Scopes } from '../../access/scopes.js';
import { SEEN_WITH, type Right } from '../../domain/access/rights.js';
import { Clock } from '../../platform/clock.js';
import type { RequestAccess } from './request-access.js';

const LOOK_EVERY_MS = 20_000;
/** Where nobody could tell for so long, it is over: with the next look that is within the minute. */
const MOST_UNJUDGED_MS = 40_000;

interface Lasting {
  access: Pick<RequestAccess, 'principal' | 'seen'>;
  right: Right;
  judgedMs: number;
  end: () => void;
}

/**
 * Streams last for hours, rights do not: what a stream tells is bound to what its reader was allowed when it began, and it
 * ends within a minute of that being another. Whoever still may comes back, and is judged like everybody else.
 */
@Injectable()
export class LastingAccess implements BeforeApplicationShutdown {
  private readonly all = new Set<Lasting>();
  private readonly looking: NodeJS.Timeout;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly scopes: Scopes,
    private readonly clock: Clock,
  ) {
    this.looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.looking.unref();
  }

  /** Until the returned function is called. @param end called once, when it is over */
  watch(access: Lasting['access'], right: Right, end: () => void): () => void {
    const one = { access, right, judgedMs: this.clock.monotonic(), end };
    this.all.add(one);
    return () => this.all.delete(one);
  }

  /** At all that last, once. */
  async look(): Promise<void> {
    const nowMs = this.clock.monotonic();
    for (const one of this.all) if (nowMs - one.judgedMs >= MOST_UNJUDGED_MS) this.over(one);
    const isGood = new Map<object, Promise<boolean>>();
    await Promise.all(
      [...this.all].map(async (one) => {
        const { principal } = one.access;
        const good = isGood.get(principal) ?? this.authenticator.isStillGood(principal);
        isGood.set(principal, good);
        try {
          if ((await good) && (await this.seesTheSame(one))) one.judgedMs = nowMs;
          else this.over(one);
        } catch {
          // Nobody can tell now: at the next look, or it is over.
        }
      }),
    );
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.looking);
  }

  private async seesTheSame({ access: { principal, seen }, right }: Lasting): Promise<boolean> {
    return (await this.scopes.of(principal, SEEN_WITH[right])).key === seen.key;
  }

  private over(one: Lasting): void {
    if (this.all.delete(one)) one.end();
  }
}
