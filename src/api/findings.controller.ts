import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parsePublicId } from '../domain/ids.js';
import { problem, ProblemError } from '../domain/problem.js';
import { FindingsService } from '../inventory/findings/findings.service.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { overSeen } from './access/seen-inventory.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { FindingDto, FindingListDto, FindingsQueryDto } from './dto/findings.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentFinding, presentFindings } from './presenters/findings.presenter.js';
import { SiteReads } from './site-reads.js';

@ApiTags('Findings')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/findings')
export class FindingsController {
  constructor(
    private readonly findings: FindingsService,
    private readonly inventory: InventoryService,
    private readonly reads: SiteReads,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What somebody should look at, over all sites: the worst first',
    description:
      'Concluded from the looks that keep the inventory fresh, from the operations under way, and from an inspection every few minutes; no upstream is asked. A finding is gone when its cause is. What could not be looked at keeps its findings: `lastSeenTime` and `sources[]` say so.',
  })
  @ApiOkResponse({ type: FindingListDto })
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(@Query() query: FindingsQueryDto, @Exchange() exchange: HttpExchange): Promise<FindingListDto> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const [sites, groups] = await Promise.all([
      overSeen(seen, query.siteId, (siteId) => this.findings.ofSites(siteId)),
      overSeen(seen, query.siteId, (siteId) => this.inventory.protectionGroups(siteId, false)),
    ]);
    const page = presentFindings(
      sites,
      groups.map(({ source }) => source),
      query,
      seen,
    );
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One finding, as long as it holds' })
  @ApiOkResponse({ type: FindingDto })
  @ProblemResponses('not-found')
  async get(@Param('id') id: string): Promise<FindingDto> {
    const siteId = parsePublicId(id)?.siteId;
    const sites = siteId === undefined ? [] : await this.findings.ofSites(siteId);
    const finding = sites.flatMap(({ findings }) => findings).find((one) => one.id === id);
    if (!finding) throw new ProblemError(problem('not-found', `There is no finding ${id}, or not any more.`));
    return presentFinding(finding);
  }
}
