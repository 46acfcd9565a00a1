import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { ExportQueryDto } from './dto/queries.dto.js';
import { EXPORT_FORMATS, OperationExports } from './operation-exports.js';
import { operationFilter } from './operation-filter.js';

@ApiTags('Operations')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1/operations/export')
export class OperationExportsController {
  constructor(private readonly exports: OperationExports) {}

  @Get()
  @ApiOperation({
    summary: 'The job history as a file',
    description:
      'The filters of the list, without pages. `ndjson`: an operation per line, as the list shows it. `csv`: a line of titles, then the main columns; a cell that a spreadsheet would take for a formula begins with an apostrophe. An export that breaks off is cut off without the proper end of the HTTP answer; one that would lack a part of the archive that cannot be read is refused, or breaks off there.',
  })
  @ApiProduces('application/x-ndjson', 'text/csv')
  @ApiOkResponse({
    description: 'The file.',
    content: {
      'application/x-ndjson': { schema: { type: 'string' } },
      'text/csv': { schema: { type: 'string' } },
    },
    headers: { 'Content-Disposition': { description: 'A file name.', schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'history-unavailable')
  async export(@Query() query: ExportQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const { format, ...filters } = query;
    const access = accessOf(reply.request);
    const parts = await this.exports.parts(operationFilter(filters, access.seen), format, access);
    void reply
      .type(EXPORT_FORMATS[format].type)
      .header('content-disposition', `attachment; filename="operations.${format}"`)
      .header('cache-control', 'no-store');
    if (reply.request.method === 'HEAD') return void (await reply.send());
    await reply.send(Readable.from(parts, { highWaterMark: 1 }));
  }
}
