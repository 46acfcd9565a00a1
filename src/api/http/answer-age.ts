import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { wantsFresh } from './cache-control.js';

/** How old the answer to one request is: as old as the oldest read that it is made of. */
export class AnswerAge {
  private oldestMs: number | null = null;
  private stale = false;

  /** @param insists whether the client takes no answer but one that is read now */
  constructor(readonly insists: boolean) {}

  note({ ageMs, state }: { ageMs: number; state: 'FRESH' | 'STALE' }): void {
    this.oldestMs = Math.max(this.oldestMs ?? 0, ageMs);
    this.stale ||= state === 'STALE';
  }

  headers(): Record<string, string> {
    if (this.oldestMs === null) return {};
    return { age: String(Math.floor(this.oldestMs / 1000)), 'source-state': this.stale ? 'STALE' : 'FRESH' };
  }
}

const AGES = new AsyncLocalStorage<AnswerAge>();

/** Of the request that is being answered; null = none that tells its age. */
export function answerAge(): AnswerAge | null {
  return AGES.getStore() ?? null;
}

/** Tells how old the answer is: `Age`, `Source-State`. */
export class TellsAge implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const age = new AnswerAge(wantsFresh(http.getRequest<FastifyRequest>()));
    return AGES.run(age, () => next.handle()).pipe(
      tap(() => {
        void http.getResponse<FastifyReply>().headers(age.headers());
      }),
    );
  }
}
