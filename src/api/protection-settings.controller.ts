import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { ProtectionSettingsDto } from './dto/plan-parts.dto.js';
import { PutProtectionSettingsDto } from './dto/protection-settings-requests.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Protected instances')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/protection-groups/:id/protected-instances/:instanceId/protection-settings')
export class ProtectionSettingsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Where a machine is recovered' })
  @ReadsOneSite('not-offered')
  get(@Param('id') id: string, @Param('instanceId') instance: string): Promise<ProtectionSettingsDto> {
    const { provider, targetNativeId: groupId, partNativeId: instanceId } = this.ids.part(id, instance);
    return this.reads.further(provider, 'protectionSettings', { groupId, instanceId });
  }

  @Put()
  @Needs('protection:change')
  @StartsOperation(
    'Say where a machine is recovered',
    'SRM: configures its protection; the same as `enable-protection` with settings.',
  )
  put(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: PutProtectionSettingsDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const wish = { reason, validateOnly };
    return this.actions.change('ENABLE_INSTANCE_PROTECTION', instance, wish, input, exchange);
  }
}
