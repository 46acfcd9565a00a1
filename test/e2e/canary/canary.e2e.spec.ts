import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sitesFile } from '../../../sandbox/sites-file.js';
import { RedisNode } from '../../../scripts/faults/store/redis-node.js';
import type { WebhookWithSecretDto } from '../../../src/api/dto/webhooks.dto.js';
import { keepAnswer, keepForCanary, keepStore } from '../../support/canary.js';
import { searchCanary } from '../../../scripts/canary/search.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { HookReceiver } from '../../support/hook-receiver.js';
import { TraceReceiver } from '../../support/trace-receiver.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';

const TEST_MS = 240_000;
const ADMIN_KEY = 'canary-admin-key-5f0c2a91d7';
const SEALING_KEY = 'c4'.repeat(32);
const AUDIT_KEY = 'd7'.repeat(32);
const REDIS_PASSWORD = 'canary-redis-password-81d2';
/** What the simulated accounts ask for; nothing else is called so. */
const SITE_SECRETS = ['demo-password', 'demo-remote-password', 'SkExample-not-a-secret-0001'];
const LOGINS = [
  'administrator@vsphere.local:demo-password',
  'administrator@remote.local:demo-remote-password',
];
const PLANS = ['erp-dr', 'erp-plan'] as const;
const file = temporaryFolder();

/** Both kinds of proof that SDRS takes; the second site is the same service, signed for with a key. */
function threeSites(ports: { sdrs: number; srm: number }): string {
  return `${sitesFile(ports)}  - id: eu-signed
    provider: sdrs
    endpoint: http://127.0.0.1:${ports.sdrs}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: signature, accessKey: AKEXAMPLE0000001, secretKey: SkExample-not-a-secret-0001 }
    budget: { requestsPerSecond: 10000 }
`;
}

