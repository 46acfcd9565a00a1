import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { newDelivery } from '../../../src/webhooks/delivery.js';
import { WebhooksService } from '../../../src/webhooks/webhooks.service.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { Hooks } from '../webhooks/hooks.js';
import { as, over, plainly, principals } from './principals.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const the = redisForThisFile();
const sites = [memorySite(new TestClock()), memorySite(new TestClock()), memorySite(new TestClock())];
const [A = '', B = '', C = ''] = sites.map(({ siteId }) => siteId);
const URL = 'https://hooks.example.com/dr';
const OF = (site: string, i = 1) => `${site}.0192f0c1-7a3e-7cc0-8000-00000000000${i}`;
let hooks: Hooks;
let surface: Surface;

beforeEach(async () => {
  hooks = new Hooks(the.redis);
  surface = await surfaceOver(
    sites.map(({ provider }) => provider),
    undefined,
    [
      { provide: WebhooksService, useValue: hooks.service },
      { provide: InventoryService, useValue: { recoveryPlans: () => Promise.resolve([]) } },
      principals({
        ofA: [over('admin', A)],
        ofAB: [over('admin', A), over('admin', B)],
        ofAll: [A, B, C].map((site) => over('admin', site)),
        part: [over('admin', A), over('admin', B, [`${B}.move-books`])],
        viewer: [over('viewer', A)],
      }),
    ],
  );
});
afterEach(() => surface.close());

const ask = (who: string, method: string, path: string, body?: object) =>
  surface.ask(method, path, { headers: as(who), ...(body && { body }) });

async function made(who: string, siteIds?: string[], eventTypes?: string[]): Promise<string> {
  const wishes = { url: URL, ...(siteIds && { siteIds }), ...(eventTypes && { eventTypes }) };
  const { status, body } = await ask(who, 'POST', '/v1/webhooks', wishes);
  expect(status).toBe(201);
  return String(body.id);
}

const pointers = ({ body }: Told) => (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
const listed = ({ body }: Told) => (body.items as { id: string }[]).map(({ id }) => id).sort();

it.each([
  ['ofA', undefined, '/siteIds'],
  ['ofA', [], '/siteIds'],
  ['ofAll', undefined, '/siteIds'],
  ['ofA', ['B'], '/siteIds/0'],
  ['ofA', ['A', 'B'], '/siteIds/1'],
  ['part', ['A', 'B'], '/siteIds/1'],
])('%s gets no webhook for %j, and is told at which place', async (who, names, pointer) => {
  const siteIds = names?.map((name) => ({ A, B })[name as 'A' | 'B']);
  const told = await ask(who, 'POST', '/v1/webhooks', { url: URL, ...(siteIds && { siteIds }) });
  expect(told).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(pointers(told)).toEqual([pointer]);
  expect(await hooks.webhooks.all()).toEqual([]);
});

it('a site that is not held is a site that is not there', async () => {
  const answers = await Promise.all(
    [B, 'nowhere'].map(async (site) =>
      plainly(await ask('ofA', 'POST', '/v1/webhooks', { url: URL, siteIds: [site] }), site),
    ),
  );
  expect(answers[0]).toEqual(answers[1]);
});

it('each sees only webhooks all of whose sites it holds', async () => {
  const [all, a, b, ab] = [
    await made('surface-key'),
    await made('ofA', [A]),
    await made('surface-key', [B]),
    await made('ofAB', [A, B]),
  ];
  expect(listed(await ask('surface-key', 'GET', '/v1/webhooks'))).toEqual([all, a, b, ab].sort());
  expect(listed(await ask('ofAB', 'GET', '/v1/webhooks'))).toEqual([a, b, ab].sort());
  expect(listed(await ask('ofA', 'GET', '/v1/webhooks'))).toEqual([a]);
  expect(listed(await ask('part', 'GET', '/v1/webhooks'))).toEqual([a]);
  expect(await ask('viewer', 'GET', '/v1/webhooks')).toMatchObject({ status: 403 });
  const first = await ask('ofAB', 'GET', '/v1/webhooks?pageSize=1');
  const next = `/v1/webhooks?pageSize=1&pageToken=${String(first.body.nextPageToken)}`;
  expect(await ask('ofAB', 'GET', next)).toMatchObject({ status: 200 });
  expect(await ask('ofA', 'GET', next)).toMatchObject({ status: 400, body: { code: 'page-token-invalid' } });
});

const DELIVERY = '0192f0c17a3e0000018f2b3c4d5e6f70';
it.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['POST', '/rotate-secret'],
  ['POST', '/test'],
  ['GET', '/deliveries'],
  ['GET', `/deliveries/${DELIVERY}`],
  ['POST', `/deliveries/${DELIVERY}/redeliver`],
])('%s of one that is not held is the 404 of one that is not there (%s)', async (method, rest) => {
  const others = [
    await made('surface-key'),
    await made('surface-key', [A, B]),
    await made('surface-key', [B]),
  ];
  const before = await hooks.webhooks.all();
  const body = method === 'PATCH' ? { description: 'mine' } : undefined;
  const answers = await Promise.all(
    [...others, '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e'].map(async (id) =>
      plainly(await ask('ofA', method, `/v1/webhooks/${id}${rest}`, body), id),
    ),
  );
  expect(answers[3]).toMatchObject({ status: 404 });
  for (const answer of answers) expect(answer).toEqual(answers[3]);
  expect(await hooks.webhooks.all()).toEqual(before);
});

