import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { problem, ProblemError } from '../domain/problem.js';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { RenameDto } from './dto/instance-requests.dto.js';
import { DrillDto, DrillListDto } from './dto/inventory.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { DrillsService } from '../inventory/drills/drills.service.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { readDrill } from './part-reads.js';
import { presentDrill } from './presenters/drill.presenter.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Drills')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/recovery-plans/:id/drills')
export class PlanDrillsController {
  constructor(
    private readonly drills: DrillsService,
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The drills of the plan that stand' })
  @ReadsOneSite()
  list(
    @Param('id') id: string,
    @Query() query: PageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<DrillListDto> {
    return this.reads.pageOf(id, query, exchange, async (provider) => {
      const standing = await this.drills.withKept(provider, await provider.listDrills(id));
      return standing.map(presentDrill);
    });
  }

  @Get(':drillId')
  @ApiOperation({ summary: 'One drill of the plan that stands' })
  @ReadsOneSite()
  async get(@Param('id') id: string, @Param('drillId') drillId: string): Promise<DrillDto> {
    const named = this.ids.part(id, drillId);
    const drill = await this.reads.recent(named.provider, (provider) => readDrill({ ...named, provider }));
    const [kept] = await this.drills.withKept(named.provider, [drill]);
    if (!kept) throw new ProblemError(problem('not-found', `There is no ${drillId}.`));
    return presentDrill(kept);
  }

  @Patch(':drillId')
  @Needs('drills:run')
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
