import { Webhook as Signature } from 'standardwebhooks';
import { shownText } from '../../domain/shown-text.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { Delivery, DeliveryAttempt } from '../delivery.js';
import { retryAfterMs } from '../retry-policy.js';
import { signingSecrets, type Webhook } from '../webhook.js';
import type { ConnectionRules } from './endpoint-connection.js';
import { endpointFault } from './endpoint-url.js';
import { postToEndpoint, TooLateToSend, type PostTimes } from './endpoint-post.js';

/** What came of one attempt; null = it was too late to send, and nothing was. */
export interface SendResult {
  attempt: DeliveryAttempt;
  /** It answered 410: nobody is to send there any more. */
  isGone: boolean;
  /** Retry-After of a 429 or 503, milliseconds. */
  askedMs: number | null;
}

const GONE = 410;
const ASKS_FOR_PATIENCE: readonly number[] = [429, 503];

/** Signs and sends one delivery, after the rules of Standard Webhooks. */
export class WebhookSender {
  constructor(
    private readonly rules: ConnectionRules,
    private readonly clock: Clock,
  ) {}

  async send(webhook: Webhook, delivery: Delivery, times: PostTimes): Promise<SendResult | null> {
    const begunMs = this.clock.monotonic();
    const now = this.clock.now();
    const done = (
      responseStatus: number | null,
      error: string | null,
      answer: string | null,
    ): DeliveryAttempt => ({
      time: isoTime(now),
      responseStatus,
      latencyMs: Math.round(this.clock.monotonic() - begunMs),
      error,
      answer,
    });
    // It may have been allowed when it was written down.
    const fault = endpointFault(webhook.url, this.rules.allowPrivate);
    if (fault !== null) return { attempt: done(null, fault, null), isGone: false, askedMs: null };
    try {
      const { body } = delivery;
      const headers = this.headers(webhook, delivery, now);
      const request = { url: new URL(webhook.url), headers, body };
      const {
        status,
        headers: answered,
        beginning,
      } = await postToEndpoint(request, times, this.rules, this.clock);
      const askedMs = ASKS_FOR_PATIENCE.includes(status) ? retryAfterMs(answered['retry-after'], now) : null;
      const attempt = done(status, errorOf(status), shownText(beginning, 512) || null);
      return { attempt, isGone: status === GONE, askedMs };
    } catch (error) {
      if (error instanceof TooLateToSend) return null;
      const reason = error instanceof Error ? shownText(error.message) : 'It could not be sent.';
      return { attempt: done(null, reason, null), isGone: false, askedMs: null };
    }
  }

  private headers(webhook: Webhook, { eventId, body }: Delivery, now: number): Record<string, string> {
    const signatures = signingSecrets(webhook, now).map((secret) =>
      new Signature(secret).sign(eventId, new Date(now), body),
    );
    return {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'dr-gateway',
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      'webhook-signature': signatures.join(' '),
    };
  }
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `It answered ${status}; redirects are not followed.`;
  return `It answered ${status}.`;
}
