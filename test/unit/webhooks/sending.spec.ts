import net from 'node:net';
import { once } from 'node:events';
import { SystemClock } from '../../../src/platform/clock.js';
import { newDelivery } from '../../../src/webhooks/delivery.js';
import type { ResolveName } from '../../../src/webhooks/sending/endpoint-connection.js';
import { nameResolver } from '../../../src/webhooks/sending/name-resolver.js';
import { WebhookSender } from '../../../src/webhooks/sending/webhook-sender.js';
import type { Webhook } from '../../../src/webhooks/webhook.js';
import { URL_TRICKS } from './url-tricks.js';
import { HookReceiver, isVerified } from '../../support/hook-receiver.js';
import { bareServer, closeServers } from '../support/listening.js';
import { TestClock } from '../support/test-clock.js';

const clock = new SystemClock();
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
let receiver: HookReceiver;
beforeEach(async () => {
  receiver = await HookReceiver.start();
});
afterEach(async () => {
  await receiver.stop();
  await closeServers();
});

function webhook(url: string, secrets: Webhook['secrets'] = [{ secret: SECRET, untilTime: null }]): Webhook {
  return { id: 'w', url, secrets } as Webhook;
}

const delivery = newDelivery(
  'w',
  {
    eventId: '3.17-0',
    type: 'operation.failed',
    time: '2030-01-02T03:04:05.000Z',
    operationId: 'a.1',
    siteId: 'a',
    sequence: 4,
    body: JSON.stringify({ id: '3.17-0', type: 'operation.failed', text: 'Zürich fiel um.' }),
  },
  0,
);

function send(
  to: Webhook,
  given: { allowPrivate?: boolean; resolve?: ResolveName; answerWithinMs?: number } = {},
) {
  const {
    allowPrivate = true,
    resolve = () => Promise.resolve(['127.0.0.1']),
    answerWithinMs = 10_000,
  } = given;
  const now = clock.monotonic();
  const times = { sendBeforeMs: now + 10_000, answerBeforeMs: now + answerWithinMs };
  return new WebhookSender({ allowPrivate, resolve }, clock).send(to, delivery, times);
}

describe('a delivery that is sent', () => {
  it('is a CloudEvent with headers and a signature that the library of the other side takes', async () => {
    const result = await send(webhook(`${receiver.url}?team=a`));
    expect(result).toMatchObject({ attempt: { responseStatus: 204, error: null }, isGone: false });
    const [got] = receiver.received;
    if (!got) throw new Error('nothing came');
    expect(got).toMatchObject({ path: '/hooks?team=a', body: delivery.body, id: '3.17-0' });
    expect(got.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      host: `127.0.0.1:${receiver.port}`,
    });
    expect(isVerified(got, SECRET)).toBe(true);
    expect(isVerified({ ...got, body: `${got.body} ` }, SECRET)).toBe(false);
    expect(isVerified(got, OLD)).toBe(false);
  });

  it('is signed with the old secret as well, until that has run out', async () => {
    const until = (ms: number) => new Date(clock.now() + ms).toISOString();
    const rotated = (untilTime: string) => [
      { secret: SECRET, untilTime: null },
      { secret: OLD, untilTime },
    ];
    await send(webhook(receiver.url, rotated(until(60_000))));
    await send(webhook(receiver.url, rotated(until(-1))));
    expect(receiver.received.map((got) => [isVerified(got, SECRET), isVerified(got, OLD)])).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    const other = await HookReceiver.start();
    receiver.answer = () => ({ status, headers: { location: other.url } });
    const result = await send(webhook(receiver.url));
    expect(result?.attempt).toMatchObject({
      responseStatus: status,
      error: expect.stringContaining('redirects') as string,
    });
    expect(other.connections).toBe(0);
    await other.stop();
  });

  it('keeps the beginning of the answer, without what looks like a secret, and reads no more of it', async () => {
    receiver.answer = () => ({ status: 500, body: `token=abc123 no room ${'x'.repeat(5_000_000)}` });
    const result = await send(webhook(receiver.url));
    expect(result?.attempt.answer).toMatch(/^token=\*\*\* no room x+…$/);
    expect(result?.attempt.answer?.length).toBeLessThan(600);
  });

  it('is failed by an endpoint that does not answer in time', async () => {
    receiver.answer = () => ({ hang: true });
    const result = await send(webhook(receiver.url), { answerWithinMs: 80 });
    expect(result?.attempt).toMatchObject({ responseStatus: null, error: 'No answer in time.' });
  });

  it('is failed by an endpoint that hangs up, or speaks no HTTP', async () => {
    const rude = await bareServer('good day to you\r\n\r\n');
    const result = await send(webhook(rude.url));
    expect(result?.attempt.error).toContain('The exchange broke');
  });

  it.each([429, 503])('tells how long the endpoint wants to be left alone (%i)', async (status) => {
    receiver.answer = () => ({ status, headers: { 'retry-after': '7' } });
    expect(await send(webhook(receiver.url))).toMatchObject({ askedMs: 7_000, isGone: false });
    receiver.answer = () => ({ status: 500, headers: { 'retry-after': '7' } });
    expect(await send(webhook(receiver.url))).toMatchObject({ askedMs: null });
  });

  it('tells that nobody is to send there any more', async () => {
    receiver.answer = () => ({ status: 410 });
    expect(await send(webhook(receiver.url))).toMatchObject({ isGone: true });
  });

  it('is not sent any more when the process stood still since it was claimed', async () => {
    const later = new TestClock();
    const resolve: ResolveName = () => {
      later.advance(60_000);
      return Promise.resolve(['127.0.0.1']);
    };
    const sender = new WebhookSender({ allowPrivate: true, resolve }, later);
    const to = webhook(`http://receiver.test:${receiver.port}/`);
    expect(await sender.send(to, delivery, { sendBeforeMs: 5_000, answerBeforeMs: 15_000 })).toBeNull();
    expect(receiver.received).toEqual([]);
  });
});

