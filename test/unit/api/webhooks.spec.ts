import { WebhooksService } from '../../../src/webhooks/webhooks.service.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { Hooks } from '../webhooks/hooks.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const the = redisForThisFile();
const { provider, siteId } = memorySite(new TestClock());
const URL = 'https://hooks.example.com/dr';
const OPERATION = `${siteId}.0192f0c1-7a3e-7cc0-8000-000000000001`;
let hooks: Hooks;
let surface: Surface;

beforeEach(async () => {
  hooks = new Hooks(the.redis);
  const { webhooks, deliveries, lines, notices, bells, clock } = hooks;
  const service = new WebhooksService(webhooks, deliveries, lines, notices, bells, clock, false);
  surface = await surfaceOver([provider], undefined, [{ provide: WebhooksService, useValue: service }]);
});
afterEach(() => surface.close());

async function created(body: object = { url: URL }): Promise<string> {
  const { status, body: webhook } = await surface.ask('POST', '/v1/webhooks', { body });
  expect(status).toBe(201);
  return String(webhook.id);
}

function places({ body }: Told): unknown[] {
  const errors = (body.errors ?? []) as { pointer?: string; parameter?: string }[];
  return errors.map(({ pointer, parameter }) => pointer ?? parameter);
}

it('tells the secret of a new webhook once, and never again', async () => {
  const made = await surface.ask('POST', '/v1/webhooks', { body: { url: URL, description: 'On-call' } });
  expect(made).toMatchObject({
    status: 201,
    headers: { location: `/v1/webhooks/${String(made.body.id)}`, 'cache-control': 'no-store' },
    body: {
      url: URL,
      eventTypes: [],
      siteIds: [],
      description: 'On-call',
      disabled: false,
      disabledReason: null,
      createdBy: 'admin',
      waitingDeliveries: 0,
      droppedDeliveries: 0,
      lastDroppedEventTime: null,
      endpoint: { failures: 0, lastError: null },
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as string,
    },
  });
  const path = `/v1/webhooks/${String(made.body.id)}`;
  const others = [
    await surface.ask('GET', path),
    await surface.ask('GET', '/v1/webhooks'),
    await surface.ask('PATCH', path, { body: { description: 'Off-call' } }),
  ];
  for (const { status, body } of others) {
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('whsec_');
  }
});

it.each([
  [{}, '/url'],
  [{ url: 'not a url' }, '/url'],
  [{ url: 'http://hooks.example.com/' }, '/url'],
  [{ url: 'https://10.0.0.1/' }, '/url'],
  [{ url: 'https://localhost/' }, '/url'],
  [{ url: URL, eventTypes: ['operation.exploded'] }, '/eventTypes'],
  [{ url: URL, eventTypes: 'operation.failed' }, '/eventTypes'],
  [{ url: URL, siteIds: [siteId, 'nowhere'] }, '/siteIds/1'],
  [{ url: URL, secret: 'whsec_AAAA' }, '/secret'],
  [{ url: URL, description: 7 }, '/description'],
])('refuses %j and names the place', async (body, place) => {
  const told = await surface.ask('POST', '/v1/webhooks', { body });
  expect(told).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(places(told)).toContain(place);
  expect(await hooks.webhooks.all()).toEqual([]);
});

it('changes what is said and nothing else, and disables and enables', async () => {
  const id = await created({ url: URL, siteIds: [siteId] });
  const path = `/v1/webhooks/${id}`;
  expect(
    (await surface.ask('PATCH', path, { body: { eventTypes: ['operation.failed'] } })).body,
  ).toMatchObject({
    url: URL,
    siteIds: [siteId],
    eventTypes: ['operation.failed'],
  });
  expect((await surface.ask('PATCH', path, { body: { disabled: true } })).body).toMatchObject({
    disabled: true,
    disabledReason: 'REQUESTED',
  });
  expect(await surface.ask('POST', `${path}/test`)).toMatchObject({
    status: 409,
    body: { code: 'webhook-disabled' },
  });
  expect((await surface.ask('PATCH', path, { body: { disabled: false } })).body).toMatchObject({
    disabled: false,
    disabledReason: null,
    eventTypes: ['operation.failed'],
  });
  expect(await surface.ask('PATCH', path, { body: { url: 'https://127.0.0.1/' } })).toMatchObject({
    status: 400,
  });
  for (const body of [
    { disabled: 'no' },
    { disabled: null },
    { url: null },
    { siteIds: null },
    { secrets: [] },
  ])
    expect(await surface.ask('PATCH', path, { body })).toMatchObject({ status: 400 });
});

