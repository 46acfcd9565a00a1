import type { OperationFilter } from '../operations/operation-store.js';
import type { ExportQueryDto } from './dto/queries.dto.js';

/** The filters of a query, as the store knows them. */
export function operationFilter(query: Omit<ExportQueryDto, 'format'>): OperationFilter {
  const { orderBy, createdAfter, createdBefore, siteId, provider, state, action } = query;
  const { outcome, targetId, requestedBy, origin, parentId, q } = query;
  return {
    ...{ siteId, provider, state, action, outcome, targetId, requestedBy, origin, parentId, q },
    ...(createdAfter === undefined ? {} : { createdAfter: Date.parse(createdAfter) }),
    ...(createdBefore === undefined ? {} : { createdBefore: Date.parse(createdBefore) }),
    newestFirst: orderBy === 'createdTime desc',
  };
}
