import { createHash } from 'node:crypto';
import { groupsOf, targetsOf, whereaboutsOf } from '../domain/access/whereabouts.js';
import type { Operation } from '../domain/operation.js';
import type { OperationFilter } from './operation-store.js';

/** Name and value of a set of operations, ordered by creation. */
export type Index = readonly [name: string, value: string];

/** Nearly all end so: what earlier versions noted of it narrowed nothing. */
export const LEFT_INDEX: Index = ['state', 'SUCCEEDED'];

/** Every index an operation is in: written in the same step as the record. */
export function indexesOf(operation: Operation): Index[] {
  return [
    ['all', ''],
    ['site', operation.siteId],
    ['provider', operation.provider],
    ['action', operation.action],
    ...(operation.state === 'SUCCEEDED' ? [] : [['state', operation.state] as const]),
    ['by', digest(operation.requestedBy)],
    ...targetsOf(operation).map((id) => ['target', id] as const),
    // For those who see a group, and not the plan that it is in.
    ...groupsOf(operation).map((id) => ['group', id] as const),
    ...(operation.parentId ? [['parent', operation.parentId] as const] : []),
    // Nearly all are of the other origin: an index of those would narrow nothing.
    ...(operation.origin === 'EXTERNAL' ? [['origin', operation.origin] as const] : []),
    ...jobIdsOf(operation).map((jobId) => jobIndex(operation.siteId, jobId)),
  ];
}

/** The operation whose job it is: one at the most. */
export function jobIndex(siteId: string, jobId: string): Index {
  return ['job', digest(`${siteId}\n${jobId}`)];
}

export function jobIdsOf({ calls }: Operation): string[] {
  return [...new Set(calls.flatMap(({ ref }) => ref?.jobIds ?? []))];
}

/** All that hold every operation wanted, the narrowest first. */
export function indexesFor(filter: OperationFilter): Index[] {
  const { parentId, targetId, requestedBy, state, origin, action, siteId, provider } = filter;
  const indexes: Index[] = [];
  if (parentId) indexes.push(['parent', parentId]);
  if (targetId) indexes.push(['target', targetId]);
  if (requestedBy) indexes.push(['by', digest(requestedBy)]);
  if (state?.length === 1 && state[0] !== 'SUCCEEDED') indexes.push(['state', state[0] ?? '']);
  if (origin === 'EXTERNAL') indexes.push(['origin', origin]);
  if (action) indexes.push(['action', action]);
  if (siteId) indexes.push(['site', siteId]);
  if (provider) indexes.push(['provider', provider]);
  return indexes;
}

export function matches(operation: Operation, filter: OperationFilter): boolean {
  const created = Date.parse(operation.createdTime);
  const ended = operation.endedTime === null ? NaN : Date.parse(operation.endedTime);
  const text = `${operation.target.name}\n${operation.reason ?? ''}`.toLowerCase();
  return (
    (filter.seen.isAll || filter.seen.covers(whereaboutsOf(operation))) &&
    (!filter.siteId || operation.siteId === filter.siteId) &&
    (!filter.provider || operation.provider === filter.provider) &&
    (!filter.state || filter.state.includes(operation.state)) &&
    (!filter.action || operation.action === filter.action) &&
    (!filter.outcome || operation.outcome === filter.outcome) &&
    (!filter.targetId || targetsOf(operation).includes(filter.targetId)) &&
    (!filter.parentId || operation.parentId === filter.parentId) &&
    (!filter.requestedBy || operation.requestedBy === filter.requestedBy) &&
    (!filter.origin || operation.origin === filter.origin) &&
    (!filter.q || text.includes(filter.q.toLowerCase())) &&
    (filter.createdAfter === undefined || created >= filter.createdAfter) &&
    (filter.createdBefore === undefined || created < filter.createdBefore) &&
    (filter.endedAfter === undefined || ended >= filter.endedAfter) &&
    (filter.endedBefore === undefined || ended < filter.endedBefore)
  );
}

/** Names of people go into keys only as a digest: a brace in one would move the key to another slot. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
