import { heldText, type Blocking } from '../domain/allowed-actions.js';
import { isNewer, WRITTEN_SCHEMA } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import type { Blocker } from '../providers/provider-driver.js';
import type { PreflightReport } from './operation-request.js';

/** Whether nothing stands in the way but the site itself: an upstream that is not available, not a wrong state. */
export function isBlockedBySite(blocking: readonly Blocking[], blockers: readonly Blocker[]): boolean {
  const ofSite = new Set(blockers.filter((blocker) => blocker.ofSite).map(({ code }) => code));
  return blocking.length > 0 && blocking.every(({ code }) => ofSite.has(code));
}

/** Why the request is not accepted, as its sender hears it. */
export function refusalOf(report: PreflightReport): ProblemError {
  const wrongState = report.blocking.some((b) => b.code === 'wrong-state');
  const detail = report.blocking.map((b) => b.text).join(' ');
  if (!report.heldBy && report.blocking.some((b) => b.code === 'not-as-expected')) {
    return new ProblemError(problem('state-changed', detail, { blocking: report.blocking }));
  }
  if (report.heldBy) return busy(report.heldBy, report.heldOutsideBy ?? null, report.blocking);
  if (!wrongState && report.blocking.some((b) => b.code === 'wrong-direction')) {
    return new ProblemError(problem('wrong-direction', detail, { blocking: report.blocking }));
  }
  if (report.blocking.some((b) => b.code === 'unsupported-action')) {
    return new ProblemError(problem('unsupported-action', detail, { blocking: report.blocking }));
  }
  const code = report.blockedBySite ? 'upstream-unavailable' : 'action-not-allowed';
  return new ProblemError(problem(code, detail, { blocking: report.blocking }));
}

/** Throws `ProblemError` for what only a later version of the gateway may change. */
export function refuseNewer(operation: Operation): void {
  if (!isNewer(operation)) return;
  throw new ProblemError(
    problem(
      'newer-record',
      `The record of operation ${operation.id} has schema ${operation.schema}; this process changes those up to ${WRITTEN_SCHEMA}.`,
    ),
    { 'retry-after': '10' },
  );
}

/** Who began it, if not through the gateway. */
export function outsideBy(operation: Operation | null): string | null {
  return operation?.origin === 'EXTERNAL' ? operation.requestedBy : null;
}

export function busy(
  heldBy: string,
  heldOutsideBy: string | null,
  blocking?: PreflightReport['blocking'],
): ProblemError {
  return new ProblemError(
    problem('operation-in-progress', heldText(heldBy, heldOutsideBy), {
      ...(blocking ? { blocking } : {}),
      nextActions: [
        { title: 'Look at the operation that holds it', method: 'GET', href: operationPath(heldBy) },
      ],
    }),
    { link: `<${operationPath(heldBy)}>; rel="blocking-operation"`, 'retry-after': '10' },
  );
}