it('rotates the secret and says until when the old one signs', async () => {
  const id = await created();
  const told = await surface.ask('POST', `/v1/webhooks/${id}/rotate-secret`);
  expect(told).toMatchObject({
    status: 200,
    body: {
      secret: expect.stringMatching(/^whsec_/) as string,
      previousSecretUntilTime: new Date(hooks.clock.now() + 24 * 3_600_000).toISOString(),
    },
  });
});

it('deletes', async () => {
  const id = await created();
  expect((await surface.ask('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
  expect((await surface.ask('DELETE', `/v1/webhooks/${id}`)).status).toBe(404);
  expect((await surface.ask('GET', `/v1/webhooks/${id}`)).status).toBe(404);
});

it('pages through the log, newest first, by state, and refuses a token of other filters', async () => {
  const id = await created();
  await hooks.tell(7, OPERATION);
  const path = `/v1/webhooks/${id}/deliveries`;
  const seen: unknown[] = [];
  let query = '?pageSize=3';
  for (;;) {
    const { body, headers } = await surface.ask('GET', path + query);
    seen.push(...(body.items as { sequence: number }[]).map(({ sequence }) => sequence));
    if (body.nextPageToken === undefined) break;
    expect(headers.link).toContain('rel="next"');
    query = `?pageSize=3&pageToken=${body.nextPageToken as string}`;
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect((await surface.ask('GET', `${path}?state=DELIVERED,FAILED`)).body.items).toEqual([]);
  const mixed = await surface.ask('GET', `${path}${query}&state=WAITING`);
  expect(mixed).toMatchObject({ status: 400, body: { code: 'page-token-invalid' } });
  expect(await surface.ask('GET', `${path}?state=LOST`)).toMatchObject({ status: 400 });
  expect(await surface.ask('GET', `${path}?webhook=x`)).toMatchObject({ status: 400 });
});

it('shows a delivery with what is sent, and sends it again', async () => {
  const id = await created();
  await hooks.tell(1, OPERATION);
  const path = `/v1/webhooks/${id}/deliveries`;
  const [delivery] = (await surface.ask('GET', path)).body.items as { id: string; eventId: string }[];
  const one = await surface.ask('GET', `${path}/${delivery?.id}`);
  expect(one).toMatchObject({
    status: 200,
    body: {
      state: 'WAITING',
      operationId: OPERATION,
      attempts: [],
      event: { specversion: '1.0', id: delivery?.eventId, subject: OPERATION, sequence: 1 },
    },
  });
  expect(await surface.ask('POST', `${path}/${delivery?.id}/redeliver`)).toMatchObject({ status: 202 });
  expect(await surface.ask('GET', `${path}/none`)).toMatchObject({ status: 404 });
  expect(await surface.ask('POST', `${path}/none/redeliver`)).toMatchObject({ status: 404 });
  expect(await surface.ask('GET', '/v1/webhooks/none/deliveries')).toMatchObject({ status: 404 });
});

it('puts a test in line', async () => {
  const id = await created();
  const told = await surface.ask('POST', `/v1/webhooks/${id}/test`);
  expect(told).toMatchObject({
    status: 202,
    headers: { location: `/v1/webhooks/${id}/deliveries/${String(told.body.id)}` },
    body: { eventType: 'webhook.test', state: 'WAITING' },
  });
});
