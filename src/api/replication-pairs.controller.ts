import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ActionRequests, wishOf, type ActionAnswer } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { ShowsActions, StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { RenameDto } from './dto/instance-requests.dto.js';
import { ReplicationPairDto, ReplicationPairListDto } from './dto/inventory.dto.js';
import { AllowedActionsDto } from './dto/operation.dto.js';
import {
  AttachReplicationPairDto,
  CreateReplicationPairDto,
  DetachReplicationPairDto,
  ExpandReplicationPairDto,
} from './dto/pair-requests.dto.js';
import { DeletePairQueryDto } from './dto/part-queries.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { isTrue } from './http/flag.js';
import { readPair } from './part-reads.js';
import { nativeId, PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Replication pairs')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/protection-groups/:id/replication-pairs')
export class ReplicationPairsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
    private readonly allowed: AllowedActions,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The disks that are replicated; empty on upstreams without replication pairs' })
  @ReadsOneSite()
  list(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ReplicationPairListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listReplicationPairs(id));
  }

  @Post()
  @Needs('protection:change')
  @StartsOperation('Replicate a disk', 'SDRS: the disk at the other site is made by the upstream.')
  create(
    @Param('id') id: string,
    @Body() { reason, validateOnly, ...input }: CreateReplicationPairDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const group = this.ids.target(id);
    return this.actions.change('CREATE_REPLICATION_PAIR', group, { reason, validateOnly }, input, exchange);
  }

  @Get(':pairId')
  @ApiOperation({ summary: 'One replication pair' })
  @ReadsOneSite('not-offered')
  get(@Param('id') id: string, @Param('pairId') pairId: string): Promise<ReplicationPairDto> {
    const pair = this.ids.part(id, pairId);
    return this.reads.recent(pair.provider, (provider) => readPair({ ...pair, provider }));
  }

  @Patch(':pairId')
  @Needs('protection:change')
  @StartsOperation('Rename a replication pair', 'SDRS: only the name can be changed.')
  rename(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Body() { reason, validateOnly, ...input }: RenameDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const pair = this.ids.part(id, pairId);
    return this.actions.change('UPDATE_REPLICATION_PAIR', pair, { reason, validateOnly }, input, exchange);
  }

  @Delete(':pairId')
  @Needs('protection:change')
  @StartsOperation(
    'End the replication of a disk',
    'The disk itself stays. SDRS: the disk at the other site stays too, unless it is named.',
  )
  remove(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Query() query: DeletePairQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const pair = this.ids.part(id, pairId);
    const input = { deleteRecoveryVolume: isTrue(query.deleteRecoveryVolume) };
    return this.actions.change('DELETE_REPLICATION_PAIR', pair, wishOf(query), input, exchange);
  }

  @Get(':pairId/actions')
  @ShowsActions('the pair and its group')
  allowedActions(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Exchange() { request }: HttpExchange,
  ): Promise<AllowedActionsDto> {
    return this.allowed.ofPair(this.ids.part(id, pairId), accessOf(request));
  }

  @Post(':pairId/actions/expand')
  @Needs('protection:change')
  @StartsOperation('Enlarge the disks of a pair', 'SDRS: both disks; they cannot be made smaller again.')
  expand(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Body() { reason, validateOnly, ...input }: ExpandReplicationPairDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const pair = this.ids.part(id, pairId);
    return this.actions.change('EXPAND_REPLICATION_PAIR', pair, { reason, validateOnly }, input, exchange);
  }

  @Post(':pairId/actions/attach')
  @Needs('protection:change')
  @StartsOperation('Attach the disks of a pair', 'SDRS: to the servers of an instance of the same group.')
  attach(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Body() { reason, validateOnly, protectedInstanceId, device }: AttachReplicationPairDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const pair = this.ids.part(id, pairId);
    const instance = nativeId(pair.siteId, protectedInstanceId, '/protectedInstanceId');
    const input = { protectedInstanceId: instance, device };
    return this.actions.change('ATTACH_REPLICATION_PAIR', pair, { reason, validateOnly }, input, exchange);
  }

  @Post(':pairId/actions/detach')
  @Needs('protection:change')
  @StartsOperation(
    'Detach the disks of a pair',
    'SDRS: from the servers of an instance; the server must be stopped if it is its system disk.',
  )
  detach(
    @Param('id') id: string,
    @Param('pairId') pairId: string,
    @Body() { reason, validateOnly, protectedInstanceId }: DetachReplicationPairDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const pair = this.ids.part(id, pairId);
    const instance = nativeId(pair.siteId, protectedInstanceId, '/protectedInstanceId');
    const input = { protectedInstanceId: instance };
    return this.actions.change('DETACH_REPLICATION_PAIR', pair, { reason, validateOnly }, input, exchange);
  }
}
