import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Scope } from '../domain/access/scope.js';
import { problem, ProblemError } from '../domain/problem.js';
import { InventoryService, type Reading } from '../inventory/inventory.service.js';
import { PastRecords } from '../operations/past-records.js';
import type { SiteConnection } from '../providers/provider-driver.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { overSeen } from './access/seen-inventory.js';
import { TakesCacheControl } from './docs/cache-control.decorator.js';
import { ProblemResponses, ReadsOneSite } from './docs/problem-responses.decorator.js';
import { SiteDto, SiteListDto } from './dto/inventory.dto.js';
import { wantsFresh } from './http/cache-control.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { presentPartOfSite, presentSite } from './presenters/inventory.presenter.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Sites')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/sites')
export class SitesController {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reads: SiteReads,
    private readonly past: PastRecords,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The configured sites, and whether each let us in at the last look' })
  @TakesCacheControl()
  @ProblemResponses()
  async list(@Exchange() { request }: HttpExchange): Promise<SiteListDto> {
    const { seen } = accessOf(request);
    const fresh = wantsFresh(request);
    const readings = await overSeen(seen, undefined, (siteId) => this.inventory.connections(siteId, fresh));
    const items = await Promise.all(readings.map((reading) => this.presented(reading, seen)));
    return { items, sources: readings.map(({ source }) => source) };
  }

  @Get(':siteId')
  @ApiOperation({ summary: 'One site' })
  @TakesCacheControl()
  @ProblemResponses('not-found')
  async get(@Param('siteId') siteId: string, @Exchange() { request }: HttpExchange): Promise<SiteDto> {
    const [reading] = await this.inventory.connections(siteId, wantsFresh(request));
    if (!reading) throw new ProblemError(problem('not-found', `There is no site ${siteId}.`));
    return this.presented(reading, accessOf(request).seen);
  }

  @Get(':siteId/creation-options')
  @Needs('inventory:read', { wholeSite: true })
  @ApiOperation({
    summary: 'What a new protection group may be made of',
    description:
      'SDRS: `domains[]` with their availability zones, and the networks in use. SRM: `vcenters[]`, `replicationTypes[]`, and the candidate machines.',
  })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  @ReadsOneSite()
  async creationOptions(@Param('siteId') siteId: string): Promise<Record<string, unknown>> {
    return this.reads.recent(this.reads.site(siteId), (provider) => provider.creationOptions());
  }

  /** Its budget and its history are about everything that it holds. */
  private async presented(reading: Reading<SiteConnection>, seen: Scope): Promise<SiteDto> {
    const { provider } = reading;
    if (!seen.coversSite(provider.siteId)) return presentPartOfSite(reading);
    const isOffered = provider.descriptor.capabilities.pastOperations;
    const [budget, past] = await Promise.all([
      provider.budgetUse(),
      isOffered ? this.past.progress(provider.siteId) : null,
    ]);
    return presentSite(reading, budget, past);
  }
}
