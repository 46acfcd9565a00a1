import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { problem, ProblemError } from '../domain/problem.js';
import { DrillsService } from '../inventory/drills/drills.service.js';
import { isoTime } from '../platform/clock.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, principalIdOf } from './access/request-access.js';
import { overSeen } from './access/seen-inventory.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { DrillsQueryDto, SitesDrillListDto, UpdateDrillDto } from './dto/drills.dto.js';
import { DrillDto } from './dto/inventory.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentDrill, presentDrills } from './presenters/drill.presenter.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Drills')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/drills')
export class DrillsController {
  constructor(
    private readonly drills: DrillsService,
    private readonly reads: SiteReads,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The drills over all sites that stand, with their due times; or those that ended lately',
    description:
      'Always 200: `sources[]` says per site how fresh its part is. A drill that ended is told for thirty days, or until the next drill of its plan, with what it left behind: `state=ENDED`.',
  })
  @ApiOkResponse({ type: SitesDrillListDto })
  @TakesCacheControl()
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(@Query() query: DrillsQueryDto, @Exchange() exchange: HttpExchange): Promise<SitesDrillListDto> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const fresh = wantsFresh(exchange.request);
    const sites = await overSeen(seen, query.siteId, (siteId) => this.drills.ofSites(siteId, fresh));
    const page = presentDrills(sites, query, seen);
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One drill, as it was at the last look at its site; also one that ended lately' })
  @ApiOkResponse({ type: DrillDto })
  @TakesCacheControl()
  @ProblemResponses('not-found')
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<DrillDto> {
    const { drill } = await this.found(id, wantsFresh(request));
    return presentDrill(drill);
  }

  @Patch(':id')
  @Needs('drills:run')
  @ApiOperation({
    summary: 'Move the due time of a drill that stands',
    description:
      'The gateway’s own reminder: the upstream is not told, and no operation is begun. The same request again changes nothing. The drill’s name is changed at `PATCH /v1/recovery-plans/{id}/drills/{drillId}`.',
  })
  @ApiOkResponse({ type: DrillDto })
  @ProblemResponses('invalid-request', 'not-found')
  async update(
    @Param('id') id: string,
    @Body() { dueTime }: UpdateDrillDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<DrillDto> {
    const { provider, drill } = await this.found(id, false);
    if (drill.state === 'ENDED') throw new ProblemError(problem('not-found', `The drill ${id} has ended.`));
    await this.drills.moveDue(provider, id, isoTime(Date.parse(dueTime)), principalIdOf(request));
    return presentDrill((await this.found(id, false)).drill);
  }

  private async found(id: string, fresh: boolean) {
    const found = await this.drills.find(id, fresh);
    if (!found) throw new ProblemError(problem('not-found', `There is no drill ${id}, or not any more.`));
    return found;
  }
}
