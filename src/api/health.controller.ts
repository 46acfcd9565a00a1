import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { problem, ProblemError } from '../domain/problem.js';
import { StoreReadiness } from '../platform/redis/readiness.js';
import { PublicProblemResponses } from './docs/problem-responses.decorator.js';
import { Public } from './http/auth.guard.js';

class HealthDto {
  /** @example 'ok' */
  status!: 'ok';
}

@ApiTags('Health')
@Controller()
export class HealthController {
  constructor(private readonly readiness: StoreReadiness) {}

  @Get('livez')
  @Public()
  @ApiOperation({ summary: 'The process is alive' })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @ApiOperation({
    summary: 'The gateway can accept work',
    description:
      'Writes to Redis and reads it back. The health of an upstream is not readiness: see /v1/sites.',
  })
  @ApiOkResponse({ type: HealthDto })
  @PublicProblemResponses('store-unavailable')
  async ready(): Promise<HealthDto> {
    const fault = await this.readiness.fault();
    if (fault) throw new ProblemError(problem('store-unavailable', fault), { 'retry-after': '2' });
    return { status: 'ok' };
  }
}
