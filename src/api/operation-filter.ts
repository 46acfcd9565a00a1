import type { Scope } from '../domain/access/scope.js';
import type { OperationFilter } from '../operations/operation-store.js';
import type { ExportQueryDto } from './dto/queries.dto.js';

/** The filters of a query, as the store knows them; what may be seen is one of them. */
export function operationFilter(query: Omit<ExportQueryDto, 'format'>, seen: Scope): OperationFilter {
  const { orderBy, createdAfter, createdBefore, endedAfter, endedBefore } = query;
  const { siteId, provider, state, action, outcome, targetId, requestedBy, origin, parentId, q } = query;
  return {
    seen,
    ...{ siteId, provider, state, action, outcome, targetId, requestedBy, origin, parentId, q },
    ...moment('createdAfter', createdAfter),
    ...moment('createdBefore', createdBefore),
    ...moment('endedAfter', endedAfter),
    ...moment('endedBefore', endedBefore),
    newestFirst: orderBy === 'createdTime desc',
  };
}

type Moment = 'createdAfter' | 'createdBefore' | 'endedAfter' | 'endedBefore';

function moment(name: Moment, time: string | undefined): Partial<Record<Moment, number>> {
  return time === undefined ? {} : { [name]: Date.parse(time) };
}
