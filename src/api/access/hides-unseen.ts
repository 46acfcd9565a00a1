import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from './request-access.js';
import { UnseenOperations } from './unseen-operations.js';

/** Whatever a controller answers, or throws, names no operation that the asker may not see. Streams see to it themselves. */
@Injectable()
export class HidesUnseen implements NestInterceptor {
  constructor(private readonly unseen: UnseenOperations) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { access } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!access || access.seen.isAll) return next.handle();
    const { seen } = access;
    return next.handle().pipe(
      mergeMap((value) => from(this.unseen.hidden(value, seen))),
      catchError((error: unknown) =>
        from(this.unseen.hiddenError(error, seen)).pipe(mergeMap((told) => throwError(() => told))),
      ),
    );
  }
}
