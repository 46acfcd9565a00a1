import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ActionRequests, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { RenameDto } from './dto/instance-requests.dto.js';
import { DrillDto, DrillListDto } from './dto/inventory.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { readDrill } from './part-reads.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Recovery plans')
@ApiBearerAuth()
@Controller('v1/recovery-plans/:id/drills')
export class DrillsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The drills that stand' })
  @ReadsOneSite()
  list(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<DrillListDto> {
    return this.reads.pageOf(id, query, exchange, (provider) => provider.listDrills(id));
  }

  @Get(':drillId')
  @ApiOperation({ summary: 'One drill, read from its site now' })
  @ReadsOneSite()
  get(@Param('id') id: string, @Param('drillId') drillId: string): Promise<DrillDto> {
    const drill = this.ids.part(id, drillId);
    return this.reads.of(drill.provider, () => readDrill(drill));
  }

  @Patch(':drillId')
  @StartsOperation('Rename a drill', 'SDRS: only the name can be changed.')
  rename(
    @Param('id') id: string,
    @Param('drillId') drillId: string,
    @Body() { reason, validateOnly, ...input }: RenameDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const drill = this.ids.part(id, drillId);
    return this.actions.change('UPDATE_DRILL', drill, { reason, validateOnly }, input, exchange);
  }
}
