import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ActionCommand, ActionOptions } from '../domain/action-command.js';
import type { Direction, DrAction } from '../domain/dr-action.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { isoTime } from '../platform/clock.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { allSeen, asSeen, overSeen } from './access/seen-inventory.js';
import { ActionRequests, beliefOf, plain, wishOf, type ActionAnswer } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { ShowsActions, StartsOperation } from './docs/action-docs.decorator.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses, ReadsOneSite } from './docs/problem-responses.decorator.js';
import { GroupsOfPlanDto, RecoveryPlanDto, RecoveryPlanListDto } from './dto/inventory.dto.js';
import { AllowedActionsDto } from './dto/operation.dto.js';
import { CreateRecoveryPlanDto, UpdateRecoveryPlanDto } from './dto/plan-requests.dto.js';
import { DeleteQueryDto, InventoryQueryDto, PageQueryDto } from './dto/queries.dto.js';
import {
  CleanUpDrillDto,
  FailoverDto,
  PlannedFailoverDto,
  ReprotectDto,
  StartDrillDto,
  type ExpectingRequestDto,
} from './dto/requests.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { mustChange } from './must-change.js';
import { PreparedLists } from './prepared-lists.js';
import { presentInventory } from './presenters/inventory.presenter.js';
import { nativeIds, PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';
import { Standing } from './standing.js';

@ApiTags('Recovery plans')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/recovery-plans')
export class RecoveryPlansController {
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
    summary: 'Recovery plans over all sites: what can be run',
    description:
      'Always 200, and asks no site: jobs keep it fresh. `sources[]` says per site how old its part is. An SDRS group is a plan of its own, with the same id.',
  })
  @TakesCacheControl()
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(
    @Query() query: InventoryQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RecoveryPlanListDto> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const fresh = wantsFresh(exchange.request);
    const readings = await overSeen(seen, query.siteId, (siteId) =>
      this.inventory.recoveryPlans(siteId, fresh),
    );
    return this.lists.answer('plans', presentInventory('plans', readings, query, seen), seen, exchange);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One plan, with the groups it touches' })
  @ReadsOneSite()
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<RecoveryPlanDto> {
    const { seen } = accessOf(request);
    const plan = await this.reads.recentOfId(id, (provider) => provider.getRecoveryPlan(id));
    return this.standing.ofPlan(asSeen(plan, seen), seen);
  }

  @Get(':id/protection-groups')
  @ApiOperation({ summary: 'The groups that the plan touches' })
  @ReadsOneSite()
  async protectionGroups(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<GroupsOfPlanDto> {
    const { seen } = accessOf(exchange.request);
    const page = await this.reads.pageOf(id, query, exchange, async (site) =>
      allSeen(await site.listGroupsOfPlan(id), seen),
    );
    return { ...page, items: await this.standing.ofGroups(page.items, seen) };
  }

  @Get(':id/actions')
  @ShowsActions('the plan')
  allowedActions(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<AllowedActionsDto> {
    return this.allowed.ofPlan(id, accessOf(request));
  }

  @Post()
  @Needs('protection:change')
  @StartsOperation('Create a recovery plan', 'SRM. An SDRS group is a plan of its own, and needs none.')
  create(@Body() body: CreateRecoveryPlanDto, @Exchange() exchange: HttpExchange): ActionAnswer {
    const { siteId, reason, validateOnly, ...fields } = body;
    const input = plain({ ...fields, protectionGroupIds: groupsOf(siteId, fields) });
    const command = { action: 'CREATE_RECOVERY_PLAN' as const, input };
    return this.actions.handle({ siteId, command, reason, validateOnly }, exchange);
  }

  @Patch(':id')
  @Needs('protection:change')
  @StartsOperation(
    'Change a recovery plan',
    'SRM. What is absent is left as it is; lists replace the whole of what was.',
  )
  update(
    @Param('id') id: string,
    @Body() { reason, validateOnly, ...fields }: UpdateRecoveryPlanDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const plan = this.ids.target(id);
    mustChange(fields);
    const input = { ...fields, protectionGroupIds: groupsOf(plan.siteId, fields) };
    return this.actions.change('UPDATE_RECOVERY_PLAN', plan, { reason, validateOnly }, input, exchange);
  }

  @Delete(':id')
  @Needs('protection:change')
  @StartsOperation(
    'Delete a recovery plan',
    'SRM: with the settings of its machines; the groups stay protected.',
  )
  remove(
    @Param('id') id: string,
    @Query() query: DeleteQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.actions.change('DELETE_RECOVERY_PLAN', this.ids.target(id), wishOf(query), null, exchange);
  }

  @Post(':id/actions/planned-failover')
  @Needs('workloads:move')
  @StartsOperation(
    'Planned failover',
    'Moves the workload in good order, both sites healthy, no loss intended. Failback is the same with `TO_PRODUCTION`.',
  )
  plannedFailover(
    @Param('id') id: string,
    @Body() body: PlannedFailoverDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.run('PLANNED_FAILOVER', id, body, exchange);
  }

  @Post(':id/actions/failover')
  @Needs('workloads:fail-over')
  @StartsOperation(
    'Failover',
    'The site where the workload runs is presumed lost. What was not replicated is lost.',
  )
  failover(
    @Param('id') id: string,
    @Body() body: FailoverDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.run('FAILOVER', id, body, exchange);
  }

  @Post(':id/actions/reprotect')
  @Needs('workloads:move')
  @StartsOperation(
    'Reprotect',
    'After a failover: protects the workload where it now runs, towards the other site.',
  )
  reprotect(
    @Param('id') id: string,
    @Body() body: ReprotectDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.run('REPROTECT', id, body, exchange);
  }

  @Post(':id/actions/start-drill')
  @Needs('drills:run')
  @StartsOperation('Start a drill', 'Rehearses the recovery in isolation. Clean it up afterwards.')
  startDrill(
    @Param('id') id: string,
    @Body() body: StartDrillDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const { dueTime, ...rest } = body;
    const reminder = dueTime === undefined ? {} : { drillDueTime: isoTime(Date.parse(dueTime)) };
    return this.run('START_DRILL', id, rest, exchange, reminder);
  }

  @Post(':id/actions/clean-up-drill')
  @Needs('drills:run')
  @StartsOperation('Clean up a drill', 'Removes what the drill made.')
  cleanUpDrill(
    @Param('id') id: string,
    @Body() body: CleanUpDrillDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    return this.run('CLEAN_UP_DRILL', id, body, exchange);
  }

  private run(
    action: DrAction,
    id: string,
    body: ExpectingRequestDto & ActionOptions & { direction?: Direction },
    exchange: HttpExchange,
    own: Pick<ActionCommand, 'drillDueTime'> = {},
  ): ActionAnswer {
    const { expectedState, expectedActiveSite, ...rest } = body;
    const { reason, validateOnly, direction = null, ...options } = rest;
    const { siteId, targetNativeId } = this.ids.target(id);
    const command = { action, targetNativeId, direction, options, ...own };
    const belief = beliefOf({ expectedState, expectedActiveSite });
    return this.actions.handle({ siteId, command, reason, validateOnly, ...belief }, exchange);
  }
}

function groupsOf(siteId: string, { protectionGroupIds }: { protectionGroupIds?: string[] }) {
  return protectionGroupIds && nativeIds(siteId, protectionGroupIds, '/protectionGroupIds');
}
