import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { comparePlaces, COVERAGES, placeOf, type CoveragePlace } from '../history/reports/drill-coverage.js';
import { DrillCoverageService } from '../history/reports/drill-coverage.service.js';
import { OperationReports } from '../history/reports/operation-report.service.js';
import { OperationsService } from '../operations/operations.service.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { boundTo } from './access/seen-inventory.js';
import { UnseenOperations } from './access/unseen-operations.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { ReportAnswer } from './docs/report-answer.decorator.js';
import type { OperationDto } from './dto/operation.dto.js';
import {
  DrillCoverageDto,
  DrillCoverageQueryDto,
  OperationReportDto,
  ReportQueryDto,
  TimelineDto,
} from './dto/reports.dto.js';
import { LARGEST_PAGE } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { makePageToken, readPageToken } from './http/page-token.js';
import { answersReport } from './http/report-answer.js';
import { coverageCsv, coverageHtml, presentCoverage, summaryOf } from './presenters/coverage.presenter.js';
import {
  presentReport,
  presentTimeline,
  reportCsv,
  reportHtml,
} from './presenters/operation-report.presenter.js';
import { SiteReads } from './site-reads.js';
import { ToldOperations } from './told-operations.js';

@ApiTags('Reports')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1')
export class ReportsController {
  constructor(
    private readonly coverages: DrillCoverageService,
    private readonly reports: OperationReports,
    private readonly operations: OperationsService,
    private readonly told: ToldOperations,
    private readonly unseen: UnseenOperations,
    private readonly reads: SiteReads,
  ) {}

  @Get('reports/drill-coverage')
  @ApiOperation({
    summary: 'Which plans were rehearsed when, by whom, with what result',
    description:
      'Of every plan that exists, the worst first: never rehearsed, overdue by `drillEveryDays` of the sites file, rehearsed in time. Asks no site; `sources[]` says per site how its plans are known.',
  })
  @ReportAnswer(DrillCoverageDto)
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async drillCoverage(
    @Query() query: DrillCoverageQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<DrillCoverageDto | string> {
    const { seen } = accessOf(exchange.request);
    this.reads.mustKnow(query, seen);
    const { format, pageSize, pageToken, ...filters } = query;
    const bound = { ...filters, ...boundTo(seen) };
    const after = pageToken === undefined ? null : readPageToken(pageToken, bound, isPageEnd);
    const report = await (after
      ? this.coverages.reportAgain(after.generatedTime, seen, query.siteId, query.provider)
      : this.coverages.report(seen, query.siteId, query.provider));
    const plans = report.plans.filter(({ coverage }) => query.coverage?.includes(coverage) ?? true);
    if (format !== 'json') {
      answersReport(exchange, format, 'drill-coverage');
      return format === 'csv' ? coverageCsv(report, plans) : coverageHtml(report, plans);
    }
    const rest = after ? plans.filter((one) => comparePlaces(placeOf(one), after) > 0) : plans;
    const items = rest.slice(0, Math.min(pageSize, LARGEST_PAGE));
    const last = rest.length > items.length ? items.at(-1) : undefined;
    const { generatedTime, sources, uncountedSiteIds } = report;
    const nextPageToken = last && makePageToken({ ...placeOf(last), generatedTime }, bound);
    nextPageLink(exchange, nextPageToken);
    return {
      ...{ generatedTime, summary: summaryOf(plans), items: items.map(presentCoverage) },
      ...{ sources, uncountedSiteIds },
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    };
  }

  @Get('operations/:id/report')
  @ApiOperation({
    summary: 'The report of one operation: what was done, by whom, how long it took, with every event',
    description:
      'Of a drill: with the drill as it is kept, what it left behind, and the operation that began or ended it. Objectives are those that the sites file has now.',
  })
  @ReportAnswer(OperationReportDto)
  @ProblemResponses('invalid-request', 'not-found')
  async report(
    @Param('id') id: string,
    @Query() { format }: ReportQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<OperationReportDto | string> {
    const access = accessOf(exchange.request);
    const report = await this.reports.of(await this.operations.get(id), access.seen);
    const named = [report.operation, report.counterpart].filter((operation) => operation !== null);
    const presented = new Map((await this.told.all(named, access)).map((one) => [one.id, one]));
    const told = await this.unseen.hidden(
      presentReport(report, (operation) => presented.get(operation.id) as OperationDto),
      access.seen,
    );
    if (format === 'json') return told;
    answersReport(exchange, format, 'operation-report');
    return format === 'csv' ? reportCsv(told) : reportHtml(told);
  }

  @Get('operations/:id/timeline')
  @ApiOperation({ summary: 'Every event of one operation, the first one first' })
  @ApiOkResponse({ type: TimelineDto })
  @ProblemResponses('not-found')
  async timeline(@Param('id') id: string): Promise<TimelineDto> {
    const { createdTime } = await this.operations.get(id);
    return { operationId: id, items: presentTimeline(await this.reports.timeline(id), createdTime) };
  }
}

/** The last plan of a page, and the report that it is of. */
interface PageEnd extends CoveragePlace {
  generatedTime: string;
}

function isPageEnd(end: unknown): end is PageEnd {
  const { coverage, planId, generatedTime } = (end ?? {}) as Partial<Record<keyof PageEnd, unknown>>;
  const isPlace = typeof planId === 'string' && (COVERAGES as readonly unknown[]).includes(coverage);
  return isPlace && typeof generatedTime === 'string';
}
