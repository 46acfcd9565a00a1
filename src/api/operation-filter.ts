import type { OperationFilter } from '../operations/operation-store.js';
import type { ExportQueryDto } from './dto/queries.dto.js';

/** The filters of a query, as the store knows them. */
export function operationFilter(query: Omit<ExportQueryDto, 'format'>): OperationFilter {
  const { orderBy, createdAfter, createdBefore, endedAfter, endedBefore } = query;
  const { siteId, provider, state, action, outcome, targetId, requestedBy, origin, parentId, q } = query;
  return {
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
