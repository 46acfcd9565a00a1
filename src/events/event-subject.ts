import type { Scope } from '../domain/access/scope.js';
import { whereaboutsOf } from '../domain/access/whereabouts.js';
import type { OperationEvent } from '../domain/operation-event.js';
import type { Operation } from '../domain/operation.js';

/** Whose event it is: what of the record never changes, for readers who pick and show. */
export interface EventSubject {
  siteId: string;
  provider: string | null;
  action: Operation['action'] | null;
  direction: Operation['direction'];
  targetType: Operation['target']['type'] | null;
  /** null until a creation has made it. */
  targetId: string | null;
  targetName: string | null;
  requestedBy: string | null;
  origin: Operation['origin'] | null;
  /**
   * Public ids of everything that it lies at, for those who see only a part of the site; never told. Absent = not known: only
   * who sees the whole site hears of it.
   */
  liesAt?: readonly string[];
}

/** Which events a reader wants; absent = any. */
export interface EventFilter {
  /** What the reader may hear of at all. Absent = of everything: nobody outside listens, or it was judged before. */
  seen?: Scope | undefined;
  siteId?: string | undefined;
  provider?: string | undefined;
  action?: string | undefined;
  targetId?: string | undefined;
  operationId?: string | undefined;
  requestedBy?: string | undefined;
  origin?: string | undefined;
  type?: readonly OperationEvent['type'][] | undefined;
}

export function subjectOf(operation: Operation): EventSubject {
  const { siteId, provider, action, direction, target, requestedBy, origin } = operation;
  return {
    ...{ siteId, provider, action, direction },
    targetType: target.type,
    targetId: target.id,
    targetName: target.name,
    ...{ requestedBy, origin },
    liesAt: whereaboutsOf(operation).targetIds,
  };
}

/** Of an operation whose record cannot be read. */
export function subjectUnknown(siteId: string): EventSubject {
  const unknown = { provider: null, action: null, direction: null, targetType: null, targetId: null };
  return { siteId, ...unknown, targetName: null, requestedBy: null, origin: null };
}

/** Whether the reader wants to hear of the operation at all. */
export function isWanted(operationId: string, subject: EventSubject, filter: EventFilter): boolean {
  return (
    isSeen(subject, filter.seen) &&
    (filter.operationId === undefined || filter.operationId === operationId) &&
    (filter.siteId === undefined || filter.siteId === subject.siteId) &&
    (filter.provider === undefined || filter.provider === subject.provider) &&
    (filter.action === undefined || filter.action === subject.action) &&
    (filter.targetId === undefined || filter.targetId === subject.targetId) &&
    (filter.requestedBy === undefined || filter.requestedBy === subject.requestedBy) &&
    (filter.origin === undefined || filter.origin === subject.origin)
  );
}

/** The same for filters that want the same; another one for every scope. */
export function filterKey({ seen, ...wishes }: EventFilter): string {
  const sorted = Object.entries(wishes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([seen?.key ?? '*', sorted]);
}

function isSeen({ siteId, liesAt = [] }: EventSubject, seen: Scope | undefined): boolean {
  return seen === undefined || seen.isAll || seen.covers({ siteId, targetIds: liesAt });
}