describe('nothing is sent to this machine', () => {
  /** Of every address of this machine on which somebody could be reached, the connections that were made. */
  async function listeners(): Promise<{ port: number; made: () => number; stop: () => void }> {
    let made = 0;
    const servers: net.Server[] = [];
    const [first] = await Promise.all([open('127.0.0.1', 0)]);
    const { port } = first.address() as net.AddressInfo;
    await open('::1', port).catch(() => undefined);
    async function open(host: string, at: number): Promise<net.Server> {
      const server = net.createServer((socket) => {
        made += 1;
        socket.destroy();
      });
      servers.push(server);
      server.listen(at, host);
      await once(server, 'listening');
      return server;
    }
    return { port, made: () => made, stop: () => servers.forEach((server) => server.close()) };
  }

  it.each([
    ['a name that has its address', ['127.0.0.1']],
    ['its IPv6 address', ['::1']],
    ['it, mapped', ['::ffff:127.0.0.1']],
    ['it, translated', ['64:ff9b::7f00:1']],
    ['a public address and it', ['93.184.216.34', '127.0.0.1']],
    ['it behind several public ones', ['2606:4700:4700::1111', '1.1.1.1', '::1']],
    ['the address of nobody', ['0.0.0.0']],
    ['the IPv6 address of nobody', ['::']],
    ['a private one', ['10.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['something that is no address', ['localhost']],
    ['a zone of its', ['fe80::1%lo']],
  ])('by a name that resolves to %s', async (_what, addresses) => {
    const ledger = await listeners();
    const to = webhook(`https://innocent.example:${ledger.port}/`);
    const result = await send(to, { allowPrivate: false, resolve: () => Promise.resolve(addresses) });
    expect(result?.attempt).toMatchObject({
      responseStatus: null,
      error: expect.stringContaining('Nothing is sent to the address') as string,
    });
    expect(ledger.made()).toBe(0);
    ledger.stop();
  });

  it('by a name that says otherwise a moment later: it is resolved once, and what was judged is connected to', async () => {
    let asked = 0;
    const resolve: ResolveName = () => Promise.resolve([(asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2']);
    await send(webhook(`http://rebinding.example:${receiver.port}/`), { resolve });
    expect([asked, receiver.connections]).toEqual([1, 1]);
    expect(receiver.received[0]?.headers.host).toBe(`rebinding.example:${receiver.port}`);
  });

  it.each(URL_TRICKS)('by the URL %j, whoever put it there', async (url) => {
    const ledger = await listeners();
    const innocent: ResolveName = () => Promise.resolve(['127.0.0.1', '::1']);
    for (const trick of [url, withPort(url, ledger.port)]) {
      const result = await send(webhook(trick), { allowPrivate: false, resolve: innocent });
      expect(result?.attempt.error).toMatch(/\.$/);
    }
    expect(ledger.made()).toBe(0);
    ledger.stop();
  });

  it('by a URL that was allowed once', async () => {
    const result = await send(webhook(receiver.url), { allowPrivate: false });
    expect(result?.attempt.error).toBe('It must begin with https://.');
    expect(receiver.connections).toBe(0);
  });
});

/** The same with another port, if it is a URL of this machine at all. */
function withPort(url: string, port: number): string {
  if (!URL.canParse(url) || url.includes('1.1.1.1')) return url;
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}

describe('names', () => {
  it('that only this machine knows are resolved, too', async () => {
    const addresses = await nameResolver()('localhost');
    expect(addresses.every((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
    expect(addresses).not.toEqual([]);
  });

  it('that nobody knows fail with a sentence', async () => {
    const failing: ResolveName = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const result = await send(webhook('http://nobody.example/'), { resolve: failing });
    expect(result?.attempt.error).toBe('nobody.example could not be resolved (ENOTFOUND).');
  });
});
