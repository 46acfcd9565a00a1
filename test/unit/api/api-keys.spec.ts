import { createHash } from 'node:crypto';
import { AuditTrail } from '../../../src/access/audit-trail.js';
import { newKeyText } from '../../../src/access/keys/key-text.js';
import { KeyStore } from '../../../src/access/keys/redis-key-store.js';
import type { Decision } from '../../../src/domain/access/decision.js';
import { Clock } from '../../../src/platform/clock.js';
import { ENVIRONMENT_TOKEN } from '../../../src/platform/tokens.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const the = redisForThisFile();
const clock = new TestClock();
const [north, south] = [memorySite(clock), memorySite(clock)];
const ALL = { role: 'viewer', sites: '*', targets: '*' };
const OF_NORTH = { role: 'viewer', sites: [north.siteId], targets: '*' };
let surface: Surface;

beforeEach(async () => {
  surface = await surfaceOver([north.provider, south.provider], undefined, [
    { provide: KeyStore, useValue: new KeyStore(the.redis) },
    { provide: Clock, useValue: clock },
  ]);
});
afterEach(() => surface.close());

function ask(method: string, path: string, body?: object, key?: string): Promise<Told> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return surface.ask(method, `/v1/api-keys${path}`, { ...(body ? { body } : {}), headers });
}

async function made(...grants: object[]): Promise<{ id: string; key: string }> {
  const { status, body } = await ask('POST', '', { name: 'a key', grants });
  expect(status).toBe(201);
  return { id: String(body.id), key: String(body.key) };
}

function places({ body }: Told): unknown[] {
  return ((body.errors ?? []) as { pointer?: string; parameter?: string }[]).map(
    ({ pointer, parameter }) => pointer ?? parameter,
  );
}

function soon(ms: number): string {
  return new Date(clock.now() + ms).toISOString();
}

it('gives a new key out once, and never again', async () => {
  const expiresTime = soon(86_400_000);
  const given = await ask('POST', '', {
    name: 'drills',
    description: 'nightly',
    grants: [OF_NORTH],
    expiresTime,
  });
  const { id, key } = given.body;
  expect(given).toMatchObject({
    status: 201,
    headers: { location: `/v1/api-keys/${String(id)}`, 'cache-control': 'no-store' },
    body: {
      name: 'drills',
      description: 'nightly',
      state: 'ACTIVE',
      grants: [OF_NORTH],
      expiresTime,
      secrets: [{ untilTime: null }],
      createdBy: 'admin',
      updatedBy: 'admin',
      revokedBy: null,
      revokedTime: null,
      lastUsedTime: null,
    },
  });
  expect(key).toMatch(/^drg_[0-9a-z]{16}_[0-9A-Za-z]{49}$/);
  const secret = String(key).slice(21);
  const others = [
    await ask('GET', `/${String(id)}`),
    await ask('GET', ''),
    await ask('PATCH', `/${String(id)}`, { name: 'drills 2' }),
  ];
  for (const { status, body } of others) {
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(JSON.stringify(body)).not.toMatch(/[0-9a-f]{64}/);
  }
});

const NAME = { name: 'x' };

it.each<[object, string]>([
  [{}, '/name'],
  [NAME, '/grants'],
  [{ ...NAME, grants: [] }, '/grants'],
  [{ ...NAME, grants: 'all' }, '/grants'],
  [{ ...NAME, grants: [{}] }, '/grants/0/role'],
  [{ ...NAME, grants: [ALL, [ALL, ALL]] }, '/grants'],
  [{ ...NAME, grants: [ALL, null] }, '/grants/1'],
  [{ ...NAME, grants: [{ role: 'viewer', targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: '*' }] }, '/grants/0/targets'],
  [{ ...NAME, grants: [{ role: 'root', sites: '*', targets: '*' }] }, '/grants/0/role'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: 'north', targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: [], targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: ['*', 7], targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: null, targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: {}, targets: '*' }] }, '/grants/0/sites'],
  [{ ...NAME, grants: [{ ...ALL, rights: ['audit:read'] }] }, '/grants/0/rights'],
  [{ ...NAME, grants: [ALL, { role: 'viewer', sites: ['nowhere'], targets: '*' }] }, '/grants/1/sites/0'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: '*', targets: ['plan'] }] }, '/grants/0/targets/0'],
  [{ ...NAME, grants: [{ role: 'viewer', sites: '*', targets: ['nowhere.plan'] }] }, '/grants/0/targets/0'],
  [{ ...NAME, grants: [{ ...OF_NORTH, targets: [`${south.siteId}.plan`] }] }, '/grants/0/targets/0'],
  [{ ...NAME, grants: [ALL], expiresTime: 'tomorrow' }, '/expiresTime'],
  [{ ...NAME, grants: [ALL], expiresTime: '2020-01-01T00:00:00Z' }, '/expiresTime'],
  [{ name: 7, grants: [ALL] }, '/name'],
  [{ name: '', grants: [ALL] }, '/name'],
  [{ ...NAME, grants: [ALL], id: '0123456789abcdef' }, '/id'],
  [{ ...NAME, grants: [ALL], key: 'drg_mine' }, '/key'],
])('refuses %j and names the place', async (body, place) => {
  const told = await ask('POST', '', body);
  expect(told).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(places(told)).toContain(place);
  expect((await ask('GET', '')).body.items).toEqual([]);
});