describe('marked secrets in every field that takes one', () => {
  const before = process.env.CANARY_DIR;
  let directory: string;
  let node: RedisNode;
  let world: World;
  let receiver: HookReceiver;
  let traces: TraceReceiver;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dr-gateway-canary-'));
    process.env.CANARY_DIR = join(directory, 'kept');
    node = await RedisNode.start({ password: REDIS_PASSWORD });
    receiver = await HookReceiver.start();
    traces = await TraceReceiver.open();
    world = await startWorld({
      sitesFile: threeSites,
      apiKey: ADMIN_KEY,
      env: {
        REDIS_URL: node.url,
        SECRETS_KEY_FILE: file('sealing.key', `${SEALING_KEY}\n`),
        JOURNAL_DIR: join(directory, 'journal'),
        HISTORY_DIR: join(directory, 'history'),
        AUDIT_DIR: join(directory, 'audit'),
        AUDIT_KEY_FILE: file('audit.key', `${AUDIT_KEY}\n`),
        OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        LOG_LEVEL: 'trace',
        WEBHOOK_ALLOW_PRIVATE: 'true',
        WEBHOOK_RETRY_SCHEDULE_MS: '50,100,200',
      },
    });
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await receiver?.stop();
    await traces?.close();
    await node?.stop();
    if (before === undefined) delete process.env.CANARY_DIR;
    else process.env.CANARY_DIR = before;
    rmSync(directory, { recursive: true, force: true });
  }, STARTING_TAKES_MS);

  it(
    'are at work in a failover of each site that fails at first, in deliveries that are refused, in exports, traces and figures',
    async () => {
      const { api } = world;
      await eventuallyTrue('it is open', () => api.isOpen());
      const hook = await api.ask<WebhookWithSecretDto>('POST', '/v1/webhooks', {
        body: { url: receiver.url },
      });
      expect(hook.status).toBe(201);
      let refusals = 3;
      // An endpoint that says back what it was told.
      receiver.answer = ({ headers, body }) =>
        (refusals -= 1) >= 0 ? { status: 500, body: JSON.stringify({ headers, body }) } : { status: 204 };
      const grants = [{ role: 'viewer', sites: '*', targets: '*' }];
      const key = await api.ask<{ id: string }>('POST', '/v1/api-keys', {
        body: { name: 'a canary', grants },
      });
      expect(key.status).toBe(201);
      for (const site of ['sdrs', 'srm'] as const) {
        await world
          .simulator(site)
          .preset('rate-limited', { method: 'POST', path: '/actions?(/|$)', times: 1 });
        await world
          .simulator(site)
          .fault({ kind: 'html', status: 502, method: 'GET', path: 'groups', times: 2 });
      }
      for (const name of PLANS) {
        const { id } = await eventually(`${name} is known`, () => api.planNamed(name));
        const path = `/v1/recovery-plans/${id}/actions/failover`;
        const body = { direction: 'TO_RECOVERY', reason: 'a canary' };
        const operation = await eventually('it is accepted, after refusals', async () => {
          const answer = await api.ask<{ id: string }>('POST', path, { body });
          return answer.status === 202 ? answer.body : null;
        });
        await api.ended(operation.id, 60_000);
        for (const path of ['', '/timeline', '/report', '/report?format=html'])
          await api.ask('GET', `/v1/operations/${operation.id}${path}`);
      }
      // Wrong ones are secrets, too: somebody may have mistyped the right one.
      for (const authorization of [
        `Bearer ${ADMIN_KEY}x`,
        `Basic ${Buffer.from(`a:${ADMIN_KEY}`).toString('base64')}`,
      ])
        expect((await api.ask('GET', '/v1/sites', { headers: { authorization } })).status).toBe(401);
      const reads = ['/metrics', '/readyz', '/v1/sites', '/v1/restore-guard', '/v1/webhooks', '/v1/api-keys'];
      const lists = [
        'protection-groups',
        'recovery-plans',
        'findings',
        'statistics',
        'reports/drill-coverage',
      ];
      const exports = ['/v1/operations/export?format=csv', '/v1/audit'];
      const deliveries = `/v1/webhooks/${hook.body.id}/deliveries?pageSize=200`;
      for (const path of [...reads, ...lists.map((list) => `/v1/${list}`), ...exports, deliveries])
        await api.ask('GET', path, { headers: { 'cache-control': 'no-cache' } });
      const exported = await fetch(`${api.url}/v1/operations/export?format=ndjson`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      keepAnswer('the export', await exported.text());
      await eventuallyTrue('its spans have come', () => traces.spans.some(({ name }) => name === 'verdict'));
      await eventuallyTrue('what was refused was told again', () => receiver.received.length > 6);
    },
    TEST_MS,
  );

  it(
    'are nowhere in logs, answers, problems, exports, events, spans, figures, Redis, journal, history and audit: 0 hits',
    async () => {
      keepForCanary('spans', JSON.stringify(traces.spans));
      keepForCanary('events', JSON.stringify(receiver.received.map(({ body }) => body)));
      await keepStore('canary', world.env);
      const secrets = [...SITE_SECRETS, ...LOGINS, ADMIN_KEY, SEALING_KEY, AUDIT_KEY, REDIS_PASSWORD];
      const found = searchCanary(process.env.CANARY_DIR ?? '', secrets);
      expect(found.hits).toEqual([]);
      // It has looked at something, for something: two secrets were given out on the way.
      expect(found.secrets).toBe(secrets.length + 2);
      expect(found.bytes).toBeGreaterThan(200_000);
    },
    TEST_MS,
  );

  it('would be found if they were there, however they are written', () => {
    const planted = mkdtempSync(join(tmpdir(), 'dr-gateway-canary-'));
    process.env.CANARY_DIR = planted;
    for (const [name, text] of Object.entries({
      plain: `x ${ADMIN_KEY} y`,
      percent: encodeURIComponent('admin:pass/word'),
      basic: `Basic ${Buffer.from(`me:${REDIS_PASSWORD}`).toString('base64')}`,
      hex: Buffer.from(ADMIN_KEY).toString('hex'),
      nothing: 'nothing at all',
    }))
      keepForCanary(name, text);
    const { hits } = searchCanary(planted, [ADMIN_KEY, REDIS_PASSWORD, 'admin:pass/word']);
    expect(new Set(hits.map(({ file: name }) => name.slice(planted.length + 1)))).toEqual(
      new Set(['plain.txt', 'percent.txt', 'basic.txt', 'hex.txt']),
    );
    rmSync(planted, { recursive: true });
    process.env.CANARY_DIR = join(directory, 'kept');
  });
});
