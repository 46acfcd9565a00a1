import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { StoreGuard } from '../operations/guard/store-guard.js';
import { Needs } from './access/needs.decorator.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { RestoreGuardDto } from './dto/restore-guard.dto.js';

@ApiTags('Health')
@ApiBearerAuth()
@Needs('gateway:read')
@Controller('v1/restore-guard')
export class RestoreGuardController {
  constructor(private readonly guard: StoreGuard) {}

  @Get()
  @ApiOperation({
    summary: 'Whether the store can be relied upon, and what it has lost',
    description:
      'Redis may be restarted, replaced, emptied or rolled back. Then nothing is accepted or sent until the journals of all machines were compared with it, and what it has lost is written back. This tells what is waited for, and each operation that differed: what was done about it, and which a person must decide. Told by the process that answers.',
  })
  @ApiOkResponse({ type: RestoreGuardDto })
  @ProblemResponses()
  report(): Promise<RestoreGuardDto> {
    return this.guard.report();
  }
}
