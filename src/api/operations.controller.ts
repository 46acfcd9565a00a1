import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EVERYTHING } from '../domain/access/principal.js';
import type { Right } from '../domain/access/rights.js';
import { AuditTrail } from '../access/audit-trail.js';
import { isVerdict } from '../domain/operation.js';
import { OperationsService } from '../operations/operations.service.js';
import { Resolutions } from '../operations/resolutions.js';
import { OperationStore, type OperationCursor } from '../operations/operation-store.js';
import { decisionOf } from './access/decisions.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, principalIdOf } from './access/request-access.js';
import { ActionRequests } from './action-requests.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { OperationDto, OperationListDto } from './dto/operation.dto.js';
import { LastEventQueryDto } from './dto/event-queries.dto.js';
import { LARGEST_PAGE, OperationsQueryDto } from './dto/queries.dto.js';
import { AnswerPromptDto, ResolveOperationDto } from './dto/requests.dto.js';
import { isSeen } from './http/entity-tag.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { waitSeconds } from './http/prefer.js';
import { SealedPageTokens } from './http/sealed-page-token.js';
import { operationFilter } from './operation-filter.js';
import { OperationStreams } from './operation-streams.js';
import { etagOf } from './presenters/operation.presenter.js';
import { ToldOperations } from './told-operations.js';

