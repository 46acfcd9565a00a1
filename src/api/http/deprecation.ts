import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { addLink } from './link.js';

/** Of a route that is to go; days are UTC, such as `2027-01-31`. */
export interface Deprecation {
  /** Since when there is something better. */
  since: string;
  /** From when on it may be gone; absent = nobody knows yet. */
  sunset?: string;
  /** Where what is to be used instead is told: a path of ours, or an address. */
  instead: string;
}

/** Tells it with every answer of the route: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link. */
export class TellsDeprecation implements NestInterceptor {
  constructor(private readonly deprecation: Deprecation) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { since, sunset, instead } = this.deprecation;
    void reply.header('deprecation', `@${Date.parse(since) / 1000}`);
    if (sunset !== undefined) void reply.header('sunset', new Date(sunset).toUTCString());
    addLink(reply, instead, 'deprecation');
    return next.handle();
  }
}
