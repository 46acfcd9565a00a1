import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Needs } from './access/needs.decorator.js';
import { ActionRequests, wishOf, type ActionAnswer } from './action-requests.js';
import { StartsOperation } from './docs/action-docs.decorator.js';
import { ReadsOneSite } from './docs/problem-responses.decorator.js';
import { RemoveStepQueryDto, StepsQueryDto, WorkflowQueryDto } from './dto/part-queries.dto.js';
import { RecoveryStepDto, RecoveryStepListDto } from './dto/plan-parts.dto.js';
import { AddRecoveryStepDto, UpdateRecoveryStepDto } from './dto/step-requests.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { mustChange } from './must-change.js';
import { PublicIds } from './public-ids.js';
import { SiteReads } from './site-reads.js';

/**
 * A step is named by its plan, its workflow (in the query, everywhere) and its id; whoever changes it tells its
 * title too, for ids move when steps are inserted.
 */
@ApiTags('Plan parts')
@ApiBearerAuth()
@Needs('inventory:read')
@Controller('v1/recovery-plans/:id/recovery-steps')
export class RecoveryStepsController {
  constructor(
    private readonly reads: SiteReads,
    private readonly ids: PublicIds,
    private readonly actions: ActionRequests,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What the plan does, step by step, in one of its workflows',
    description: 'In the order of the work. What an inserted step holds is shown by the step itself.',
  })
  @ReadsOneSite('not-offered')
  async list(
    @Param('id') id: string,
    @Query() query: StepsQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<RecoveryStepListDto> {
    const { provider, targetNativeId: planId } = this.ids.target(id);
    const { workflow } = query;
    const all = await this.reads.further(provider, 'recoverySteps', { planId, workflow });
    return this.reads.page(all, query, exchange);
  }

  @Post()
  @Needs('protection:change')
  @StartsOperation('Insert a command or a prompt', 'SRM: before a step that is `insertable`, or at the end.')
  add(
    @Param('id') id: string,
    @Query() { workflow }: WorkflowQueryDto,
    @Body() { reason, validateOnly, ...step }: AddRecoveryStepDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const plan = this.ids.target(id);
    const input = { ...step, workflow };
    return this.actions.change('ADD_RECOVERY_STEP', plan, { reason, validateOnly }, input, exchange);
  }

  @Get(':stepId')
  @ApiOperation({ summary: 'One step, with what an inserted one holds' })
  @ReadsOneSite('not-offered')
  get(
    @Param('id') id: string,
    @Param('stepId') step: string,
    @Query() { workflow }: WorkflowQueryDto,
  ): Promise<RecoveryStepDto> {
    const { provider, targetNativeId: planId, partNativeId: stepId } = this.ids.upstreamPart(id, step);
    return this.reads.further(provider, 'recoveryStep', { planId, workflow, stepId });
  }

  @Patch(':stepId')
  @Needs('protection:change')
  @StartsOperation('Change an inserted step', 'SRM. What is absent is left as it is.')
  update(
    @Param('id') id: string,
    @Param('stepId') stepId: string,
    @Query() { workflow }: WorkflowQueryDto,
    @Body() { reason, validateOnly, expectedTitle, ...fields }: UpdateRecoveryStepDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const step = this.ids.upstreamPart(id, stepId);
    mustChange(fields);
    const input = { ...fields, workflow, expectedTitle };
    return this.actions.change('UPDATE_RECOVERY_STEP', step, { reason, validateOnly }, input, exchange);
  }

  @Delete(':stepId')
  @Needs('protection:change')
  @StartsOperation('Remove an inserted step', 'SRM. The upstream’s own steps stay.')
  remove(
    @Param('id') id: string,
    @Param('stepId') stepId: string,
    @Query() query: RemoveStepQueryDto,
    @Exchange() exchange: HttpExchange,
  ): ActionAnswer {
    const step = this.ids.upstreamPart(id, stepId);
    const { workflow, expectedTitle } = query;
    const input = { workflow, expectedTitle };
    return this.actions.change('REMOVE_RECOVERY_STEP', step, wishOf(query), input, exchange);
  }
}
