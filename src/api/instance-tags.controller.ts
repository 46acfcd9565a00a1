import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, wishOf, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { SetTagsDto } from './dto/instance-requests.dto.js';
import { RemoveTagsQueryDto } from './dto/part-queries.dto.js';
import { InstanceTagsDto } from './dto/site-facts.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Protected instances')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/protection-groups/:id/protected-instances/:instanceId/tags')
export class InstanceTagsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The tags of a protected instance' })
  @ReadsOneSite('not-offered')
  async list(@Param('id') id: string, @Param('instanceId') instance: string): Promise<InstanceTagsDto> {
    const { provider, targetNativeId: groupId, partNativeId: instanceId } = this.ids.part(id, instance);
    return { items: await this.reads.further(provider, 'instanceTags', { groupId, instanceId }) };
  }

  @Put()
  @Needs('protection:change')
  @StartsOperation('Set tags', 'SDRS: sets the tags that are named, and leaves the others as they are.')
  set(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: SetTagsDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    return this.actions.change('SET_INSTANCE_TAGS', instance, { reason, validateOnly }, input, exchange);
  }

  @Delete()
  @Needs('protection:change')
  @StartsOperation('Remove tags', 'SDRS: removes the tags with these keys.')
  remove(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Query() query: RemoveTagsQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const input = { keys: query.key };
    return this.actions.change('REMOVE_INSTANCE_TAGS', instance, wishOf(query), input, exchange);
  }
}
