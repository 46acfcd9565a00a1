import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { ProblemError } from '../../domain/problem.js';
import { RecordedRequests } from './recorded-requests.js';
import type { AuthenticatedRequest } from './request-access.js';

/** Behind the guards: what was let in is recorded before it is done, and so is what is refused further in. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly recorded: RecordedRequests) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    await this.recorded.allowed(request);
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof ProblemError && error.problem.status === 403)
          this.recorded.refused(request, error, request.access?.right ?? null);
        throw error;
      }),
    );
  }
}
