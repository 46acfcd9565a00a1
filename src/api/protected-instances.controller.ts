import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ActionRequests, wishOf, type ActionAnswer } from './action-requests.js';
import { AllowedActions } from './allowed-actions.js';
import { ShowsActions, StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import {
  AddNetworkInterfaceDto,
  AddProtectedInstanceDto,
  RemoveNetworkInterfaceDto,
  RenameDto,
  ResizeProtectedInstanceDto,
} from './dto/instance-requests.dto.js';
import { ProtectedInstanceDto, ProtectedInstanceListDto } from './dto/inventory.dto.js';
import { AllowedActionsDto } from './dto/operation.dto.js';
import { RemoveInstanceQueryDto } from './dto/part-queries.dto.js';
import { EnableInstanceProtectionDto } from './dto/protection-settings-requests.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { ChangeRequestDto } from './dto/requests.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { isTrue } from './http/flag.js';
import { mustChange } from './must-change.js';
import { readInstance } from './part-reads.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Protected instances')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/protection-groups/:id/protected-instances')
export class ProtectedInstancesController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
    private readonly allowed: AllowedActions,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The machines that the group protects' })
  @ReadsOneSite()
  list(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ProtectedInstanceListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listProtectedInstances(id));
  }

  @Post()
  @Needs('protection:change')
  @StartsOperation(
    'Protect a machine',
    'Puts a machine into the group. SDRS makes a stopped server at the other site and a replication pair for every disk.',
  )
  add(
    @Param('id') id: string,
    @Body() { reason, validateOnly, ...input }: AddProtectedInstanceDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const group = this.ids.target(id);
    return this.actions.change('ADD_PROTECTED_INSTANCE', group, { reason, validateOnly }, input, exchange);
  }

  @Get(':instanceId')
  @ApiOperation({ summary: 'One protected instance' })
  @ReadsOneSite()
  get(@Param('id') id: string, @Param('instanceId') instanceId: string): Promise<ProtectedInstanceDto> {
    const instance = this.ids.part(id, instanceId);
    return this.reads.recent(instance.provider, (provider) => readInstance({ ...instance, provider }));
  }

  @Patch(':instanceId')
  @Needs('protection:change')
  @StartsOperation('Rename a protected instance', 'SDRS: only the name can be changed.')
  rename(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: RenameDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const wish = { reason, validateOnly };
    return this.actions.change('UPDATE_PROTECTED_INSTANCE', instance, wish, input, exchange);
  }

  @Delete(':instanceId')
  @Needs('protection:change')
  @StartsOperation(
    'Take a machine out of the group',
    'The machine itself stays. SDRS: the server at the other site stays too, unless it is named.',
  )
  remove(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Query() query: RemoveInstanceQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const input = {
      deleteRecoveryServer: isTrue(query.deleteRecoveryServer),
      deleteRecoveryPublicIp: isTrue(query.deleteRecoveryPublicIp),
    };
    return this.actions.change('REMOVE_PROTECTED_INSTANCE', instance, wishOf(query), input, exchange);
  }

  @Get(':instanceId/actions')
  @ShowsActions('the instance and its group')
  allowedActions(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Exchange() { request }: HttpExchange,
  ): Promise<AllowedActionsDto> {
    return this.allowed.ofInstance(this.ids.part(id, instanceId), accessOf(request));
  }

  @Post(':instanceId/actions/enable-protection')
  @Needs('protection:change')
  @StartsOperation(
    'Protect one machine of the group',
    'SRM: configures its protection, with `settings` or as the inventory mappings say.',
  )
  enableProtection(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: EnableInstanceProtectionDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const wish = { reason, validateOnly };
    return this.actions.change('ENABLE_INSTANCE_PROTECTION', instance, wish, input, exchange);
  }

  @Post(':instanceId/actions/disable-protection')
  @Needs('protection:change')
  @StartsOperation('Stop protecting one machine of the group', 'SRM: it stays in the group.')
  disableProtection(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() body: ChangeRequestDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    return this.actions.change('DISABLE_INSTANCE_PROTECTION', instance, body, null, exchange);
  }

  @Post(':instanceId/actions/resize')
  @Needs('protection:change')
  @StartsOperation(
    'Resize the servers of an instance',
    'SDRS: the servers that are resized must be stopped. Give at least one flavor.',
  )
  resize(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: ResizeProtectedInstanceDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    mustChange(input);
    const wish = { reason, validateOnly };
    return this.actions.change('RESIZE_PROTECTED_INSTANCE', instance, wish, input, exchange);
  }

  @Post(':instanceId/actions/add-network-interface')
  @Needs('protection:change')
  @StartsOperation('Add a network interface', 'SDRS: to both servers of the instance.')
  addNetworkInterface(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: AddNetworkInterfaceDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    return this.actions.change('ADD_NETWORK_INTERFACE', instance, { reason, validateOnly }, input, exchange);
  }

  @Post(':instanceId/actions/remove-network-interface')
  @Needs('protection:change')
  @StartsOperation(
    'Remove a network interface',
    'SDRS: from both servers of the instance; never the first one.',
  )
  removeNetworkInterface(
    @Param('id') id: string,
    @Param('instanceId') instanceId: string,
    @Body() { reason, validateOnly, ...input }: RemoveNetworkInterfaceDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const instance = this.ids.part(id, instanceId);
    const wish = { reason, validateOnly };
    return this.actions.change('REMOVE_NETWORK_INTERFACE', instance, wish, input, exchange);
  }
}
