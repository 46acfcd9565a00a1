import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../domain/problem-kinds.js';
import { problem, ProblemError } from '../domain/problem.js';
import { PublicProblemResponses } from './docs/problem-responses.decorator.js';
import { Public } from './access/needs.decorator.js';

@ApiTags('Problems')
@Controller('problems')
export class ProblemsController {
  @Get(':code')
  @Public()
  @ApiOperation({ summary: 'What a problem type means, and what to do' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  @PublicProblemResponses('not-found')
  describe(@Param('code') code: string): object {
    if (!Object.hasOwn(PROBLEMS, code)) {
      throw new ProblemError(problem('not-found', `There is no problem type ${code}.`));
    }
    return { type: `/problems/${code}`, code, ...PROBLEMS[code as ProblemCode] };
  }
}
