import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { WindowQueryDto } from './dto/part-queries.dto.js';
import { PlanPromptListDto, TestNetworkListDto } from './dto/plan-parts.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { IssueListDto, RunReportDto, RunReportListDto } from './dto/site-facts.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { windowOf } from './http/window.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Plan parts')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/recovery-plans/:id')
export class PlanPartsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
  ) {}

  @Get('prompts')
  @ApiOperation({
    summary: 'Questions that the plan waits on a person for',
    description:
      'Whoever started the run. A prompt of a run that the gateway started is answered by `POST /v1/operations/{id}/input`.',
  })
  @ReadsOneSite('not-offered')
  async prompts(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<PlanPromptListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'planPrompts', { planId });
    return this.reads.page(all, query, exchange);
  }

  @Get('test-networks')
  @ApiOperation({
    summary: 'Which networks a drill of the plan uses instead of those of the recovery site',
    description: 'A network that is not named is isolated in a drill. They are changed with the plan.',
  })
  @ReadsOneSite('not-offered')
  async testNetworks(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<TestNetworkListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'testNetworks', { planId });
    return this.reads.page(all, query, exchange);
  }

  @Get('issues')
  @ApiOperation({ summary: 'What the upstream itself finds wrong with the plan' })
  @ReadsOneSite('not-offered')
  async issues(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<IssueListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'planIssues', { planId });
    return this.reads.page(all, query, exchange);
  }

  @Get('runs')
  @ApiOperation({
    summary: 'Finished runs of the plan, as the upstream’s own history has them',
    description: 'Newest first, whoever started them; the upstream forgets them after a while.',
  })
  @ReadsOneSite('not-offered')
  async runs(
    @Param('id') id: string,
    @Query() query: WindowQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RunReportListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'planRuns', { planId, ...windowOf(query) });
    return this.reads.page(all, query, exchange);
  }

  @Get('runs/:reportId')
  @ApiOperation({ summary: 'One finished run of the plan' })
  @ReadsOneSite('not-offered')
  run(@Param('id') id: string, @Param('reportId') report: string): Promise<RunReportDto> {
    const { provider, targetNativeId: planId, partNativeId: reportId } = this.ids.upstreamPart(id, report);
    return this.reads.further(provider, 'planRun', { planId, reportId });
  }
}
