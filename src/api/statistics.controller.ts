import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Scope } from '../domain/access/scope.js';
import { problem, ProblemError } from '../domain/problem.js';
import { FAILOVER_ACTIONS } from '../history/statistics/roll-up.js';
import { StatisticsService, type TargetCursor } from '../history/statistics/statistics.service.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { Clock } from '../platform/clock.js';
import { ProviderRegistry } from '../providers/registry.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { boundTo } from './access/seen-inventory.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { LARGEST_PAGE } from './dto/queries.dto.js';
import { PlanStatisticsDto, StatisticsListDto, StatisticsQueryDto } from './dto/statistics.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { makePageToken, readPageToken } from './http/page-token.js';
import {
  judgedObjectives,
  latestOf,
  presentAction,
  presentCounted,
  presentStatistics,
} from './presenters/statistics.presenter.js';
import { PublicIds, type Named } from './public-ids.js';
import { SiteReads } from './site-reads.js';

const EVER = { from: null, until: null };

@ApiTags('Reports')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1')
export class StatisticsController {
  constructor(
    private readonly statistics: StatisticsService,
    private readonly inventory: InventoryService,
    private readonly providers: ProviderRegistry,
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly clock: Clock,
  ) {}

  @Get('statistics')
  @ApiOperation({
    summary: 'What the operations that have ended come to, action by action',
    description:
      'Counts, success rate and durations, per site or per group and plan, over the months in which the operations were asked for. Counted once, when they end: the answer takes as long however long the history is.',
  })
  @ApiOkResponse({ type: StatisticsListDto })
  @ProblemResponses('invalid-request', 'page-token-invalid', 'not-found')
  async list(
    @Query() query: StatisticsQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<StatisticsListDto> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const { pageSize, pageToken, ...filters } = query;
    const bound = { ...filters, ...boundTo(seen) };
    const { targetId, from = null, until = null } = query;
    const wanted = { range: { from, until }, ...(query.action ? { actions: query.action } : {}) };
    const target = targetId === undefined ? null : this.targetSeen(targetId, seen);
    const sites = this.providers
      .all()
      .filter(({ siteId }) => seen.touchesSite(siteId))
      .filter(({ siteId }) => (query.siteId ?? siteId) === siteId && (target?.siteId ?? siteId) === siteId)
      .filter(({ descriptor }) => (query.provider ?? descriptor.provider) === descriptor.provider)
      .map(({ siteId }) => siteId)
      .sort();
    const uncountedSiteIds = await this.statistics.uncounted(sites);
    if (query.groupBy === 'SITE' || targetId !== undefined) {
      // All at once: there is no page that a token could be of.
      if (pageToken !== undefined) readPageToken(pageToken, bound, isNone);
      const subjects = sites.map((siteId) => ({ siteId, targetId: targetId ?? null }));
      const told = await Promise.all(subjects.map((subject) => this.statistics.of(subject, wanted, seen)));
      return { items: told.map((one) => this.present(one)), uncountedSiteIds };
    }
    const after = pageToken === undefined ? null : readPageToken(pageToken, bound, isCursor);
    const count = Math.min(pageSize, LARGEST_PAGE);
    const page = await this.statistics.targets(sites, wanted, seen, after, count);
    const nextPageToken = page.next ? makePageToken(page.next, bound) : undefined;
    nextPageLink(exchange, nextPageToken);
    return {
      items: page.items.map((one) => this.present(one)),
      uncountedSiteIds,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    };
  }

  @Get('recovery-plans/:id/statistics')
  @ApiOperation({
    summary: 'What the operations of a plan come to: last drill, last failover, measured recovery time',
    description:
      'Asks no site. Objectives are set in the sites file; each is held against what was measured last.',
  })
  @ApiOkResponse({ type: PlanStatisticsDto })
  @ProblemResponses('not-found')
  async ofPlan(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<PlanStatisticsDto> {
    const { siteId, provider } = this.ids.target(id);
    const [reading] = await this.inventory.recoveryPlans(siteId, false);
    const plan = reading?.value?.find((one) => one.id === id);
    const told = await this.statistics.of({ siteId, targetId: id }, { range: EVER }, accessOf(request).seen);
    if (!plan && reading?.value && told.actions.length === 0)
      throw new ProblemError(problem('not-found', `There is no plan ${id}, nor a history of it.`));
    const name = plan?.name ?? told.targetName;
    const lastFailover = latestOf(told, FAILOVER_ACTIONS, 'lastDone');
    const lastSuccessfulDrill = latestOf(told, ['START_DRILL'], 'lastSucceeded');
    return {
      ...{ recoveryPlanId: id, name, siteId, provider: provider.descriptor.provider },
      actions: told.actions.map(presentAction),
      lastDrill: presentCounted(latestOf(told, ['START_DRILL'], 'lastDone')),
      lastFailover: presentCounted(lastFailover),
      objectives: judgedObjectives(
        this.providers.objectivesOf(siteId, { id, name }),
        { lastFailover, lastSuccessfulDrill },
        this.clock.now(),
      ),
      counted: (await this.statistics.uncounted([siteId])).length === 0,
    };
  }

  /** One of a site of which nothing is seen is as unknown as one of no site. */
  private targetSeen(id: string, seen: Scope): Named {
    const target = this.ids.target(id);
    if (seen.touchesSite(target.siteId)) return target;
    throw new ProblemError(problem('not-found', `There is no ${id}.`));
  }

  private present(statistics: Parameters<typeof presentStatistics>[1]) {
    const provider = this.providers.find(statistics.siteId)?.descriptor.provider ?? '';
    return presentStatistics(provider, statistics);
  }
}

function isNone(_place: unknown): _place is never {
  return false;
}

function isCursor(place: unknown): place is TargetCursor {
  const { siteId, targetId } = (place ?? {}) as Partial<Record<keyof TargetCursor, unknown>>;
  return typeof siteId === 'string' && typeof targetId === 'string';
}
