import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Provider } from '../providers/provider.js';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, wishOf, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { ClearFailedTasksQueryDto, FailedTasksQueryDto } from './dto/part-queries.dto.js';
import { DeleteQueryDto } from './dto/queries.dto.js';
import { FailedTaskListDto } from './dto/site-facts.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nativeIdInQuery, upstreamId, type Named } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Site facts')
@ApiBearerAuth()
@Needs('inventory:read', { wholeSite: true })
@Controller('v1/sites/:siteId/failed-tasks')
export class FailedTasksController {
  constructor(
    private readonly reads: SiteReads,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Jobs that failed and that the upstream keeps until somebody clears them',
    description: 'Those about groups themselves, or those inside one group.',
  })
  @ReadsOneSite('not-offered')
  async list(
    @Param('siteId') siteId: string,
    @Query() query: FailedTasksQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<FailedTaskListDto> {
    const site = this.reads.site(siteId);
    const groupId = groupOf(siteId, query);
    const where = groupId === undefined ? {} : { groupId };
    const all = await this.reads.further(site, 'failedTasks', where);
    return this.reads.page(all, query, exchange);
  }

  @Delete()
  @Needs('protection:change', { wholeSite: true })
  @StartsOperation(
    'Clear the failed tasks',
    'Those about groups themselves, or those inside one group. Nothing is mended by it.',
  )
  clear(
    @Param('siteId') siteId: string,
    @Query() query: ClearFailedTasksQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const site = siteItself(this.reads.site(siteId));
    const input = { protectionGroupId: groupOf(siteId, query) };
    return this.actions.change('CLEAR_FAILED_TASKS', site, wishOf(query), input, exchange);
  }

  @Delete(':taskId')
  @Needs('protection:change', { wholeSite: true })
  @StartsOperation('Clear one failed task', 'Nothing is mended by it.')
  clearOne(
    @Param('siteId') siteId: string,
    @Param('taskId') taskId: string,
    @Query() query: DeleteQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const site = siteItself(this.reads.site(siteId));
    const input = { failedTaskId: upstreamId(taskId) };
    return this.actions.change('CLEAR_FAILED_TASKS', site, wishOf(query), input, exchange);
  }
}

function siteItself({ siteId }: Provider): Named {
  return { siteId, targetNativeId: null, partNativeId: null };
}

function groupOf(siteId: string, { protectionGroupId: id }: { protectionGroupId?: string }) {
  return id === undefined ? undefined : nativeIdInQuery(siteId, id, 'protectionGroupId');
}
