import { createHash } from 'node:crypto';
import type {
  ApiKeyDto,
  ApiKeyListDto,
  ApiKeyWithSecretDto,
  GrantDto,
} from '../../../src/api/dto/api-keys.dto.js';
import { withinMs } from '../../../src/platform/within.js';
import { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const BREAK_GLASS_KEY = 'drg-break-glass-e2e-1d0f';
const STREAMS_END_WITHIN_MS = 70_000;
const TEST_MS = 100_000;

describe('API keys', () => {
  const world = useWorld({
    sites: ['sdrs'],
    env: { BREAK_GLASS_KEY_SHA256: createHash('sha256').update(BREAK_GLASS_KEY).digest('hex') },
  });

  async function made(...grants: GrantDto[]): Promise<ApiKeyWithSecretDto> {
    const body = { name: 'a key', grants };
    const { status, body: given } = await world().api.ask<ApiKeyWithSecretDto>('POST', '/v1/api-keys', {
      body,
    });
    expect(status).toBe(201);
    return given;
  }

  function as(key: string, url = world().api.url): GatewayClient {
    return new GatewayClient(url, key);
  }

  async function statusOf(client: GatewayClient, path = '/v1/sites'): Promise<number> {
    return (await client.ask('GET', path)).status;
  }

  async function figure(name: string): Promise<number> {
    const { body } = await world().api.ask<string>('GET', '/metrics');
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.]+)$`, 'm').exec(body)?.[1] ?? NaN);
  }

  it(
    'let in until they are rotated or revoked, at every process, and are written down nowhere',
    async () => {
      const first = await made({ role: 'viewer', sites: '*', targets: '*' });
      const replica = await world().startReplica();
      const there = (key: string) => as(key, replica.url);
      await eventuallyTrue('the replica is there', async () => (await statusOf(there(first.key))) === 200);
      expect(await statusOf(as(first.key))).toBe(200);
      expect(await statusOf(as(first.key), '/v1/api-keys')).toBe(403);
      // One that was made a moment ago is known at the other process at once.
      const young = await made({ role: 'viewer', sites: '*', targets: '*' });
      expect(await statusOf(there(young.key))).toBe(200);

      const path = `/v1/api-keys/${first.id}`;
      const rotated = await world().api.ask<ApiKeyWithSecretDto>('POST', `${path}/rotate-secret`, {
        body: { overlapSeconds: 600 },
      });
      for (const key of [first.key, rotated.body.key]) {
        expect(await statusOf(as(key))).toBe(200);
        await eventuallyTrue('both are known there', async () => (await statusOf(there(key))) === 200, 5_000);
      }
      const seen = await eventually('its use was noted', async () => {
        const key = await world().api.read<ApiKeyDto>(path);
        return key.lastUsedTime === null ? null : key;
      });
      expect(seen).toMatchObject({ state: 'ACTIVE', createdBy: 'admin' });

      expect((await world().api.ask('DELETE', path)).status).toBe(204);
      expect(await statusOf(as(rotated.body.key))).toBe(401);
      await eventuallyTrue(
        'it is known there that it was revoked',
        async () => (await statusOf(there(rotated.body.key))) === 401,
        5_000,
      );
      const { items } = await world().api.read<ApiKeyListDto>('/v1/api-keys');
      expect(items.find(({ id }) => id === first.id)?.state).toBe('REVOKED');

      const secrets = [first, young, rotated.body].map(({ key }) => key.slice(21, 64));
      const written = world().logs + (await everythingInRedis());
      expect(written).toContain(first.id);
      for (const secret of secrets) expect(written).not.toContain(secret);
    },
    TEST_MS,
  );

  it(
    'end the streams that they had opened within a minute of being revoked',
    async () => {
      const { id, key } = await made({ role: 'viewer', sites: '*', targets: '*' });
      const response = await fetch(`${world().api.url}/v1/events`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(200);
      const ended = readAll(response);
      await world().api.ask('DELETE', `/v1/api-keys/${id}`);
      await withinMs(STREAMS_END_WITHIN_MS, ended);
    },
    TEST_MS,
  );

  it('the sealed key lets in while nobody knows any other, and is alarmed', async () => {
    const sealed = as(BREAK_GLASS_KEY);
    expect(await figure('drgw_break_glass_uses_total')).toBe(0);
    expect(await statusOf(sealed)).toBe(200);
    expect(await statusOf(sealed, '/v1/api-keys')).toBe(403);
    expect(await statusOf(as(`${BREAK_GLASS_KEY}x`))).toBe(401);
    expect(await figure('drgw_break_glass_uses_total')).toBe(2);
    expect(world().logs).toMatch(/"level":50[^\n]*the sealed key for emergencies is in use/);
    expect(world().logs + (await everythingInRedis())).not.toContain(BREAK_GLASS_KEY);
  });

  async function everythingInRedis(): Promise<string> {
    return world().withRedis(async (redis) => {
      const keys = await redis.keys('*');
      const dumps = await Promise.all(keys.map((key) => valueOf(redis, key)));
      return JSON.stringify([keys, dumps]);
    });
  }
});

type Redis = Parameters<Parameters<ReturnType<ReturnType<typeof useWorld>>['withRedis']>[0]>[0];

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return redis.get(key);
  }
}

async function readAll(response: Response): Promise<void> {
  const reader = response.body?.getReader();
  try {
    while (reader && !(await reader.read()).done);
  } catch {
    // Cut off is an end, too.
  }
}