it('changes what is said and nothing else', async () => {
  const { id } = await made(ALL);
  const expiresTime = soon(60_000);
  expect((await ask('PATCH', `/${id}`, { expiresTime })).body).toMatchObject({ expiresTime, grants: [ALL] });
  expect((await ask('PATCH', `/${id}`, { grants: [OF_NORTH] })).body).toMatchObject({
    expiresTime,
    grants: [OF_NORTH],
    name: 'a key',
  });
  expect((await ask('PATCH', `/${id}`, { expiresTime: null })).body).toMatchObject({ expiresTime: null });
  for (const body of [{ name: null }, { grants: null }, { grants: [] }, { secrets: [] }, { expiresTime: 7 }])
    expect(await ask('PATCH', `/${id}`, body)).toMatchObject({ status: 400 });
});

it('rotates: both secrets let in, and the answer says until when', async () => {
  const { id, key } = await made({ ...ALL, role: 'admin' });
  const told = await ask('POST', `/${id}/rotate-secret`, { overlapSeconds: 3600 });
  expect(told).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: { secrets: [{ untilTime: null }, { untilTime: soon(3_600_000) }] },
  });
  for (const one of [key, String(told.body.key)])
    expect((await ask('GET', '', undefined, one)).status).toBe(200);
  const usual = await ask('POST', `/${id}/rotate-secret`);
  expect(usual.body.secrets).toMatchObject([{}, { untilTime: soon(86_400_000) }]);
  expect((await ask('GET', '', undefined, key)).status).toBe(401);
  for (const overlapSeconds of [-1, 604_801, 1.5, '60', null])
    expect(await ask('POST', `/${id}/rotate-secret`, { overlapSeconds })).toMatchObject({ status: 400 });
});

it('revokes: the key lets nobody in from then on, and stays to be seen', async () => {
  const { id, key } = await made({ ...ALL, role: 'admin' });
  expect((await ask('GET', '', undefined, key)).status).toBe(200);
  expect((await ask('DELETE', `/${id}`)).status).toBe(204);
  const refused = await ask('GET', '', undefined, key);
  expect(refused).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect(JSON.stringify(refused.body)).not.toMatch(/revoked/i);
  expect((await ask('GET', `/${id}`)).body).toMatchObject({
    state: 'REVOKED',
    revokedBy: 'admin',
    secrets: [],
  });
  expect((await ask('DELETE', `/${id}`)).status).toBe(204);
  expect(await ask('PATCH', `/${id}`, { name: 'x' })).toMatchObject({
    status: 409,
    body: { code: 'api-key-revoked' },
  });
  expect((await ask('DELETE', '/nothing')).status).toBe(404);
});

