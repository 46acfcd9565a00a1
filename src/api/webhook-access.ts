import { Injectable } from '@nestjs/common';
import type { Scope } from '../domain/access/scope.js';
import type { FieldError } from '../domain/problem.js';
import { ProviderRegistry } from '../providers/registry.js';
import type { Delivery } from '../webhooks/delivery.js';
import type { Webhook } from '../webhooks/webhook.js';
import { noWebhook, WebhooksService } from '../webhooks/webhooks.service.js';

/** A webhook is told everything of its sites: only who holds all of each of them sees it, and may have it changed. */
@Injectable()
export class WebhookAccess {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly providers: ProviderRegistry,
  ) {}

  /** One that is not held is not there: the same 404 as of one that never was. */
  async mustHold(id: string, held: Scope): Promise<void> {
    if (held.isAll) return;
    const siteIds = await this.webhooks.sitesOf(id);
    if (!isWithin(siteIds, held)) throw noWebhook(id);
  }

  /** What stands against such sites; `siteIds` undefined = as they are. */
  siteFaults(siteIds: readonly string[] | undefined, held: Scope): FieldError[] {
    if (siteIds?.length === 0 && !held.isAll) {
      const detail = 'Name the sites: only who holds all of them may have a webhook for all.';
      return [{ pointer: '/siteIds', detail }];
    }
    return (siteIds ?? []).flatMap((siteId, at): FieldError[] => {
      const isKnown = this.providers.find(siteId) !== null && held.touchesSite(siteId);
      if (isKnown && held.coversSite(siteId)) return [];
      const detail = isKnown ? `This needs all of the site ${siteId}.` : `There is no site ${siteId}.`;
      return [{ pointer: `/siteIds/${at}`, detail }];
    });
  }

  /** Also what it was told when it had other sites is not for everybody who holds it now. */
  async seesDelivery(held: Scope): Promise<(delivery: Delivery) => boolean> {
    if (held.isAll) return () => true;
    const own = new Set((await this.webhooks.known()).filter((one) => holds(one, held)).map(({ id }) => id));
    return ({ siteId, webhookId, body }) =>
      siteId === null ? own.has(aboutWhich(body) ?? webhookId) : held.coversSite(siteId);
  }
}

export function holds({ siteIds }: Pick<Webhook, 'siteIds'>, held: Scope): boolean {
  return held.isAll || isWithin(siteIds, held);
}

/** No sites = all. */
function isWithin(siteIds: readonly string[], held: Scope): boolean {
  return siteIds.length > 0 && siteIds.every((siteId) => held.coversSite(siteId));
}

/** The webhook that a notice is about; null = none. */
function aboutWhich(body: string): string | null {
  const { subject } = JSON.parse(body) as { subject?: unknown };
  return typeof subject === 'string' ? subject : null;
}
