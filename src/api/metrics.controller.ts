import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags, ApiBearerAuth } from '@nestjs/swagger';
import { Metrics } from '../platform/metrics.js';
import { Needs } from './access/needs.decorator.js';
import { PublicProblemResponses } from './docs/problem-responses.decorator.js';

@ApiTags('Health')
@ApiBearerAuth()
@Needs('gateway:read')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics of this process' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @PublicProblemResponses('unauthenticated', 'internal-error', 'store-unavailable')
  read(): Promise<string> {
    return this.metrics.text();
  }
}
