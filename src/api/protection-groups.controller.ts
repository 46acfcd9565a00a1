import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InventoryService } from '../inventory/inventory.service.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { allSeen, overSeen } from './access/seen-inventory.js';
import { ActionRequests, plain, wishOf, type ActionAnswer, type ActionRequest } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { ShowsActions, StartsOperation } from './docs/action-docs.decorator.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses, ReadsOneSite } from './docs/problem-responses.decorator.js';
import { CreateProtectionGroupDto, UpdateProtectionGroupDto } from './dto/group-requests.dto.js';
import { PlansOfGroupDto, ProtectionGroupDto, ProtectionGroupListDto } from './dto/inventory.dto.js';
import { AllowedActionsDto } from './dto/operation.dto.js';
import { DeleteQueryDto, InventoryQueryDto, PageQueryDto } from './dto/queries.dto.js';
import { ExpectingRequestDto } from './dto/requests.dto.js';
import { IssueListDto } from './dto/site-facts.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { PreparedLists } from './prepared-lists.js';
import { presentInventory } from './presenters/inventory.presenter.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';
import { Standing } from './standing.js';

@ApiTags('Protection groups')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/protection-groups')
export class ProtectionGroupsController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
    private readonly allowed: AllowedActions,
    private readonly standing: Standing,
    private readonly lists: PreparedLists,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Protection groups over all sites',
    description:
      'Always 200, and asks no site: jobs keep it fresh. `sources[]` says per site how old its part is, and what was wrong at the last look. `Cache-Control: no-cache` has the sites looked at now.',
  })
  @TakesCacheControl()
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(
    @Query() query: InventoryQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ProtectionGroupListDto> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const fresh = wantsFresh(exchange.request);
    const readings = await overSeen(seen, query.siteId, (siteId) =>
      this.inventory.protectionGroups(siteId, fresh),
    );
    return this.lists.answer('groups', presentInventory('groups', readings, query, seen), seen, exchange);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One protection group, as its site showed it some seconds ago or shows it now' })
  @ReadsOneSite()
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<ProtectionGroupDto> {
    const group = await this.reads.recentOfId(id, (provider) => provider.getProtectionGroup(id));
    return this.standing.ofGroup(group, accessOf(request).seen);
  }

  @Get(':id/recovery-plans')
  @ApiOperation({ summary: 'The plans that touch the group' })
  @ReadsOneSite()
  async recoveryPlans(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<PlansOfGroupDto> {
    const { seen } = accessOf(exchange.request);
    const page = await this.reads.pageOf(id, query, exchange, async (site) =>
      allSeen(await site.listPlansOfGroup(id), seen),
    );
    return { ...page, items: await this.standing.ofPlans(page.items, seen) };
  }

  @Get(':id/issues')
  @ApiOperation({ summary: 'What the upstream itself finds wrong with the group' })
  @ReadsOneSite('not-offered')
  async issues(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<IssueListDto> {
    const { provider, targetNativeId: groupId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'groupIssues', { groupId });
    return this.reads.page(all, query, exchange);
  }

  @Get(':id/actions')
  @ShowsActions('the group')
  allowedActions(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<AllowedActionsDto> {
    return this.allowed.ofGroup(id, accessOf(request));
  }

  @Post()
  @Needs('protection:change')
  @StartsOperation(
    'Create a protection group',
    'Which fields apply depends on the provider of the site. With instances, pairs, a plan or `enableProtection` it is done in steps, each an operation of its own (`steps[].operationId`, `parentId`); what was done before a step failed stays.',
  )
  create(@Body() body: CreateProtectionGroupDto, @Exchange() exchange: HttpExchange): ActionAnswer {
    const { siteId, reason, validateOnly, ...wishes } = body;
    const { protectedInstances, replicationPairs, recoveryPlan, enableProtection, ...group } = plain(wishes);
    const parts = plain({ protectedInstances, replicationPairs, recoveryPlan, enableProtection });
    const command: ActionRequest['command'] =
      Object.keys(parts).length > 0
        ? { action: 'PROVISION_PROTECTION_GROUP', group, input: parts }
        : { action: 'CREATE_PROTECTION_GROUP', group };
    return this.actions.handle({ siteId, command, reason, validateOnly }, exchange);
  }

  @Patch(':id')
  @Needs('protection:change')
  @StartsOperation('Change a protection group', 'SDRS can change the name only.')
  update(
    @Param('id') id: string,
    @Body() body: UpdateProtectionGroupDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const { reason, validateOnly, ...changes } = body;
    const { siteId, targetNativeId } = this.ids.target(id);
    const command = { action: 'UPDATE_PROTECTION_GROUP' as const, targetNativeId, changes };
    return this.actions.handle({ siteId, command, reason, validateOnly }, exchange);
  }

  @Delete(':id')
  @Needs('protection:change')
  @StartsOperation('Delete a protection group', 'It must be empty where the upstream demands it.')
  remove(
    @Param('id') id: string,
    @Query() query: DeleteQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const group = this.ids.target(id);
    return this.actions.change('DELETE_PROTECTION_GROUP', group, wishOf(query), null, exchange);
  }

  @Post(':id/actions/enable-protection')
  @Needs('protection:change')
  @StartsOperation(
    'Enable protection',
    'Starts replication. After a failover, run `reprotect` on the plan instead.',
  )
  enableProtection(
    @Param('id') id: string,
    @Body() body: ExpectingRequestDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.actions.change('ENABLE_PROTECTION', this.ids.target(id), body, null, exchange);
  }

  @Post(':id/actions/disable-protection')
  @Needs('protection:change')
  @StartsOperation('Disable protection', 'Stops replication.')
  disableProtection(
    @Param('id') id: string,
    @Body() body: ExpectingRequestDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.actions.change('DISABLE_PROTECTION', this.ids.target(id), body, null, exchange);
  }

  @Post(':id/actions/restore-placeholders')
  @Needs('protection:change')
  @StartsOperation(
    'Restore placeholders',
    'SRM: makes the placeholders of the machines at the recovery site anew, where they were lost.',
  )
  restorePlaceholders(
    @Param('id') id: string,
    @Body() body: ExpectingRequestDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.actions.change('RESTORE_PLACEHOLDERS', this.ids.target(id), body, null, exchange);
  }
}
