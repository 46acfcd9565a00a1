import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TagValues } from '../domain/site-facts.js';
import { Needs } from './access/needs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { ProtectedInstanceListDto } from './dto/inventory.dto.js';
import { InstancesByTagQueryDto, WindowQueryDto } from './dto/part-queries.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import {
  ApiVersionListDto,
  IssueListDto,
  QuotaListDto,
  RpoStatisticListDto,
  RunReportListDto,
  SiteServerListDto,
  TagValuesListDto,
} from './dto/site-facts.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { windowOf } from './http/window.js';
import { SiteReads } from './site-reads.js';

/** What a site tells beyond its groups and plans; what it does not offer is a 404 that says so. */
@ApiTags('Site facts')
@ApiBearerAuth()
@Needs('inventory:read', { wholeSite: true })
@Controller('v1/sites/:siteId')
export class SiteFactsController {
  constructor(private readonly reads: SiteReads) {}

  @Get('issues')
  @ApiOperation({ summary: 'What the upstream itself finds wrong' })
  @ReadsOneSite('not-offered')
  async issues(
    @Param('siteId') siteId: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<IssueListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'siteIssues', {});
    return this.reads.page(all, query, exchange);
  }

  @Get('runs')
  @ApiOperation({
    summary: 'Finished runs, as the upstream’s own history has them',
    description: 'Newest first, whoever started them; the upstream forgets them after a while.',
  })
  @ReadsOneSite('not-offered')
  async runs(
    @Param('siteId') siteId: string,
    @Query() query: WindowQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RunReportListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'siteRuns', windowOf(query));
    return this.reads.page(all, query, exchange);
  }

  @Get('servers')
  @ApiOperation({ summary: 'The servers that the site consists of, at both ends' })
  @ReadsOneSite('not-offered')
  async servers(
    @Param('siteId') siteId: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<SiteServerListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'siteServers', {});
    return this.reads.page(all, query, exchange);
  }

  @Get('api-versions')
  @ApiOperation({ summary: 'The versions of its API that the upstream serves' })
  @ReadsOneSite('not-offered')
  async apiVersions(
    @Param('siteId') siteId: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ApiVersionListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'apiVersions', {});
    return this.reads.page(all, query, exchange);
  }

  @Get('quotas')
  @ApiOperation({ summary: 'How many of each kind there are, and may be' })
  @ReadsOneSite('not-offered')
  async quotas(
    @Param('siteId') siteId: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<QuotaListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'quotas', {});
    return this.reads.page(all, query, exchange);
  }

  @Get('rpo-statistics')
  @ApiOperation({ summary: 'How many resources missed their recovery point, over time' })
  @ReadsOneSite('not-offered')
  async rpoStatistics(
    @Param('siteId') siteId: string,
    @Query() query: WindowQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RpoStatisticListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'rpoStatistics', windowOf(query));
    return this.reads.page(all, query, exchange);
  }

  @Get('tags')
  @ApiOperation({ summary: 'The tags that protected instances bear, with all their values' })
  @ReadsOneSite('not-offered')
  async tags(
    @Param('siteId') siteId: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<TagValuesListDto> {
    const all = await this.reads.further(this.reads.site(siteId), 'tagValues', {});
    return this.reads.page(all, query, exchange);
  }

  @Get('protected-instances')
  @ApiOperation({ summary: 'Protected instances of all groups that bear all these tags' })
  @ReadsOneSite('not-offered')
  async byTag(
    @Param('siteId') siteId: string,
    @Query() query: InstancesByTagQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ProtectedInstanceListDto> {
    const site = this.reads.site(siteId);
    const all = await this.reads.further(site, 'instancesByTag', { tags: tagsOf(query.tag) });
    return this.reads.page(all, query, exchange);
  }
}

/** `tier=app`, `tier=db` and `backup` are two keys: one with two values, one with any. */
export function tagsOf(wishes: readonly string[]): TagValues[] {
  const values = new Map<string, string[]>();
  for (const wish of wishes) {
    const [key = ''] = wish.split('=', 1);
    const named = wish.length > key.length ? [wish.slice(key.length + 1)] : [];
    values.set(key, [...(values.get(key) ?? []), ...named]);
  }
  return [...values].map(([key, named]) => ({ key, values: named }));
}
