import { SystemClock } from '../../src/platform/clock.js';
import { newDelivery } from '../../src/webhooks/delivery.js';
import type { ResolveName } from '../../src/webhooks/sending/endpoint-connection.js';
import { nameResolver } from '../../src/webhooks/sending/name-resolver.js';
import { WebhookSender } from '../../src/webhooks/sending/webhook-sender.js';
import type { Webhook } from '../../src/webhooks/webhook.js';
import { HookReceiver } from '../support/hook-receiver.js';
import { NameServer } from '../support/name-server.js';
import { SocketLedger } from '../support/socket-ledger.js';
import { HOSTILE_ADDRESSES, NEVER, SSRF_TRICKS } from './ssrf-tricks.js';

const PUBLIC = '93.184.216.34';
const PUBLIC_SIX = '2606:4700:4700::1111';
const clock = new SystemClock();
const event = { eventId: '3.1-0', type: 'operation.failed', time: '2030-01-02T03:04:05.000Z', body: '{}' };
const delivery = newDelivery('w', { ...event, operationId: 'a.1', siteId: 'a', sequence: 1 }, 0);

let ledger: SocketLedger;
beforeEach(() => (ledger = SocketLedger.open()));
afterEach(() => ledger.close());

async function sent(url: string, resolve: ResolveName, allowPrivate = false) {
  const secrets = [{ secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`, untilTime: null }];
  const now = clock.monotonic();
  const times = { sendBeforeMs: now + 10_000, answerBeforeMs: now + 5_000 };
  const sender = new WebhookSender({ allowPrivate, resolve }, clock);
  return (await sender.send({ id: 'w', url, secrets } as Webhook, delivery, times))?.attempt;
}

describe('a webhook to', () => {
  it('is tried with more than 150 different URLs', () => {
    expect(new Set(SSRF_TRICKS.map(({ url }) => url)).size).toBeGreaterThanOrEqual(150);
  });

  it.each(SSRF_TRICKS)('$what ($url) opens no socket', async ({ url }) => {
    // A name that slips through is that of this machine.
    const attempt = await sent(url, () => Promise.resolve(['127.0.0.1']));
    expect(attempt).toMatchObject({ responseStatus: null, error: expect.stringMatching(/\.$/) as string });
    expect(ledger.asked).toEqual([]);
  });

  it.each(NEVER)('%s opens none where private endpoints are allowed, either', async (url) => {
    const attempt = await sent(url, () => Promise.resolve(['127.0.0.1']), true);
    expect(attempt?.error).toMatch(/^Nothing is sent to the address/);
    expect(ledger.asked).toEqual([]);
  });

  it('a public address opens one there, so that the ledger is known to see them', async () => {
    await sent(`https://${PUBLIC}/`, () => Promise.reject(new Error('no name is asked for')));
    await sent(`https://[${PUBLIC_SIX}]:8443/`, () => Promise.reject(new Error('no name is asked for')));
    expect(ledger.asked).toEqual([
      { host: PUBLIC, port: 443 },
      { host: PUBLIC_SIX, port: 8443 },
    ]);
  });
});

describe('a webhook to a name that the name server says has', () => {
  let server: NameServer | undefined;
  afterEach(() => server?.close());

  async function named(names: Parameters<typeof NameServer.open>[0]): Promise<ResolveName> {
    server = await NameServer.open(names);
    return nameResolver(server.resolver());
  }

  it.each(HOSTILE_ADDRESSES)('%s, alone or among public ones, opens no socket', async (address) => {
    const resolve = await named({
      'alone.example': [[address]],
      'last.example': [[PUBLIC, PUBLIC_SIX, address]],
      'first.example': [[address, PUBLIC]],
    });
    for (const name of ['alone', 'last', 'first']) {
      const attempt = await sent(`https://${name}.example/`, resolve);
      expect(attempt?.error).toMatch(/^Nothing is sent to the address/);
    }
    expect(ledger.asked).toEqual([]);
  });

  it('a public address at first and a private one ever after is connected to at the public one, then not at all', async () => {
    const resolve = await named({ 'rebinding.example': [[PUBLIC], ['127.0.0.1']] });
    const first = await sent('https://rebinding.example:8443/', resolve);
    expect(first?.error).toContain('No connection');
    expect(ledger.asked).toEqual([{ host: PUBLIC, port: 8443 }]);
    expect(server?.questions.filter((asked) => asked === 'A rebinding.example')).toHaveLength(1);
    const second = await sent('https://rebinding.example:8443/', resolve);
    expect(second?.error).toBe('Nothing is sent to the address 127.0.0.1 (loopback).');
    expect(ledger.hosts).toEqual([PUBLIC]);
  });

  it('a private one every other time is never connected to there, in forty deliveries', async () => {
    const turns = Array.from({ length: 40 }, (_, i) => [i % 2 === 0 ? PUBLIC : '169.254.169.254']);
    const resolve = await named({ 'flapping.example': turns });
    for (let i = 0; i < turns.length; i += 1) await sent('https://flapping.example/', resolve);
    expect(ledger.hosts).toHaveLength(20);
    expect(new Set(ledger.hosts)).toEqual(new Set([PUBLIC]));
  });

  it('a public IPv4 address and a private IPv6 one opens no socket', async () => {
    const resolve = await named({ 'two-faced.example': [[PUBLIC, '::1']] });
    expect((await sent('https://two-faced.example/', resolve))?.error).toContain('(loopback)');
    expect(ledger.asked).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('(%i) to this machine is not followed', async (status) => {
    const [outer, inner] = [await HookReceiver.start(), await HookReceiver.start()];
    outer.answer = () => ({ status, headers: { location: inner.url, refresh: `0; url=${inner.url}` } });
    const attempt = await sent(outer.url, () => Promise.resolve(['127.0.0.1']), true);
    expect(attempt).toMatchObject({
      responseStatus: status,
      error: expect.stringContaining('not followed') as string,
    });
    expect(ledger.asked).toEqual([{ host: '127.0.0.1', port: outer.port }]);
    expect(inner.connections).toBe(0);
    await Promise.all([outer.stop(), inner.stop()]);
  });
});
