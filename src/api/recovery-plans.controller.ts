import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ActionOptions } from '../domain/action-command.js';
import type { Direction, DrAction } from '../domain/dr-action.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { ActionRequests } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses, ReadsOneSite } from './docs/problem-responses.decorator.js';
import { DrillListDto, GroupsOfPlanDto, RecoveryPlanDto, RecoveryPlanListDto } from './dto/inventory.dto.js';
import { AllowedActionsDto, type OperationDto, type PreflightReportDto } from './dto/operation.dto.js';
import { InventoryQueryDto, PageQueryDto } from './dto/queries.dto.js';
import {
  CleanUpDrillDto,
  FailoverDto,
  PlannedFailoverDto,
  ReprotectDto,
  StartDrillDto,
  type ChangeRequestDto,
} from './dto/requests.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentInventory } from './presenters/inventory.presenter.js';
import { SiteReads } from './site-reads.js';

type Answer = Promise<OperationDto | PreflightReportDto>;

@ApiTags('Recovery plans')
@ApiBearerAuth()
@Controller('v1/recovery-plans')
export class RecoveryPlansController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reads: SiteReads,
    private readonly actions: ActionRequests,
    private readonly allowed: AllowedActions,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Recovery plans over all sites: what can be run',
    description:
      'Always 200: `sources[]` says per site how fresh its part is. An SDRS group is a plan of its own, with the same id.',
  })
  @TakesCacheControl()
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(
    @Query() query: InventoryQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RecoveryPlanListDto> {
    this.reads.mustKnow(query);
    const readings = await this.inventory.recoveryPlans(query.siteId, wantsFresh(exchange.request));
    const page = presentInventory(readings, query);
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One plan, read from its site now, with the groups it touches' })
  @ReadsOneSite()
  get(@Param('id') id: string): Promise<RecoveryPlanDto> {
    return this.reads.ofId(id, (provider) => provider.getRecoveryPlan(id));
  }

  @Get(':id/protection-groups')
  @ApiOperation({ summary: 'The groups that the plan touches' })
  @ReadsOneSite()
  protectionGroups(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<GroupsOfPlanDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listGroupsOfPlan(id));
  }

  @Get(':id/drills')
  @ApiOperation({ summary: 'The drills that stand' })
  @ReadsOneSite()
  drills(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<DrillListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listDrills(id));
  }

  @Get(':id/actions')
  @ApiOperation({
    summary: 'Every action: allowed or not, why not, what to do about it, what it will do',
    description:
      'Judged from the plan as its site shows it now, by the same rules that guard the actions themselves.',
  })
  @ReadsOneSite()
  allowedActions(@Param('id') id: string): Promise<AllowedActionsDto> {
    return this.allowed.ofPlan(id);
  }

  @Post(':id/actions/planned-failover')
  @StartsOperation(
    'Planned failover',
    'Moves the workload in good order, both sites healthy, no loss intended. Failback is the same with `TO_PRODUCTION`.',
  )
  plannedFailover(
    @Param('id') id: string,
    @Body() body: PlannedFailoverDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    return this.run('PLANNED_FAILOVER', id, body, exchange);
  }

  @Post(':id/actions/failover')
  @StartsOperation(
    'Failover',
    'The site where the workload runs is presumed lost. What was not replicated is lost.',
  )
  failover(@Param('id') id: string, @Body() body: FailoverDto, @Exchange() exchange: HttpExchange): Answer {
    return this.run('FAILOVER', id, body, exchange);
  }

  @Post(':id/actions/reprotect')
  @StartsOperation(
    'Reprotect',
    'After a failover: protects the workload where it now runs, towards the other site.',
  )
  reprotect(@Param('id') id: string, @Body() body: ReprotectDto, @Exchange() exchange: HttpExchange): Answer {
    return this.run('REPROTECT', id, body, exchange);
  }

  @Post(':id/actions/start-drill')
  @StartsOperation('Start a drill', 'Rehearses the recovery in isolation. Clean it up afterwards.')
  startDrill(
    @Param('id') id: string,
    @Body() body: StartDrillDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    return this.run('START_DRILL', id, body, exchange);
  }

  @Post(':id/actions/clean-up-drill')
  @StartsOperation('Clean up a drill', 'Removes what the drill made.')
  cleanUpDrill(
    @Param('id') id: string,
    @Body() body: CleanUpDrillDto,
    @Exchange() exchange: HttpExchange,
  ): Answer {
    return this.run('CLEAN_UP_DRILL', id, body, exchange);
  }

  private run(
    action: DrAction,
    id: string,
    body: ChangeRequestDto & ActionOptions & { direction?: Direction },
    exchange: HttpExchange,
  ): Answer {
    const { reason, validateOnly, direction = null, ...options } = body;
    const { siteId, nativeId } = this.actions.locate(id);
    const command = { action, targetNativeId: nativeId, direction, options };
    return this.actions.handle({ siteId, command, reason, validateOnly }, exchange);
  }
}
