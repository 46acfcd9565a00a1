import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { shardOf, SHARDS, webhookKeys, WEBHOOKS_VERSION_KEY } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { Seal } from '../platform/secrets/seal.js';
import type { Webhook } from './webhook.js';

const REPLACE = new RedisScript(new URL('./lua/replace-webhook.lua', import.meta.url));

/** A webhook as it was read: what it is compared with before it is written. */
export interface KnownWebhook {
  webhook: Webhook;
  text: string;
}

/** Keeps what somebody wants to be told. A webhook and all that waits for it are in the shard of its id. */
export class WebhookStore {
  /** @param seal for what signs; what lies there unsealed is read as well */
  constructor(
    private readonly redis: Redis,
    private readonly seal: Seal = Seal.NONE,
  ) {}

  async all(): Promise<KnownWebhook[]> {
    const shards = await Promise.all(SHARDS.map((shard) => this.redis.hvals(webhookKeys(shard).webhooks)));
    return shards.flat().map((text) => this.known(text));
  }

  /** Another one after every change; null = there was none yet. */
  version(): Promise<string | null> {
    return this.redis.get(WEBHOOKS_VERSION_KEY);
  }

  async count(): Promise<number> {
    const counts = await Promise.all(SHARDS.map((shard) => this.redis.hlen(webhookKeys(shard).webhooks)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async find(id: string): Promise<KnownWebhook | null> {
    const text = await this.redis.hget(webhookKeys(shardOf(id)).webhooks, id);
    return text === null ? null : this.known(text);
  }

  async create(webhook: Webhook): Promise<void> {
    await this.replace(webhook.id, '', webhook);
  }

  /**
   * Writes what `change` makes of it, however many write at the same time.
   * @param change null = it stays as it is
   * @returns what it is now; null = there is none
   */
  async update(id: string, change: (webhook: Webhook) => Webhook | null): Promise<Webhook | null> {
    for (;;) {
      const found = await this.find(id);
      if (!found) return null;
      const changed = change(found.webhook);
      if (!changed) return found.webhook;
      const answer = await this.replace(id, found.text, changed);
      if (answer === 'ABSENT') return null;
      if (answer === 'WRITTEN') return changed;
    }
  }

  /** With all that waits for it and its log. Whether there was one. */
  async remove(id: string): Promise<boolean> {
    const keys = webhookKeys(shardOf(id));
    const answers = await this.redis
      .multi()
      .hdel(keys.webhooks, id)
      .hdel(keys.health, id)
      .unlink(...keys.ofWebhook(id))
      .exec();
    await this.changed();
    return answers?.[0]?.[1] === 1;
  }

  private async replace(id: string, before: string, webhook: Webhook): Promise<unknown> {
    const { webhooks } = webhookKeys(shardOf(id));
    const answer = await REPLACE.run(this.redis, [webhooks], [id, before, this.written(webhook)]);
    if (answer === 'WRITTEN') await this.changed();
    return answer;
  }

  private written(webhook: Webhook): string {
    const { id, secrets } = webhook;
    const sealed = secrets.map((one) => ({ ...one, secret: this.seal.sealed(one.secret, id) }));
    return JSON.stringify({ ...webhook, secrets: sealed });
  }

  /** What does not open stays sealed: nothing can be signed with it, and deliveries fail until the secret is rotated. */
  private known(text: string): KnownWebhook {
    const webhook = JSON.parse(text) as Webhook;
    const secrets = webhook.secrets.map((one) => ({
      ...one,
      secret: this.seal.opened(one.secret, webhook.id) ?? one.secret,
    }));
    return { webhook: { ...webhook, secrets }, text };
  }

  /** After the change: who sees this version sees the change. */
  private async changed(): Promise<void> {
    await this.redis.set(WEBHOOKS_VERSION_KEY, randomUUID());
  }
}

/** The keys of one webhook and all that is its own; with those of its shard, they are in one slot. */
export function keysOf(webhookId: string) {
  const { webhooks, health, ofOne } = webhookKeys(shardOf(webhookId));
  return { webhooks, health, ...ofOne(webhookId) };
}
