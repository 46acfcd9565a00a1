import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { PlannedInstanceDto, PlannedInstanceListDto, RecoverySettingsDto } from './dto/plan-parts.dto.js';
import { UpdateRecoverySettingsDto } from './dto/plan-requests.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { mustChange } from './must-change.js';
import { nativeIds, PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Plan parts')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/recovery-plans/:id/protected-instances')
export class PlannedInstancesController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The machines that the plan recovers, and how far its last run came with each' })
  @ReadsOneSite('not-offered')
  async list(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<PlannedInstanceListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const all = await this.reads.further(provider, 'plannedInstances', { planId });
    return this.reads.page(all, query, exchange);
  }

  @Get(':instanceId')
  @ApiOperation({ summary: 'One machine of the plan' })
  @ReadsOneSite('not-offered')
  get(@Param('id') id: string, @Param('instanceId') instance: string): Promise<PlannedInstanceDto> {
    const { provider, targetNativeId: planId, partNativeId: instanceId } = this.ids.part(id, instance);
    return this.reads.further(provider, 'plannedInstance', { planId, instanceId });
  }

  @Get(':instanceId/recovery-settings')
  @ApiOperation({ summary: 'When and how the machine is started in a recovery' })
  @ReadsOneSite('not-offered')
  settings(@Param('id') id: string, @Param('instanceId') instance: string): Promise<RecoverySettingsDto> {
    const { provider, targetNativeId: planId, partNativeId: instanceId } = this.ids.part(id, instance);
    return this.reads.further(provider, 'recoverySettings', { planId, instanceId });
  }

  @Patch(':instanceId/recovery-settings')
  @Needs('protection:change')
  @StartsOperation(
    'Change when and how the machine is started in a recovery',
    'SRM. What is absent is left as it is; `dependsOn` is the whole list. With `changeVersion`, nobody else’s change is overwritten.',
  )
  update(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, dependsOn, changeVersion, ...settings }: UpdateRecoverySettingsDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    mustChange({ ...settings, dependsOn });
    const others = dependsOn && nativeIds(instance.siteId, dependsOn, '/dependsOn');
    const input = { ...settings, dependsOn: others, changeVersion };
    const wish = { reason, validateOnly };
    return this.actions.change('UPDATE_RECOVERY_SETTINGS', instance, wish, input, exchange);
  }
}