it('one that is held is changed, but never towards what is not', async () => {
  const id = await made('ofA', [A]);
  const path = `/v1/webhooks/${id}`;
  expect(await ask('ofA', 'PATCH', path, { description: 'mine' })).toMatchObject({ status: 200 });
  for (const siteIds of [[], [B], [A, B], ['nowhere']])
    expect(await ask('ofA', 'PATCH', path, { siteIds })).toMatchObject({ status: 400 });
  expect((await hooks.service.get(id)).webhook.siteIds).toEqual([A]);
  expect(await ask('ofAB', 'PATCH', path, { siteIds: [B] })).toMatchObject({ status: 200 });
  expect(await ask('ofA', 'GET', path)).toMatchObject({ status: 404 });
});

it('its deliveries of sites that it had before are told only to who holds those, and leave no gap', async () => {
  const id = await made('surface-key', [A, B]);
  await hooks.tell(4, OF(A), OF(B));
  await ask('surface-key', 'PATCH', `/v1/webhooks/${id}`, { siteIds: [A] });
  const path = `/v1/webhooks/${id}/deliveries`;
  const all = (await ask('surface-key', 'GET', path)).body.items as { id: string; siteId: string }[];
  expect(all).toHaveLength(8);
  const seen: string[] = [];
  let url = `${path}?pageSize=3`;
  for (const size of [3, 1]) {
    const { body } = await ask('ofA', 'GET', url);
    const items = body.items as { siteId: string }[];
    expect(items).toHaveLength(size);
    seen.push(...items.map(({ siteId }) => siteId));
    url = `${path}?pageSize=3&pageToken=${String(body.nextPageToken)}`;
  }
  expect(seen).toEqual([A, A, A, A]);
  const [ofB] = all.filter(({ siteId }) => siteId === B);
  for (const [method, rest] of [
    ['GET', ''],
    ['POST', '/redeliver'],
  ] as const)
    expect(await ask('ofA', method, `${path}/${ofB?.id}${rest}`)).toMatchObject({ status: 404 });
  expect(await ask('ofAB', 'GET', `${path}/${ofB?.id}`)).toMatchObject({ status: 200 });
});

it('is told of other webhooks only as far as these are of its sites', async () => {
  const types = ['webhook.disabled'];
  const ears = {
    all: await made('surface-key', undefined, types),
    a: await made('ofA', [A], types),
    ab: await made('ofAB', [A, B], types),
  };
  const [ofA, ofB, ofAll] = [
    await made('ofA', [A]),
    await made('surface-key', [B]),
    await made('surface-key'),
  ];
  for (const id of [ofA, ofB, ofAll]) await hooks.disabling.disable(id, 'GONE');
  const heard = async (id: string) =>
    (await hooks.service.listDeliveries(id, undefined, null, 10))
      .map(({ body }) => (JSON.parse(body) as { subject: string }).subject)
      .sort();
  expect(await heard(ears.all)).toEqual([ofA, ofB, ofAll].sort());
  expect(await heard(ears.ab)).toEqual([ofA, ofB].sort());
  expect(await heard(ears.a)).toEqual([ofA]);
  expect(((await ask('ofA', 'GET', `/v1/webhooks/${ears.a}/deliveries`)).body.items as object[]).length).toBe(
    1,
  );
});

it('what an old log tells of a webhook that is not held is not shown', async () => {
  const [ear, other] = [await made('ofA', [A]), await made('surface-key', [B])];
  const telling = {
    ...{ eventId: 'notice.1', type: 'webhook.disabled', time: new Date(hooks.clock.now()).toISOString() },
    ...{ operationId: null, siteId: null, sequence: null, body: JSON.stringify({ subject: other }) },
  };
  const delivery = newDelivery(ear, telling, hooks.clock.now());
  await hooks.deliveries.take(ear, [{ delivery, offset: '0-0' }], null, hooks.clock.now());
  const items = async (who: string) => (await ask(who, 'GET', `/v1/webhooks/${ear}/deliveries`)).body.items;
  expect(await items('surface-key')).toHaveLength(1);
  expect(await items('ofA')).toEqual([]);
  expect((await ask('ofA', 'GET', `/v1/webhooks/${ear}/deliveries/${delivery.id}`)).status).toBe(404);
});

it('is told of what concerns several sites without those that it did not ask for', async () => {
  const [all, a, ab, c] = [
    await made('surface-key'),
    await made('ofA', [A]),
    await made('ofAB', [A, B]),
    await made('surface-key', [C]),
  ];
  await hooks.notices.tellOfSites('emergency.declared', [A, B], { siteIds: [A, B], text: 'An emergency.' });
  const told = async (id: string) =>
    (await hooks.service.listDeliveries(id, undefined, null, 10)).map(
      ({ body }) => (JSON.parse(body) as { data: { siteIds: string[] } }).data.siteIds,
    );
  expect(await told(all)).toEqual([[A, B]]);
  expect(await told(ab)).toEqual([[A, B]]);
  expect(await told(a)).toEqual([[A]]);
  expect(await told(c)).toEqual([]);
});
