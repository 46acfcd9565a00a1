import type { Operation } from '../domain/operation.js';
import type { Log } from '../platform/log/log.js';

/** Once, when it has come to be UNKNOWN: for those who are told by the log, beside the event and the finding. */
export function tellUnknown(
  log: Log,
  { id: operationId, siteId, action, target, evidence }: Operation,
): void {
  log.error(
    { operationId, siteId, action, target: target.id, evidence },
    'what became of an operation is not known: a person must decide (POST /v1/operations/{id}/resolution)',
  );
}