it('whoever does not manage access is refused at every path', async () => {
  const { id, key } = await made(ALL, { ...ALL, role: 'commander' }, { ...ALL, role: 'auditor' });
  const paths: [string, string][] = [
    ['GET', ''],
    ['POST', ''],
    ['GET', `/${id}`],
    ['GET', '/nothing'],
    ['PATCH', `/${id}`],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/rotate-secret`],
  ];
  for (const [method, path] of paths)
    expect(await ask(method, path, undefined, key)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
});

describe('an admin of one site', () => {
  it('sees, counts and changes no key that reaches further', async () => {
    const { key } = await made({ ...OF_NORTH, role: 'admin' });
    const [inside, outside] = [await made(OF_NORTH), await made(ALL)];
    const listed = await ask('GET', '', undefined, key);
    expect((listed.body.items as { id: string }[]).map(({ id }) => id)).toContain(inside.id);
    expect(JSON.stringify(listed.body)).not.toContain(outside.id);
    const absent = await ask('GET', '/0123456789abcdef', undefined, key);
    const hidden = await ask('GET', `/${outside.id}`, undefined, key);
    const same = ({ body }: Told, id: string) =>
      JSON.stringify({ ...body, requestId: '' }).replaceAll(id, 'ID');
    expect(same(hidden, outside.id)).toBe(same(absent, '0123456789abcdef'));
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
    ] as const)
      expect((await ask(method, `/${outside.id}${path}`, undefined, key)).status).toBe(404);
  });

  it('gives nothing away there that it does not hold, and is not told which sites there are', async () => {
    const { key } = await made({ ...OF_NORTH, role: 'admin' });
    const body = (site: string, role = 'viewer') => ({
      name: 'x',
      grants: [{ role, sites: [site], targets: '*' }],
    });
    expect((await ask('POST', '', body(north.siteId), key)).status).toBe(201);
    const refused = await ask('POST', '', body(north.siteId, 'operator'), key);
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'forbidden', errors: [{ pointer: '/grants/0/sites/0' }] },
    });
    const [there, nowhere] = [
      await ask('POST', '', body(south.siteId), key),
      await ask('POST', '', body('nowhere'), key),
    ];
    expect([there.status, nowhere.status]).toEqual([403, 403]);
    expect(there.body.errors).toEqual(nowhere.body.errors);
  });

  it('pages through its own, with tokens of no use to others', async () => {
    const { key } = await made({ ...OF_NORTH, role: 'admin' });
    for (let i = 0; i < 6; i += 1) await made(i % 2 ? OF_NORTH : ALL);
    const first = await ask('GET', '?pageSize=2', undefined, key);
    expect(first.headers.link).toContain('rel="next"');
    const token = String(first.body.nextPageToken);
    const second = await ask('GET', `?pageSize=2&pageToken=${token}`, undefined, key);
    expect([first, second].flatMap(({ body }) => body.items)).toHaveLength(4);
    expect(second.body.nextPageToken).toBeUndefined();
    expect(await ask('GET', `?pageSize=2&pageToken=${token}`)).toMatchObject({
      status: 400,
      body: { code: 'page-token-invalid' },
    });
  });
});

it('a key that cannot be checked is no 401: the store is away', async () => {
  await surface.close();
  const away = () => Promise.reject(new Error('Connection is closed.'));
  surface = await surfaceOver([], undefined, [{ provide: KeyStore, useValue: { version: away, all: away } }]);
  const key = `drg_${'0'.repeat(16)}_${'0'.repeat(49)}`;
  expect((await ask('GET', '', undefined, key)).status).toBe(401);
  const unknown = newKeyText('0123456789abcdef');
  expect(await ask('GET', '', undefined, unknown)).toMatchObject({
    status: 503,
    body: { code: 'store-unavailable' },
  });
});

it('every use of the sealed key is audited, also of what is only read or refused, and lets in without the audit', async () => {
  await surface.close();
  const sealed = 'drg-break-glass-0011223344556677';
  const recorded: [string, string | null][] = [];
  surface = await surfaceOver([], undefined, [
    {
      provide: ENVIRONMENT_TOKEN,
      useValue: {
        adminApiKey: 'another',
        breakGlassKeySha256: createHash('sha256').update(sealed).digest('hex'),
        pollIntervalMs: 1000,
      },
    },
    {
      provide: AuditTrail,
      useValue: {
        record: ({ kind, principalId }: Decision) => {
          recorded.push([kind, principalId]);
          return Promise.reject(new Error('the disk is full'));
        },
      },
    },
  ]);
  expect(
    (await surface.ask('GET', '/v1/sites', { headers: { authorization: `Bearer ${sealed}` } })).status,
  ).toBe(200);
  expect((await ask('GET', '', undefined, sealed)).status).toBe(403);
  expect(recorded).toEqual([
    ['BREAK_GLASS_USED', 'break-glass'],
    ['BREAK_GLASS_USED', 'break-glass'],
    ['REFUSED', 'break-glass'],
  ]);
});
