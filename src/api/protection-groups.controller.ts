import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InventoryService } from '../inventory/inventory.service.js';
import { ActionRequests } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses, ReadsOneSite } from './docs/problem-responses.decorator.js';
import {
  PlansOfGroupDto,
  ProtectedInstanceListDto,
  ProtectionGroupDto,
  ProtectionGroupListDto,
  ReplicationPairListDto,
} from './dto/inventory.dto.js';
import type { OperationDto, PreflightReportDto } from './dto/operation.dto.js';
import { DeleteQueryDto, InventoryQueryDto, PageQueryDto } from './dto/queries.dto.js';
import { ChangeRequestDto, CreateProtectionGroupDto, UpdateProtectionGroupDto } from './dto/requests.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentInventory } from './presenters/inventory.presenter.js';
import { SiteReads } from './site-reads.js';

type Answer = Promise<OperationDto | PreflightReportDto>;

@ApiTags('Protection groups')
@ApiBearerAuth()
@Controller('v1/protection-groups')
export class ProtectionGroupsController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reads: SiteReads,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Protection groups over all sites',
    description:
      'Always 200: `sources[]` says per site how fresh its part is. `Cache-Control: no-cache` asks the sites anew.',
  })
  @TakesCacheControl()
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(
    @Query() query: InventoryQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ProtectionGroupListDto> {
    this.reads.mustKnow(query);
    const readings = await this.inventory.protectionGroups(query.siteId, wantsFresh(exchange.request));
    const page = presentInventory(readings, query);
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One protection group, read from its site now' })
  @ReadsOneSite()
  get(@Param('id') id: string): Promise<ProtectionGroupDto> {
    return this.reads.ofId(id, (provider) => provider.getProtectionGroup(id));
  }

  @Get(':id/protected-instances')
  @ApiOperation({ summary: 'The machines that the group protects' })
  @ReadsOneSite()
  protectedInstances(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ProtectedInstanceListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listProtectedInstances(id));
  }

  @Get(':id/replication-pairs')
  @ApiOperation({ summary: 'The disks that are replicated; empty on upstreams without replication pairs' })
  @ReadsOneSite()
  replicationPairs(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ReplicationPairListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listReplicationPairs(id));
  }

  @Get(':id/recovery-plans')
  @ApiOperation({ summary: 'The plans that touch the group' })
  @ReadsOneSite()
  recoveryPlans(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<PlansOfGroupDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listPlansOfGroup(id));
  }

  @Post()
  @StartsOperation('Create a protection group', 'Which fields apply depends on the provider of the site.')
  create(@Body() body: CreateProtectionGroupDto, @Exchange() exchange: HttpExchange): Answer {
    const { siteId, reason, validateOnly, ...group } = body;
    return this.actions.handle(
      { siteId, command: { action: 'CREATE_PROTECTION_GROUP', group }, reason, validateOnly },
      exchange,
    );
  }

  @Patch(':id')
  @StartsOperation('Change a protection group', 'SDRS can change the name only.')
  update(
    @Param('id') id: string,
    @Body() body: UpdateProtectionGroupDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    const { reason, validateOnly, ...changes } = body;
    const { siteId, nativeId } = this.actions.locate(id);
    return this.actions.handle(
      {
        siteId,
        command: { action: 'UPDATE_PROTECTION_GROUP', targetNativeId: nativeId, changes },
        reason,
        validateOnly,
      },
      exchange,
    );
  }

  @Delete(':id')
  @StartsOperation('Delete a protection group', 'It must be empty where the upstream demands it.')
  remove(
    @Param('id') id: string,
    @Query() query: DeleteQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    const { siteId, nativeId } = this.actions.locate(id);
    return this.actions.handle(
      {
        siteId,
        command: { action: 'DELETE_PROTECTION_GROUP', targetNativeId: nativeId },
        reason: query.reason,
        validateOnly: query.validateOnly === 'true',
      },
      exchange,
    );
  }

  @Post(':id/actions/enable-protection')
  @StartsOperation(
    'Enable protection',
    'Starts replication. After a failover, run `reprotect` on the plan instead.',
  )
  enableProtection(
    @Param('id') id: string,
    @Body() body: ChangeRequestDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    return this.onGroup('ENABLE_PROTECTION', id, body, exchange);
  }

  @Post(':id/actions/disable-protection')
  @StartsOperation('Disable protection', 'Stops replication.')
  disableProtection(
    @Param('id') id: string,
    @Body() body: ChangeRequestDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    return this.onGroup('DISABLE_PROTECTION', id, body, exchange);
  }

  private onGroup(
    action: 'ENABLE_PROTECTION' | 'DISABLE_PROTECTION',
    id: string,
    { reason, validateOnly }: ChangeRequestDto,
    exchange: HttpExchange,
  ): Answer {
    const { siteId, nativeId } = this.actions.locate(id);
    const command = { action, targetNativeId: nativeId };
    return this.actions.handle({ siteId, command, reason, validateOnly }, exchange);
  }
}
