import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Scope } from '../domain/access/scope.js';
import type { FieldError } from '../domain/problem.js';
import { WebhooksService } from '../webhooks/webhooks.service.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, principalIdOf } from './access/request-access.js';
import { boundTo } from './access/seen-inventory.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { PageQueryDto } from './dto/queries.dto.js';
import {
  CreateWebhookDto,
  UpdateWebhookDto,
  WebhookDto,
  WebhookListDto,
  WebhookWithSecretDto,
} from './dto/webhooks.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { invalidRequest } from './http/invalid-request.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentPage } from './presenters/page.presenter.js';
import { presentWebhook, presentWithSecret } from './presenters/webhook.presenter.js';
import { holds, WebhookAccess } from './webhook-access.js';

@ApiTags('Webhooks')
@ApiBearerAuth()
@Needs('webhooks:manage')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly access: WebhookAccess,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Have events sent to a URL',
    description:
      'Requests and signatures are those of Standard Webhooks, bodies are CloudEvents 1.0. At least once, and in order within an operation: a later event waits until the earlier one was taken (2xx within 15 s) or given up. The secret is in this answer only.',
  })
  @ApiCreatedResponse({
    type: WebhookWithSecretDto,
    headers: { Location: { description: 'Where it can be read.', schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'webhook-limit-reached')
  async create(
    @Body() body: CreateWebhookDto,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<WebhookWithSecretDto> {
    this.mustBeUsable({ ...body, siteIds: body.siteIds ?? [] }, accessOf(request).held);
    const created = await this.webhooks.create(body, principalIdOf(request));
    void reply.header('location', `/v1/webhooks/${created.webhook.id}`).header('cache-control', 'no-store');
    return presentWithSecret(created);
  }

  @Get()
  @ApiOperation({
    summary: 'The webhooks, and how their endpoints behave',
    description: 'Those all of whose sites one may manage; those for all sites, for who may manage all.',
  })
  @ApiOkResponse({ type: WebhookListDto })
  @ProblemResponses('page-token-invalid')
  async list(@Query() query: PageQueryDto, @Exchange() exchange: HttpExchange): Promise<WebhookListDto> {
    const { held } = accessOf(exchange.request);
    const all = await this.webhooks.views((await this.webhooks.known()).filter((one) => holds(one, held)));
    const page = presentPage(all.map(presentWebhook), query, { of: 'webhooks', ...boundTo(held) });
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One webhook' })
  @ApiOkResponse({ type: WebhookDto })
  @ProblemResponses('not-found')
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<WebhookDto> {
    await this.access.mustHold(id, accessOf(request).held);
    return presentWebhook(await this.webhooks.get(id));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a webhook, disable or enable it',
    description:
      'Filters hold for events from now on. What waits is sent to the new URL; while the webhook is disabled it goes on waiting.',
  })
  @ApiOkResponse({ type: WebhookDto })
  @ProblemResponses('invalid-request', 'not-found')
  async update(
    @Param('id') id: string,
    @Body() body: UpdateWebhookDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<WebhookDto> {
    const { held } = accessOf(request);
    await this.access.mustHold(id, held);
    this.mustBeUsable(body, held);
    return presentWebhook(await this.webhooks.update(id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a webhook with its log, and whatever waits for it' })
  @ApiNoContentResponse()
  @ProblemResponses('not-found')
  async remove(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<void> {
    await this.access.mustHold(id, accessOf(request).held);
    await this.webhooks.remove(id);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make a new secret',
    description: 'For 24 hours the requests carry a signature of the old one, too.',
  })
  @ApiOkResponse({ type: WebhookWithSecretDto })
  @ProblemResponses('not-found')
  async rotateSecret(
    @Param('id') id: string,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<WebhookWithSecretDto> {
    await this.access.mustHold(id, accessOf(request).held);
    const rotated = await this.webhooks.rotateSecret(id);
    void reply.header('cache-control', 'no-store');
    return presentWithSecret(rotated);
  }

  private mustBeUsable({ url, siteIds }: Pick<UpdateWebhookDto, 'url' | 'siteIds'>, held: Scope): void {
    const urlFault = url === undefined ? null : this.webhooks.urlFault(url);
    const errors: FieldError[] = urlFault === null ? [] : [{ pointer: '/url', detail: urlFault }];
    errors.push(...this.access.siteFaults(siteIds, held));
    if (errors.length > 0) throw invalidRequest(errors);
  }
}
