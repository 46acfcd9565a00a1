import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Scope } from '../domain/access/scope.js';
import type { Delivery } from '../webhooks/delivery.js';
import { noDelivery, WebhooksService } from '../webhooks/webhooks.service.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { DeliveriesQueryDto, DeliveryDetailDto, DeliveryListDto } from './dto/webhooks.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { nextPageLink } from './http/next-page-link.js';
import { deliveriesPlace, presentDeliveries, presentDeliveryDetail } from './presenters/webhook.presenter.js';
import { WebhookAccess } from './webhook-access.js';

@ApiTags('Webhooks')
@ApiBearerAuth()
@Needs('webhooks:manage')
@Controller('v1/webhooks/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly access: WebhookAccess,
  ) {}

  @Post('test')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send a test to a webhook',
    description: 'An event `webhook.test`, whatever the filters. The delivery tells what came of it.',
  })
  @ApiAcceptedResponse({ type: DeliveryDetailDto })
  @ProblemResponses('not-found', 'webhook-disabled', 'webhook-limit-reached')
  async test(
    @Param('id') id: string,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<DeliveryDetailDto> {
    await this.access.mustHold(id, accessOf(request).held);
    const delivery = await this.webhooks.test(id);
    void reply.header('location', `/v1/webhooks/${id}/deliveries/${delivery.id}`);
    return presentDeliveryDetail(delivery);
  }

  @Get('deliveries')
  @ApiOperation({
    summary: 'What was sent, or waits: the newest event first',
    description:
      'Of what was taken, and of what was given up, the last thousand of the last thirty days are kept.',
  })
  @ApiOkResponse({ type: DeliveryListDto })
  @ProblemResponses('invalid-request', 'page-token-invalid', 'not-found')
  async list(
    @Param('id') id: string,
    @Query() query: DeliveriesQueryDto,
    @Exchange() exchange: HttpExchange,
  ): Promise<DeliveryListDto> {
    const { held } = accessOf(exchange.request);
    await this.access.mustHold(id, held);
    const { after, count } = deliveriesPlace(id, query, held);
    const found = await this.seen(id, query.state, after, count + 1, held);
    const page = presentDeliveries(id, found, query, held);
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get('deliveries/:deliveryId')
  @ApiOperation({ summary: 'One delivery, with its attempts and what is sent' })
  @ApiOkResponse({ type: DeliveryDetailDto })
  @ProblemResponses('not-found')
  async get(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @Exchange() { request }: HttpExchange,
  ): Promise<DeliveryDetailDto> {
    return presentDeliveryDetail(await this.found(id, deliveryId, accessOf(request).held));
  }

  @Post('deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send it once more',
    description:
      'With the same `webhook-id` and body, beside whatever waits, and retried like the first time. One that waits is tried now, if no earlier event of its operation waits.',
  })
  @ApiAcceptedResponse({ type: DeliveryDetailDto })
  @ProblemResponses('not-found', 'webhook-disabled')
  async redeliver(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @Exchange() { request }: HttpExchange,
  ): Promise<DeliveryDetailDto> {
    const { held } = accessOf(request);
    if (!held.isAll) await this.found(id, deliveryId, held);
    return presentDeliveryDetail(await this.webhooks.redeliver(id, deliveryId));
  }

  private async found(id: string, deliveryId: string, held: Scope): Promise<Delivery> {
    await this.access.mustHold(id, held);
    const delivery = await this.webhooks.getDelivery(id, deliveryId);
    const sees = await this.access.seesDelivery(held);
    if (!sees(delivery)) throw noDelivery(deliveryId);
    return delivery;
  }

  /** As many as are wanted, if there are so many: what is not seen leaves no gap. */
  private async seen(
    id: string,
    states: DeliveriesQueryDto['state'],
    after: string | null,
    count: number,
    held: Scope,
  ): Promise<Delivery[]> {
    const sees = await this.access.seesDelivery(held);
    const found: Delivery[] = [];
    for (let from = after; ;) {
      const some = await this.webhooks.listDeliveries(id, states, from, count);
      found.push(...some.filter(sees));
      from = some.at(-1)?.id ?? null;
      if (found.length >= count || some.length < count) return found.slice(0, count);
    }
  }
}