@ApiTags('Operations')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1/operations')
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly store: OperationStore,
    private readonly resolutions: Resolutions,
    private readonly actions: ActionRequests,
    private readonly told: ToldOperations,
    private readonly streams: OperationStreams,
    private readonly tokens: SealedPageTokens,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The job history of all sites, running operations included',
    description:
      'What ended long ago is read from the archive, the same way. A page may be short, or empty, and still have a next one: what one request looks at is bounded. `unavailable` names parts of the archive that could not be looked at.',
  })
  @ProblemResponses('invalid-request', 'page-token-invalid')
  async list(
    @Query() query: OperationsQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<OperationListDto> {
    const { pageSize, pageToken, ...bound } = query;
    const access = accessOf(exchange.request);
    const { seen } = access;
    const page = await this.store.list(
      operationFilter(bound, seen),
      pageToken === undefined ? null : this.tokens.read(pageToken, bound, seen, isCursor),
      Math.min(pageSize, LARGEST_PAGE),
    );
    const nextPageToken = page.next ? this.tokens.make(page.next, bound, seen) : undefined;
    nextPageLink(exchange, nextPageToken);
    return {
      items: await this.told.all(page.items, access),
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      ...(page.unreadable ? { unavailable: page.unreadable } : {}),
    };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One operation',
    description:
      'Always 200 while it exists. `Prefer: wait=30` waits until it changes (from the version in `If-None-Match`, if given) or ends, 60 seconds at most.',
  })
  @ApiHeader({ name: 'Prefer', required: false, schema: { type: 'string', example: 'wait=30' } })
  @ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string', example: '"3"' } })
  @ApiOkResponse({
    type: OperationDto,
    headers: {
      ETag: { description: 'The version, for `If-None-Match`.', schema: { type: 'string' } },
      'Retry-After': {
        description: 'Seconds until it is worth looking again; absent when it is done.',
        schema: { type: 'integer' },
      },
    },
  })
  @ApiResponse({ status: 304, description: 'It is as `If-None-Match` says.' })
  @ProblemResponses('not-found', 'history-unavailable')
  async get(
    @Param('id') id: string,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<OperationDto | undefined> {
    const { prefer, 'if-none-match': seen } = request.headers;
    let operation = await this.operations.get(id);
    const seconds = waitSeconds(prefer?.toString());
    if (seconds > 0) {
      void reply.header('preference-applied', `wait=${seconds}`);
      const unchanged = seen === undefined || isSeen(seen, etagOf(operation));
      if (unchanged && !isVerdict(operation.state)) {
        await this.streams.changed(operation, seconds * 1000, reply.raw);
        operation = await this.operations.get(id);
      }
    }
    void reply.header('etag', etagOf(operation)).header('cache-control', 'no-cache');
    if (!isVerdict(operation.state))
      void reply.header('retry-after', String(this.actions.retryAfterSeconds()));
    if (isSeen(seen, etagOf(operation))) {
      void reply.code(304);
      return undefined;
    }
    return this.told.of(operation, accessOf(request));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a stop',
    description:
      'Needs the right that begins such an operation, over what it acts upon. Before the request was sent upstream, the operation is CANCELLED at once. Afterwards the upstream is asked, if it can; the verdict says whether it was in time. Asking twice is harmless. What could not be sent for 15 minutes is not sent any more: `cancel.state` is REFUSED, and it may be asked for again.',
  })
  @ProblemResponses('not-found', 'cancel-not-supported', 'store-reconciling')
  async cancel(@Param('id') id: string, @Exchange() exchange: HttpExchange): Promise<OperationDto> {
    await this.mustHold(id, exchange);
    const operation = await this.operations.cancel(id, principalIdOf(exchange.request));
    void exchange.reply.header('location', `/v1/operations/${id}`).header('etag', etagOf(operation));
    return this.told.of(operation, accessOf(exchange.request));
  }

  @Post(':id/input')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Answer a prompt',
    description:
      'Needs the right that begins such an operation, over what it acts upon. While the operation is WAITING_FOR_INPUT: tells the upstream to go on. The prompt’s id makes it safe to ask again: an answered prompt is gone. What could not be sent for 15 minutes is not sent any more: `input.state` is REFUSED, and it may be given again.',
  })
  @ProblemResponses('invalid-request', 'not-found', 'no-such-prompt', 'store-reconciling')
  async answer(
    @Param('id') id: string,
    @Body() { promptId }: AnswerPromptDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<OperationDto> {
    await this.mustHold(id, exchange);
    const requestedBy = principalIdOf(exchange.request);
    const operation = await this.operations.answerPrompt(id, promptId, requestedBy);
    void exchange.reply.header('location', `/v1/operations/${id}`).header('etag', etagOf(operation));
    return this.told.of(operation, accessOf(exchange.request));
  }

  @Post(':id/resolution')
  @Needs('operations:resolve')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Settle what is UNKNOWN, or was begun outside and does not end',
    description:
      'Only while the operation is UNKNOWN, or as long as it has not ended where it is EXTERNAL: nothing was sent for that. The upstream is looked at once more; a verdict that it contradicts is refused, and a site that cannot be looked at is a 503. A target that is at work contradicts; of an EXTERNAL operation of which nothing has moved for ten minutes FAILED can be said all the same. Then the verdict closes the operation and releases its groups; NOT_EXECUTED ends it as FAILED with the outcome NONE. The same verdict again answers the operation.',
  })
  @ApiOkResponse({ type: OperationDto })
  @ProblemResponses(
    'invalid-request',
    'not-found',
    'not-resolvable',
    'upstream-contradicts',
    'upstream-unavailable',
    'store-reconciling',
    'audit-unavailable',
  )
  async resolve(
    @Param('id') id: string,
    @Body() wish: ResolveOperationDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<OperationDto> {
    const { verdict, reason } = wish;
    await this.mustHold(id, exchange, 'operations:resolve');
    const resolvedBy = principalIdOf(exchange.request);
    const operation = await this.resolutions.resolve(id, { verdict, reason }, resolvedBy);
    const { siteId } = operation;
    await this.audit.record(
      decisionOf(exchange.request, 'RESOLVED', { siteId, reason: `${verdict}: ${reason}` }),
    );
    void exchange.reply.header('etag', etagOf(operation));
    return this.told.of(operation, accessOf(exchange.request));
  }

  @Get(':id/events')
  @ApiOperation({
    summary: 'The operation as server-sent events',
    description:
      'First frame: `operation.snapshot`. Then every event from the first, each a CloudEvent; with `Last-Event-ID` only those after it, without a snapshot. Where the operation has no such event, the first frame is `stream.reset`, and everything follows. Ends after the verdict; coming back then is a 204. It ends within a minute of the right to see it being taken away.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, schema: { type: 'string' } })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'A stream of events.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 204, description: 'Everything after `Last-Event-ID` was told; do not come back.' })
  @ProblemResponses('not-found', 'overloaded')
  async events(
    @Param('id') id: string,
    @Query() { lastEventId }: LastEventQueryDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const operation = await this.operations.get(id);
    const { method, headers } = reply.request;
    // Fastify answers HEAD with the handler of GET; a stream would keep it waiting for the verdict.
    if (method === 'HEAD') return void (await reply.type('text/event-stream').send());
    const access = accessOf(reply.request);
    const snapshot = await this.told.of(operation, access);
    const from = headers['last-event-id']?.toString() ?? lastEventId;
    await this.streams.stream(operation, snapshot, access, reply, from);
  }

  /** Which right it takes depends on what the operation does, unless it is given. */
  private async mustHold(id: string, { request }: HttpExchange, right?: Right): Promise<void> {
    const access = accessOf(request);
    // Who holds everything is told by the work itself what is wrong: that the store is being compared, say.
    if (access.principal.grants === EVERYTHING) return;
    await this.told.mustHold(await this.operations.get(id), access, right);
  }
}

function isCursor(place: unknown): place is OperationCursor {
  const { createdMs, id } = (place ?? {}) as Partial<Record<keyof OperationCursor, unknown>>;
  return Number.isFinite(createdMs) && typeof id === 'string';
}
