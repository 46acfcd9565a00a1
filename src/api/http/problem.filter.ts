import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type ProblemCode } from '../../domain/problem-kinds.js';
import { problem, ProblemError, type Problem } from '../../domain/problem.js';
import type { Log } from '../../platform/log/log.js';
import { StoreGuardedError } from '../../operations/guard/store-guard.js';
import { NotDurableError } from '../../operations/not-durable.js';
import { isRedisTrouble } from '../../platform/redis/trouble.js';
import { allowedMethods } from './allowed-methods.js';
import type { AuthenticatedRequest } from '../access/request-access.js';
import { PROBLEM_TYPE, problemAnswer } from './problem-answer.js';
import type { RequestRates } from './request-rates.js';

/** Every error leaves as application/problem+json; what is not foreseen is ours, logged, and shown as little as possible. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly rates: RequestRates,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = await this.counted(
      thrown instanceof NotFoundException ? notRouted(thrown, request) : thrown,
      request,
    );
    const found = problemFor(error);
    if (found.status >= 500 && found.code === 'internal-error') {
      this.log.error(
        { requestId: request.id, path: request.url.split('?')[0], err: describe(error) },
        'request failed',
      );
    }
    if (reply.sent || reply.raw.headersSent) return;
    const headers = {
      ...(found.status === 503 ? { 'retry-after': '5' } : {}),
      ...(error instanceof StoreGuardedError ? { 'retry-after': inSeconds(error.retryAfterMs) } : {}),
      ...(error instanceof ProblemError ? error.headers : {}),
    };
    void reply
      .code(found.status)
      .headers(headers)
      .type(PROBLEM_TYPE)
      .send(problemAnswer(found, request.url, request.id));
  }

  /** Who is refused has asked, too. */
  private async counted(error: unknown, request: AuthenticatedRequest): Promise<unknown> {
    try {
      if (error instanceof ProblemError && error.problem.code === 'unauthenticated')
        await this.rates.failed(request);
      else await this.rates.asked(request);
      return error;
    } catch (refusal) {
      return refusal;
    }
  }
}

/** No route took it: is it the path that is wrong, or the method? */
function notRouted(error: NotFoundException, { method, url, server }: FastifyRequest): Error {
  const allowed = allowedMethods(server, url);
  if (allowed.length === 0 || allowed.includes(method)) return error;
  const allow = allowed.join(', ');
  return new ProblemError(
    problem('method-not-allowed', `There is no ${method} at this path; it takes ${allow}.`),
    { allow },
  );
}

/** Which of our problems a framework's status is. */
const BY_STATUS = new Map<number, ProblemCode>([
  [400, 'invalid-request'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'payload-too-large'],
  [415, 'unsupported-media-type'],
  [429, 'rate-limited'],
]);

function problemFor(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof StoreGuardedError) return problem('store-reconciling', error.message);
  if (error instanceof NotDurableError)
    return problem(
      'not-durable',
      `${error.message} It counts as far as the store goes: look at it, and ask again.`,
    );
  if (isRedisTrouble(error)) {
    return problem('store-unavailable', 'The gateway cannot reach its store, or the store takes no writes.');
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number })?.statusCode;
  const code = BY_STATUS.get(status ?? 500) ?? 'internal-error';
  if (code === 'internal-error')
    return problem(code, 'The gateway has a fault; the request id finds it in the logs.');
  const text = error instanceof Error ? error.message : PROBLEMS[code].meaning;
  return problem(code, code === 'not-found' ? 'There is nothing at this path.' : text);
}

function inSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

function describe(error: unknown): { message: string; stack: string | undefined } {
  return error instanceof Error
    ? { message: error.message.slice(0, 500), stack: error.stack?.slice(0, 2000) }
    : { message: String(error).slice(0, 500), stack: undefined };
}
