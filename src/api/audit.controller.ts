import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AuditLog, type AuditPage } from '../audit/audit-log.js';
import type { Place } from '../audit/newest-first.js';
import type { Scope } from '../domain/access/scope.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { AuditExportQueryDto, AuditListDto, AuditQueryDto } from './dto/audit.dto.js';
import { LARGEST_PAGE } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { SealedPageTokens } from './http/sealed-page-token.js';
import { auditFilter, presentAudit, presentDecision } from './presenters/audit.presenter.js';

@ApiTags('Audit')
@ApiBearerAuth()
@Needs('audit:read')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditLog,
    private readonly tokens: SealedPageTokens,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Who decided what, or was refused what: the newest first',
    description:
      'Requests that change something, from before they are done; what was refused; approvals, overrides, emergencies, verdicts and keys. Reads that were allowed are not recorded. What concerns no site is shown to whoever sees all sites. A page may be short, or empty, and still have a next one: what one request looks at is bounded.',
  })
  @ApiOkResponse({ type: AuditListDto })
  @ProblemResponses('invalid-request', 'page-token-invalid', 'not-found', 'audit-unavailable')
  async list(@Query() query: AuditQueryDto, @Exchange() exchange: HttpExchange): Promise<AuditListDto> {
    const { pageSize, pageToken, ...filters } = query;
    const { seen } = accessOf(exchange.request);
    const after = pageToken === undefined ? null : this.tokens.read(pageToken, filters, seen, isPlace);
    const page = await this.audit.list(auditFilter(filters), seen, after, Math.min(pageSize, LARGEST_PAGE));
    const nextPageToken = page.next ? this.tokens.make(page.next, filters, seen) : undefined;
    nextPageLink(exchange, nextPageToken);
    return presentAudit(page, nextPageToken);
  }

  @Get('export')
  @ApiOperation({
    summary: 'The same as a file',
    description:
      'The filters of the list, without pages: a decision per line, as the list shows it. An export that breaks off is cut off without the proper end of the HTTP answer.',
  })
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({
    description: 'The file.',
    content: { 'application/x-ndjson': { schema: { type: 'string' } } },
    headers: { 'Content-Disposition': { description: 'A file name.', schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'not-found', 'audit-unavailable')
  async export(@Query() filters: AuditExportQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const { seen } = accessOf(reply.request);
    // The first page is read at once, so that what cannot be read is a problem and not half a file.
    const first = await this.audit.list(auditFilter(filters), seen, null, LARGEST_PAGE);
    void reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.ndjson"')
      .header('cache-control', 'no-store');
    if (reply.request.method === 'HEAD') return void (await reply.send());
    await reply.send(Readable.from(this.parts(first, filters, seen), { highWaterMark: 1 }));
  }

  private async *parts(first: AuditPage, filters: AuditExportQueryDto, seen: Scope): AsyncGenerator<string> {
    for (
      let page = first;
      ;
      page = await this.audit.list(auditFilter(filters), seen, page.next, LARGEST_PAGE)
    ) {
      if (page.items.length > 0)
        yield page.items.map((decision) => `${JSON.stringify(presentDecision(decision))}\n`).join('');
      if (!page.next) return;
    }
  }
}

function isPlace(place: unknown): place is Place {
  const { timeMs, writer, sequence } = (place ?? {}) as Partial<Record<keyof Place, unknown>>;
  return Number.isFinite(timeMs) && typeof writer === 'string' && Number.isFinite(sequence);
}
