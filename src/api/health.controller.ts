import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { healthProblem } from '../domain/health-problem.js';
import { ProblemError } from '../domain/problem.js';
import { Health, type HealthReport } from '../platform/health/health.js';
import { PublicProblemResponses } from './docs/problem-responses.decorator.js';
import { HealthDto } from './dto/health.dto.js';
import { Public } from './access/needs.decorator.js';

@ApiTags('Health')
@Controller()
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('livez')
  @Public()
  @ApiOperation({
    summary: 'The process is alive',
    description: 'Asks nobody outside of the process: while Redis is away, it is alive.',
  })
  @ApiOkResponse({ type: HealthDto })
  @PublicProblemResponses('unhealthy')
  async live(): Promise<HealthDto> {
    return answerOf(await this.health.live());
  }

  @Get('readyz')
  @Public()
  @ApiOperation({
    summary: 'The gateway can be asked',
    description: [
      'Each of `checks` is a sentence of its own, also when it answers 503:',
      '`store` (Redis takes a write), `eviction` (it throws nothing away), `replicas` (as many as REDIS_WAIT_REPLICAS confirm a write),',
      '`journal` (it can be written),',
      '`clock` (this machine and the Redis server agree on the time), `event-loop` (the process keeps up), `connections` (none has ended for good).',
      'Two tell something, and make nothing fail: `guard` (what the store says can be relied upon: see /v1/restore-guard; while it does not, reads go on, and what would begin something answers 503 `store-reconciling`)',
      'and `workers` (somebody answers the queues). So does `replicas` where Redis is found by Sentinels and no replica is waited for.',
      'The health of an upstream is not readiness: see /v1/sites.',
    ].join(' '),
  })
  @ApiOkResponse({ type: HealthDto })
  @PublicProblemResponses('store-unavailable', 'unhealthy')
  async ready(): Promise<HealthDto> {
    return answerOf(await this.health.ready());
  }
}

function answerOf({ fault, checks }: HealthReport): HealthDto {
  if (fault) throw new ProblemError(healthProblem(fault, checks), { 'retry-after': '2' });
  return { status: 'ok', checks };
}
