import type { Scope } from '../../domain/access/scope.js';
import { isoTime } from '../../platform/clock.js';
import type { Delivery } from '../../webhooks/delivery.js';
import type { WebhookView } from '../../webhooks/webhooks.service.js';
import type {
  DeliveriesQueryDto,
  DeliveryDetailDto,
  DeliveryDto,
  DeliveryListDto,
  WebhookDto,
  WebhookWithSecretDto,
} from '../dto/webhooks.dto.js';
import { boundTo } from '../access/seen-inventory.js';
import { LARGEST_PAGE } from '../dto/queries.dto.js';
import { makePageToken, readPageToken } from '../http/page-token.js';

/** Without its secrets. */
export function presentWebhook({ webhook, health, waiting, dropped }: WebhookView): WebhookDto {
  const { id, url, eventTypes, siteIds, description, disabled, createdBy, createdTime, updatedTime } =
    webhook;
  const { failures, failingSinceMs, pausedUntilMs, lastDeliveredMs, lastError } = health;
  return {
    ...{ id, url, eventTypes, siteIds, description },
    disabled: disabled !== null,
    disabledReason: disabled?.reason ?? null,
    disabledTime: disabled?.time ?? null,
    ...{ createdBy, createdTime, updatedTime },
    previousSecretUntilTime: webhook.secrets[1]?.untilTime ?? null,
    endpoint: {
      failures,
      failingSinceTime: timeOrNull(failingSinceMs),
      pausedUntilTime: timeOrNull(pausedUntilMs),
      lastDeliveredTime: timeOrNull(lastDeliveredMs),
      lastError,
    },
    waitingDeliveries: waiting,
    droppedDeliveries: dropped.total,
    lastDroppedEventTime: dropped.untilTime,
  };
}

/** The one time that the secret is shown. */
export function presentWithSecret(view: WebhookView): WebhookWithSecretDto {
  return { ...presentWebhook(view), secret: view.webhook.secrets[0]?.secret ?? '' };
}

export function presentDelivery(delivery: Delivery): DeliveryDto {
  const { id, webhookId, eventId, eventType, eventTime, operationId, siteId, sequence, state } = delivery;
  const { queuedTime, nextAttemptTime, endedTime, attemptCount, attempts } = delivery;
  return {
    ...{ id, webhookId, eventId, eventType, eventTime, operationId, siteId, sequence, state },
    ...{ queuedTime, nextAttemptTime, endedTime, attemptCount },
    lastAttempt: attempts.at(-1) ?? null,
  };
}

export function presentDeliveryDetail(delivery: Delivery): DeliveryDetailDto {
  const { attempts, body } = delivery;
  return { ...presentDelivery(delivery), attempts, event: JSON.parse(body) as object };
}

/** What of the query the token is bound to. */
function filtersOf(webhookId: string, { state }: DeliveriesQueryDto, held: Scope): object {
  return { webhookId, state: state && [...state].sort(), ...boundTo(held) };
}

export function deliveriesPlace(
  webhookId: string,
  query: DeliveriesQueryDto,
  held: Scope,
): { after: string | null; count: number } {
  const { pageToken, pageSize } = query;
  const filters = filtersOf(webhookId, query, held);
  const after = pageToken === undefined ? null : readPageToken(pageToken, filters, isPlace).after;
  return { after, count: Math.min(pageSize, LARGEST_PAGE) };
}

/** @param deliveries one more than the page has, if there are more */
export function presentDeliveries(
  webhookId: string,
  deliveries: readonly Delivery[],
  query: DeliveriesQueryDto,
  held: Scope,
): DeliveryListDto {
  const { count } = deliveriesPlace(webhookId, query, held);
  const items = deliveries.slice(0, count).map(presentDelivery);
  const last = items.at(-1);
  if (!last || deliveries.length <= count) return { items };
  return { items, nextPageToken: makePageToken({ after: last.id }, filtersOf(webhookId, query, held)) };
}

function isPlace(place: unknown): place is { after: string } {
  const after = (place as { after?: unknown } | null | undefined)?.after;
  return typeof after === 'string' && /^[0-9a-f]{32}$/.test(after);
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
