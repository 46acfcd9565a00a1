import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../access/audit-trail.js';
import type { Right } from '../../domain/access/rights.js';
import { ProblemError } from '../../domain/problem.js';
import { decisionOf } from './decisions.js';
import type { AuthenticatedRequest } from './request-access.js';

const ONLY_READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** What is decided at the door, told to the audit. */
@Injectable()
export class RecordedRequests {
  constructor(private readonly audit: AuditTrail) {}

  /** Any use of the sealed key, also one that only reads. It lets in even where nothing can be recorded. */
  sealedKeyUsed(request: AuthenticatedRequest): void {
    if (request.access?.principal.kind === 'BREAK_GLASS')
      void this.audit.record(decisionOf(request, 'BREAK_GLASS_USED')).catch(() => undefined);
  }

  /** Before anything is done. Reads that are allowed are not recorded. Rejects when it cannot be kept. */
  async allowed(request: AuthenticatedRequest): Promise<void> {
    if (request.access && !ONLY_READS.includes(request.method))
      await this.audit.record(decisionOf(request, 'ALLOWED'));
  }

  /**
   * Nobody waits for it: what is refused stays refused, whether or not it can be kept, and is not slower than what is not
   * there.
   */
  refused(request: AuthenticatedRequest, error: unknown, right: Right | null): void {
    if (!(error instanceof ProblemError)) return;
    const { code } = error.problem;
    void this.audit.record(decisionOf(request, 'REFUSED', { right, code })).catch(() => undefined);
  }
}
