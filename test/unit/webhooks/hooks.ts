import type { Redis } from 'ioredis';
import type { OperationEvent } from '../../../src/domain/operation-event.js';
import { CloudEvents } from '../../../src/events/cloud-events.js';
import type { FedEvent } from '../../../src/events/event-feed.js';
import { isoTime } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { KnownWebhooks } from '../../../src/webhooks/known-webhooks.js';
import { DeliveryBells } from '../../../src/webhooks/delivery-bells.js';
import { DeliveryRounds, ROUND, type RoundSettings } from '../../../src/webhooks/delivery-rounds.js';
import {
  DELIVERY_BOUNDS,
  DeliveryStore,
  type DeliveryBounds,
} from '../../../src/webhooks/redis-delivery-store.js';
import { WaitingDeliveries } from '../../../src/webhooks/redis-waiting-deliveries.js';
import { WebhookStore } from '../../../src/webhooks/redis-webhook-store.js';
import { WebhookSender } from '../../../src/webhooks/sending/webhook-sender.js';
import { WaitingBounds, type WaitingLimits } from '../../../src/webhooks/waiting-bounds.js';
import { WebhookDisabling } from '../../../src/webhooks/webhook-disabling.js';
import { WebhookFanOut } from '../../../src/webhooks/webhook-fan-out.js';
import { WebhookNotices } from '../../../src/webhooks/webhook-notices.js';
import { WebhookSweep } from '../../../src/webhooks/webhook-sweep.js';
import { WebhooksService } from '../../../src/webhooks/webhooks.service.js';
import { TestClock } from '../support/test-clock.js';

class RecordingBells extends DeliveryBells {
  readonly rung: string[] = [];

  ring(webhookId: string): Promise<void> {
    this.rung.push(webhookId);
    return Promise.resolve();
  }

  ensure(webhookId: string): Promise<void> {
    return this.ring(webhookId);
  }
}

export const SCHEDULE_MS = [5_000, 300_000, 1_800_000];
/** Signatures are of a time near the real one, as long as a test moves none. */
const NOW_MS = Date.parse(new Date().toISOString());

/** Everything behind webhooks, moved by hand. */
export class Hooks {
  readonly clock = new TestClock(NOW_MS);
  readonly bells = new RecordingBells();
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryStore;
  readonly lines: WaitingDeliveries;
  readonly bounds: WaitingBounds;
  readonly notices: WebhookNotices;
  readonly disabling: WebhookDisabling;
  readonly fanOut: WebhookFanOut;
  readonly service: WebhooksService;
  readonly sweeper: WebhookSweep;
  private offset = 0;
  /** Lines that are being cut because of what came in. */
  looking: Promise<void> = Promise.resolve();

  constructor(
    readonly redis: Redis,
    bounds: Partial<DeliveryBounds> = {},
    limits: Partial<WaitingLimits> = {},
  ) {
    const { clock, bells } = this;
    this.webhooks = new WebhookStore(redis);
    this.deliveries = new DeliveryStore(redis, { ...DELIVERY_BOUNDS, ...bounds });
    this.lines = new WaitingDeliveries(redis);
    const allLimits = { deliveries: 1e6, bytes: 1e9, disabledKeptMs: 7 * 24 * 3_600_000, ...limits };
    this.bounds = new WaitingBounds(this.webhooks, this.lines, allLimits, clock, silentLog());
    this.notices = new WebhookNotices(this.webhooks, this.deliveries, bells, clock);
    this.disabling = new WebhookDisabling(this.webhooks, this.notices, clock, silentLog());
    // Of no operation more is known than what its event says.
    const cloudEvents = new CloudEvents({ of: () => Promise.resolve(new Map()) });
    this.fanOut = new WebhookFanOut(
      cloudEvents,
      new KnownWebhooks(this.webhooks, clock),
      this.deliveries,
      bells,
      this.disabling,
      this.notices,
      { grew: (line) => (this.looking = this.bounds.grew(line)) },
      clock,
      silentLog(),
    );
    const { webhooks, deliveries, lines, notices, disabling } = this;
    this.service = new WebhooksService(webhooks, deliveries, lines, notices, bells, clock, true);
    const tools = { webhooks, deliveries, lines, bounds: this.bounds, bells, disabling, notices, clock };
    this.sweeper = new WebhookSweep(tools);
  }

  /** One worker's rounds. */
  rounds(settings: Partial<RoundSettings> = {}, sender?: Pick<WebhookSender, 'send'>): DeliveryRounds {
    const { webhooks, deliveries, clock, disabling } = this;
    return new DeliveryRounds(
      {
        webhooks,
        deliveries,
        sender:
          sender ?? new WebhookSender({ allowPrivate: true, resolve: () => Promise.resolve([]) }, clock),
        disable: (id, reason) => disabling.disable(id, reason),
        clock,
        log: silentLog(),
        schedule: { delaysMs: SCHEDULE_MS },
        random: () => 0,
      },
      { ...ROUND, ...settings },
    );
  }

  async webhook(url: string, wishes: { eventTypes?: string[]; siteIds?: string[] } = {}): Promise<string> {
    const { webhook } = await this.service.create({ url, ...wishes }, 'ada');
    return webhook.id;
  }

  async secretOf(id: string): Promise<string> {
    return (await this.service.get(id)).webhook.secrets[0]?.secret ?? '';
  }

  fed(operationId: string, sequence: number, changes: Partial<OperationEvent> = {}): FedEvent {
    this.offset += 1;
    const event: OperationEvent = {
      type: 'operation.progressed',
      operationId,
      sequence,
      time: isoTime(this.clock.now()),
      state: 'RUNNING',
      outcome: null,
      progressPercent: 1,
      text: 'It goes on.',
      ...changes,
    };
    return { shard: 3, offset: `${this.clock.now()}-${this.offset}`, event };
  }

  /** So many events of each operation, one after the other. */
  async tell(count: number, ...operationIds: string[]): Promise<FedEvent[]> {
    const events = Array.from({ length: count }, (_, i) =>
      operationIds.map((operationId) => this.fed(operationId, i + 1)),
    ).flat();
    await this.handle(...events);
    return events;
  }

  /** Puts them in line, and waits until lines that are too long by that are cut. */
  async handle(...events: FedEvent[]): Promise<void> {
    await this.fanOut.handle(events);
    await this.looking;
  }

  /** What is in the log, oldest first. */
  async log(id: string) {
    return (await this.deliveries.list(id, ['WAITING', 'DELIVERED', 'FAILED'], null, 1_000)).reverse();
  }

  async states(id: string): Promise<string[]> {
    return (await this.log(id)).map(({ state }) => state);
  }
}
