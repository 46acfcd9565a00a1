import type { Scope } from '../../domain/access/scope.js';
import type { DrillsOfSite } from '../../inventory/drills/drills.service.js';
import { drillWhereabouts, type DrillView } from '../../inventory/drills/drill-view.js';
import { boundTo } from '../access/seen-inventory.js';
import type { DrillDto } from '../dto/inventory.dto.js';
import type { DrillsQueryDto, SitesDrillListDto } from '../dto/drills.dto.js';
import { presentPage } from './page.presenter.js';

/** One page over all sites of what is seen, in the order of ids. */
export function presentDrills(
  sites: readonly DrillsOfSite[],
  query: DrillsQueryDto,
  seen: Scope,
): SitesDrillListDto {
  const { pageSize, pageToken, ...filters } = query;
  const concerned = sites.filter(
    ({ source }) =>
      seen.touchesSite(source.siteId) && (!query.provider || source.provider === query.provider),
  );
  const all = concerned
    .flatMap(({ drills }) => drills)
    .filter((drill) => seen.covers(drillWhereabouts(drill)) && matches(drill, query));
  const bound = { ...filters, ...boundTo(seen) };
  const page = presentPage(all.map(presentDrill), { pageSize, pageToken }, bound);
  return { ...page, sources: concerned.map(({ source }) => source) };
}

export function presentDrill(drill: DrillView): DrillDto {
  const { id, siteId, provider, name, recoveryPlanId, state, createdTime, upstream } = drill;
  const { startedTime, startedBy, operationId, dueTime, dueTimeSetBy, overdue } = drill;
  const { endedTime, endedBy, cleanUpOperationId, leftovers } = drill;
  return {
    ...{ id, siteId, provider, name, recoveryPlanId, state, createdTime },
    ...{ startedTime, startedBy, operationId, dueTime, dueTimeSetBy, overdue },
    ...{ endedTime, endedBy, cleanUpOperationId },
    leftovers: leftovers.map(({ severity, text, remedy }) => ({ severity, text, remedy })),
    upstream,
  };
}

function matches(drill: DrillView, { siteId, state, overdue, recoveryPlanId }: DrillsQueryDto): boolean {
  return (
    (!siteId || drill.siteId === siteId) &&
    (state ? state.includes(drill.state) : drill.state !== 'ENDED') &&
    (!overdue || drill.overdue === (overdue === 'true')) &&
    (!recoveryPlanId || drill.recoveryPlanId === recoveryPlanId)
  );
}
