import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Approvals, DECIDING, whereaboutsOfApproval, type Deciding } from '../approvals/approvals.service.js';
import { noApproval } from '../approvals/approval-problems.js';
import type { Approval } from '../domain/access/approval.js';
import { Clock } from '../platform/clock.js';
import { askingOf } from './access/asking-of.js';
import { Holding } from './access/holding.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, type AuthenticatedRequest } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import {
  ApprovalDto,
  ApprovalListDto,
  ApprovalsQueryDto,
  ApproveDto,
  ReasonDto,
} from './dto/approvals.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentApproval } from './presenters/approval.presenter.js';
import { presentOrdered } from './presenters/page.presenter.js';

@ApiTags('Approvals')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1/approvals')
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly holding: Holding,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What waits for a second person, and what came of it, newest first',
    description: 'Kept for seven days. `?state=REQUESTED` is what waits.',
  })
  @ApiOkResponse({ type: ApprovalListDto })
  @ProblemResponses('page-token-invalid')
  async list(
    @Query() query: ApprovalsQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<ApprovalListDto> {
    const { seen } = accessOf(exchange.request);
    const now = this.clock.now();
    const all = (await this.approvals.all())
      .filter((approval) => seen.covers(whereaboutsOfApproval(approval)))
      .map((approval) => presentApproval(approval, now))
      .filter(({ state }) => query.state?.includes(state) ?? true);
    const page = presentOrdered(all, query, { of: 'approvals', state: query.state, seen: seen.key });
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One approval: exactly what is asked for, and who said what' })
  @ApiOkResponse({ type: ApprovalDto })
  @ProblemResponses('not-found')
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<ApprovalDto> {
    return presentApproval(await this.seen(id, request), this.clock.now());
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Needs('approvals:decide')
  @ApiOperation({
    summary: 'Say yes to this one request',
    description:
      'By somebody else than who asked, whichever of their keys they use. Whoever asked then sends the same request again, with the same Idempotency-Key; the approval holds for nothing else, once, until `expiryTime`, and while the target is as it was.',
  })
  @ApiOkResponse({ type: ApprovalDto })
  @ProblemResponses('forbidden', 'not-found', 'second-person-needed', 'approval-closed')
  approve(
    @Param('id') id: string,
    @Body() { reason }: ApproveDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<ApprovalDto> {
    return this.decide(id, 'APPROVE', reason ?? null, request);
  }

  @Post(':id/decline')
  @HttpCode(200)
  @Needs('approvals:decide')
  @ApiOperation({
    summary: 'Say no, or take back a yes that was not used',
    description:
      'The same request is then refused for good; with a fresh Idempotency-Key it may be asked for again.',
  })
  @ApiOkResponse({ type: ApprovalDto })
  @ProblemResponses('forbidden', 'not-found', 'approval-closed')
  decline(
    @Param('id') id: string,
    @Body() { reason }: ReasonDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<ApprovalDto> {
    return this.decide(id, 'DECLINE', reason, request);
  }

  @Post(':id/override')
  @HttpCode(200)
  @Needs('emergencies:declare')
  @ApiOperation({
    summary: 'Go on with this one request without a second person; everybody is told',
    description: 'Also by who asked. For more than one request, declare an emergency.',
  })
  @ApiOkResponse({ type: ApprovalDto })
  @ProblemResponses('forbidden', 'not-found', 'approval-closed')
  override(
    @Param('id') id: string,
    @Body() { reason }: ReasonDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<ApprovalDto> {
    return this.decide(id, 'OVERRIDE', reason, request);
  }

  private async decide(
    id: string,
    what: Deciding,
    reason: string | null,
    request: AuthenticatedRequest,
  ): Promise<ApprovalDto> {
    const approval = await this.seen(id, request);
    await this.holding.mustHold(accessOf(request), DECIDING[what].right, whereaboutsOfApproval(approval));
    const decided = await this.approvals.decide(id, what, askingOf(request), reason);
    return presentApproval(decided, this.clock.now());
  }

  /** What may not be seen is not there. */
  private async seen(id: string, request: AuthenticatedRequest): Promise<Approval> {
    const approval = await this.approvals.get(id);
    if (!accessOf(request).seen.covers(whereaboutsOfApproval(approval))) throw noApproval(id);
    return approval;
  }
}
