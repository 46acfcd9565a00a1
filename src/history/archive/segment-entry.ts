import { createHash } from 'node:crypto';
import { groupsOf, targetsOf } from '../../domain/access/whereabouts.js';
import type { Scope } from '../../domain/access/scope.js';
import type { OperationEvent } from '../../domain/operation-event.js';
import type { Operation } from '../../domain/operation.js';
import type { IdempotencyClaim, OperationFilter } from '../../operations/operation-store.js';

/** One line of a segment: an operation that has ended, with everything that was kept of it. */
export interface SegmentEntry {
  record: Operation;
  /** With the places that they had in the shard's stream, oldest first. */
  events: (readonly [offset: string, event: OperationEvent])[];
  /** null = nothing is known of a key. */
  claim: IdempotencyClaim | null;
}

/** What a question can ask for exactly, so that blocks without it need not be read. */
export function termsOf({ record, claim }: SegmentEntry): number[] {
  const terms = [
    term('id', record.id),
    term('site', record.siteId),
    term('provider', record.provider),
    term('state', record.state),
    term('action', record.action),
    term('origin', record.origin),
    term('by', record.requestedBy),
    ...targetsOf(record).map((id) => term('target', id)),
    ...groupsOf(record).map((id) => term('group', id)),
    ...(record.outcome ? [term('outcome', record.outcome)] : []),
    ...(record.parentId ? [term('parent', record.parentId)] : []),
    ...(claim ? [keyTerm(claim.keyHash)] : []),
  ];
  return [...new Set(terms)];
}

/** Of each of these at least one term must be there. What it does not decide is filtered afterwards. */
export function termsWanted(filter: OperationFilter): number[][] {
  const { seen, siteId, provider, state, action, origin, requestedBy, targetId, outcome, parentId } = filter;
  const one = (name: string, value: string | undefined): number[][] => (value ? [[term(name, value)]] : []);
  return [
    ...(seen.isAll ? [] : [termsSeen(seen)]),
    ...one('site', siteId),
    ...one('provider', provider),
    ...(state ? [state.map((value) => term('state', value))] : []),
    ...one('action', action),
    ...one('origin', origin),
    ...one('by', requestedBy),
    ...one('target', targetId),
    ...one('outcome', outcome),
    ...one('parent', parentId),
  ];
}

/** Whatever may be seen has one of these. */
function termsSeen(seen: Scope): number[] {
  return (seen.siteIds() ?? []).flatMap((siteId) =>
    seen.coversSite(siteId)
      ? [term('site', siteId)]
      : seen.targetIdsOf(siteId).flatMap((id) => [term('target', id), term('group', id)]),
  );
}

export function idTerm(id: string): number {
  return term('id', id);
}

export function keyTerm(keyHash: string): number {
  return term('key', keyHash);
}

/** 32 bits: two of a million texts that share one cost a block read in vain now and then. */
function term(name: string, value: string): number {
  return createHash('sha256').update(`${name}\n${value}`).digest().readUInt32BE(0);
}
