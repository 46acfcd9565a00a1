import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../sandbox/ports.js';
import { RedisNode, tlsSettings } from '../../../scripts/faults/store/redis-node.js';
import type { WebhookWithSecretDto } from '../../../src/api/dto/webhooks.dto.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { HookReceiver } from '../../support/hook-receiver.js';
import { Subprocess } from '../../support/processes.js';
import { productScript } from '../../support/product.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';
import { selfSigned } from '../../unit/support/self-signed.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';

const TEST_MS = 180_000;
const PASSWORD = 'a-long-random-password';
const PLANS = ['erp-dr', 'erp-plan'] as const;
const file = temporaryFolder();

/** As docs/redis.md has it for operators. */
function documentedGrant(): string[] {
  const text = readFileSync(join(process.cwd(), 'docs/redis.md'), 'utf8');
  const [, grant = ''] = /\n(ACL SETUSER dr-gateway [^`]*)```/.exec(text) ?? [];
  return grant.replaceAll('\\\n', ' ').trim().split(/\s+/);
}

describe('a gateway that has the documented grant of a Redis that speaks TLS, and no more', () => {
  const certificate = selfSigned('store of a test');
  let node: RedisNode;
  let world: World;
  let receiver: HookReceiver;
  let url: string;

  beforeAll(async () => {
    const tls = { cert: file('store.crt', certificate.cert), key: file('store.key', certificate.key) };
    const port = await freePort();
    node = await RedisNode.start({
      // Or it refuses DEBUG to everybody.
      settings: { ...tlsSettings(port, tls), 'enable-debug-command': 'yes' },
    });
    const [, ...grant] = documentedGrant();
    await node.use((redis) => redis.call('ACL', ...grant));
    url = `rediss://dr-gateway:${PASSWORD}@127.0.0.1:${port}`;
    receiver = await HookReceiver.start();
    world = await startWorld({
      env: {
        REDIS_URL: url,
        REDIS_CA_FILE: tls.cert,
        WEBHOOK_ALLOW_PRIVATE: 'true',
        WEBHOOK_RETRY_SCHEDULE_MS: '50,100,200',
      },
    });
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await receiver?.stop();
    await node?.stop();
  }, STARTING_TAKES_MS);

  const denied = (): Promise<string[]> =>
    node.use(async (redis) =>
      ((await redis.call('ACL', 'LOG')) as string[][]).map((entry) => entry.join(' ')),
    );

  it(
    'does all its work: failovers, drills, webhooks, lists, exports, statistics; and is never refused',
    async () => {
      await eventuallyTrue('it is open', () => world.api.isOpen());
      const body = { url: receiver.url };
      const { status, body: webhook } = await world.api.ask<WebhookWithSecretDto>('POST', '/v1/webhooks', {
        body,
      });
      expect(status).toBe(201);
      let failing = 2;
      receiver.answer = () => ({ status: (failing -= 1) >= 0 ? 500 : 204 });
      for (const name of PLANS) {
        const { id } = await eventually(`${name} is known`, () => world.api.planNamed(name));
        const failover = await world.api.run(id, 'failover', { direction: 'TO_RECOVERY' });
        await world.api.succeeded(failover, 60_000);
        await world.api.succeeded(await world.api.run(id, 'reprotect'), 60_000);
        await eventuallyTrue('its end was told', () => receiver.sequences(failover.id).length > 3);
        for (const path of ['', '/events', '/timeline', '/report'])
          await world.api.ask('GET', `/v1/operations/${failover.id}${path}`, {
            headers: { accept: 'application/json' },
          });
      }
      const reads = [
        'sites',
        'protection-groups',
        'recovery-plans',
        'operations',
        'statistics',
        'findings',
        'restore-guard',
      ];
      for (const path of [...reads, 'operations/export?format=csv', 'reports/drill-coverage', 'webhooks'])
        expect((await world.api.ask('GET', `/v1/${path}`)).status).toBe(200);
      expect((await world.api.ask('DELETE', `/v1/webhooks/${webhook.id}`)).status).toBe(204);
      expect(await world.api.isOpen()).toBe(true);
      expect(await denied()).toEqual([]);
    },
    TEST_MS,
  );

  it('comes back by itself after its server was restarted', async () => {
    await node.use((redis) => redis.call('CLIENT', 'KILL', 'USER', 'dr-gateway'));
    await eventuallyTrue('it is open again', () => world.api.isOpen());
    expect(await denied()).toEqual([]);
  });

  it('shows its eviction policy without CONFIG, so that nothing is warned of', () => {
    expect(world.logs).not.toContain('does not show its maxmemory-policy');
  });

  it.each([
    'FLUSHALL',
    'FLUSHDB',
    'SWAPDB 0 1',
    'CONFIG SET maxmemory-policy allkeys-lru',
    'CONFIG GET requirepass',
    'KEYS *',
    'DEBUG SLEEP 0',
    'SHUTDOWN NOSAVE',
    'SAVE',
    'BGREWRITEAOF',
    'REPLICAOF 127.0.0.1 1',
    'MIGRATE 127.0.0.1 1 drg:x 0 100',
    'MONITOR',
    'ACL LIST',
    'ACL SETUSER other on nopass ~* +@all',
    'CLIENT LIST',
    'CLIENT KILL TYPE normal',
    'SCRIPT FLUSH',
    'FUNCTION FLUSH',
    'MODULE LIST',
    'RESTORE drg:x 0 x',
    'DUMP drg:x',
    'RENAME drg:x drg:y',
    'SUBSCRIBE x',
    'PUBLISH x y',
    'SLOWLOG GET',
    'LATENCY RESET',
    'GET other',
    'SET other 1',
    'DEL other',
    "EVAL \"return redis.call('get','other')\" 0",
  ])('may not: %s', async (line) => {
    const [command = '', ...args] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, a, b]) => a ?? b ?? '');
    const redis = new Redis(url, {
      tls: { ca: certificate.cert },
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await expect(redis.call(command, ...args)).rejects.toThrow(
        /NOPERM|no permissions|can't access at least one of the keys/i,
      );
    } finally {
      redis.disconnect();
    }
  });

  it('does not start where the certificate is not trusted, and says what to write', async () => {
    const api = Subprocess.begin({
      name: 'api',
      script: productScript('main'),
      env: { ...world.env, PORT: String(await freePort()), REDIS_CA_FILE: 'none' },
    });
    expect(await api.end()).toBe(1);
    expect(api.log).toMatch(/certificate of the Redis server is not trusted .*REDIS_CA_FILE/);
    expect(api.log).not.toContain(PASSWORD);
  });
});
