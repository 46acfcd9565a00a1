import { Authenticator } from '../../../src/access/authenticator.js';
import { EVERYTHING, type Grant, type Principal } from '../../../src/domain/access/principal.js';
import type { Operation } from '../../../src/domain/operation.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import type { Doorbells } from '../../../src/operations/doorbells.js';
import { OperationStore } from '../../../src/operations/operation-store.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { Resolutions } from '../../../src/operations/resolutions.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { memorySite } from '../support/memory-site.js';
import { at, operation } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];
const BOOKS = `${one.siteId}.move-books`;
const BOOKS_GROUP = `${one.siteId}.books`;
const over = (role: Grant['role'], ...targets: string[]): Grant => ({
  role,
  sites: [one.siteId],
  targets: targets.length > 0 ? targets : '*',
});

const ASKERS: Readonly<Record<string, readonly Grant[]>> = {
  everybody: EVERYTHING,
  'site-viewer': [over('viewer')],
  'books-viewer': [over('viewer', BOOKS)],
  'books-operator': [over('operator', BOOKS)],
  'books-commander': [over('commander', BOOKS)],
  'group-commander': [over('commander', BOOKS_GROUP)],
  'other-viewer': [{ role: 'viewer', sites: [two.siteId], targets: '*' }],
  'unknown-plan-viewer': [over('viewer', `${one.siteId}.move-nothing`)],
};

const idOf = (siteId: string, n: number): string =>
  `${siteId}.0190a5f0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const made = (n: number, siteId: string, changes: Partial<Operation>): Operation =>
  operation({
    ...{ id: idOf(siteId, n), siteId, createdTime: at(n), requestedBy: 'ada' },
    ...changes,
    lockedGroupIds: [`${siteId}.lock-${n}`, ...(changes.lockedGroupIds ?? [])],
  });
const target = (id: string | null, type: Operation['target']['type'] = 'RECOVERY_PLAN') => ({
  type,
  id,
  name: 'It',
});

const failover = made(1, one.siteId, { target: target(BOOKS), lockedGroupIds: [BOOKS_GROUP] });
const payroll = made(2, one.siteId, { target: target(`${one.siteId}.move-payroll`) });
const enabling = made(3, one.siteId, {
  action: 'ENABLE_PROTECTION',
  target: target(BOOKS_GROUP, 'PROTECTION_GROUP'),
  parentId: payroll.id,
  direction: null,
});
const creating = made(4, one.siteId, {
  action: 'CREATE_PROTECTION_GROUP',
  target: target(null, 'PROTECTION_GROUP'),
  direction: null,
});
const elsewhere = made(5, two.siteId, { target: target(`${two.siteId}.web`) });
const ALL = [failover, payroll, enabling, creating, elsewhere];

const the = redisForThisFile();
let surface: Surface;
let store: RedisOperationStore;

beforeEach(async () => {
  store = new RedisOperationStore(the.redis, clock);
  const registry = new ProviderRegistry([one.provider, two.provider]);
  const bells = { ringSubmission: () => Promise.resolve() } as unknown as Doorbells;
  const plans = [plan(BOOKS, { protectionGroupIds: [BOOKS_GROUP] })];
  const source = { siteId: one.siteId, provider: 'memory', state: 'FRESH' };
  const principalOf = (token: string): Principal | null => {
    const grants = ASKERS[token];
    return grants ? { id: `key:${token}`, kind: 'API_KEY', grants } : null;
  };
  surface = await surfaceOver([one.provider, two.provider], undefined, [
    { provide: Authenticator, useValue: { principalOf, isStillGood: () => Promise.resolve(true) } },
    { provide: OperationStore, useValue: store },
    { provide: OperationsService, useValue: new OperationsService(store, registry, bells, clock) },
    { provide: Resolutions, useValue: { resolve: (id: string) => store.find(id) } },
    {
      provide: InventoryService,
      useValue: {
        recoveryPlans: (siteId?: string) =>
          Promise.resolve(siteId === two.siteId ? [] : [{ value: plans, source }]),
      },
    },
  ]);
  await Promise.all(ALL.map((each) => store.accept(each, null)));
});
afterEach(() => surface.close());

const ask = (asker: string, method: string, url: string, body?: object): Promise<Told> =>
  surface.ask(method, url, { headers: { authorization: `Bearer ${asker}` }, ...(body ? { body } : {}) });
const listed = async (asker: string, query = ''): Promise<string[]> => {
  const ids: string[] = [];
  for (let token = ''; ;) {
    const { status, body } = await ask(asker, 'GET', `/v1/operations?pageSize=1${query}${token}`);
    expect(status).toBe(200);
    ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
    if (body.nextPageToken === undefined) return ids.sort();
    token = `&pageToken=${encodeURIComponent(body.nextPageToken as string)}`;
  }
};
const ids = (...those: Operation[]): string[] => those.map(({ id }) => id).sort();

it.each<[string, Operation[]]>([
  ['everybody', ALL],
  ['site-viewer', [failover, payroll, enabling, creating]],
  ['books-viewer', [failover, enabling]],
  ['group-commander', [failover, enabling]],
  ['other-viewer', [elsewhere]],
  ['unknown-plan-viewer', []],
])('%s is shown what it sees, page by page, in the list and in the export', async (asker, expected) => {
  expect(await listed(asker)).toEqual(ids(...expected));
  const line = ({ id }: Operation): string => `"id":"${id}"`;
  const { status, headers } = await ask(asker, 'HEAD', '/v1/operations/export?format=csv');
  expect([status, headers['content-disposition']]).toEqual([200, expect.stringContaining('operations.csv')]);
  for (const each of ALL) {
    const { status: found, body } = await ask(asker, 'GET', `/v1/operations/${each.id}`);
    expect(found).toBe(expected.includes(each) ? 200 : 404);
    if (found === 200) expect(JSON.stringify(body)).toContain(line(each));
  }
});

it('a file of the history has the lines of what is seen', async () => {
  const file = async (asker: string) => (await ask(asker, 'GET', '/v1/operations/export?format=ndjson')).body;
  expect(await file('other-viewer')).toMatchObject({ id: elsewhere.id });
  expect(await file('unknown-plan-viewer')).toEqual({});
});

it('a filter by what is not seen finds what one by what is not there finds', async () => {
  const found = async (query: string) => (await ask('books-viewer', 'GET', `/v1/operations?${query}`)).body;
  expect(await found(`targetId=${one.siteId}.move-payroll`)).toEqual(
    await found(`targetId=${one.siteId}.move-nobody`),
  );
  expect(await found(`siteId=${two.siteId}`)).toEqual(await found('siteId=no-such-site'));
  expect(await found(`parentId=${elsewhere.id}`)).toEqual(await found(`parentId=${idOf(two.siteId, 99)}`));
});

describe.each([
  ['GET', ''],
  ['GET', '/report'],
  ['GET', '/timeline'],
  ['GET', '/events'],
  ['POST', '/cancel'],
  ['POST', '/input'],
  ['POST', '/resolution'],
])('%s …%s of an operation that is not seen', (method, path) => {
  it.each(['books-viewer', 'books-commander', 'other-viewer'])(
    'is the 404 of an unknown one to %s',
    async (asker) => {
      const answers = await Promise.all(
        [payroll.id, idOf(one.siteId, 99), idOf('no-site', 2)].map(async (id) => {
          const { status, headers, body } = await ask(asker, method, `/v1/operations/${id}${path}`);
          const { date: _date, 'x-request-id': _id, 'content-length': _length, ...others } = headers;
          const { requestId: _requestId, ...told } = body;
          const blank = (value: unknown): string => JSON.stringify(value).replaceAll(id, 'it');
          return [status, blank(others), blank(told)];
        }),
      );
      expect(answers[0]?.[0]).toBe(404);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    },
  );
});

describe('what is running may be stopped and answered', () => {
  const cancelling = async (asker: string, { id }: Operation): Promise<[number, unknown]> => {
    const { status, body } = await ask(asker, 'POST', `/v1/operations/${id}/cancel`);
    return [status, body.code];
  };

  it.each<[string, Operation, [number, unknown]]>([
    ['everybody', failover, [202, undefined]],
    ['books-commander', failover, [202, undefined]],
    ['books-operator', enabling, [202, undefined]],
    ['books-viewer', failover, [403, 'forbidden']],
    ['books-operator', failover, [403, 'forbidden']],
    ['group-commander', failover, [403, 'forbidden']],
    ['group-commander', enabling, [202, undefined]],
    ['site-viewer', creating, [403, 'forbidden']],
  ])('by who may begin it: %s', async (asker, which, expected) => {
    expect(await cancelling(asker, which)).toEqual(expected);
    expect((await store.find(which.id))?.state).toBe(expected[0] === 202 ? 'CANCELLED' : 'PENDING');
  });

  it('and the refusal names the right', async () => {
    const input = await ask('books-operator', 'POST', `/v1/operations/${failover.id}/input`, {
      promptId: 'p',
      answer: 'CONTINUE',
    });
    expect(input).toMatchObject({
      status: 403,
      body: { detail: 'This needs the right "workloads:fail-over", which is not held here.' },
    });
  });
});

it.each([
  ['everybody', 200],
  ['books-commander', 200],
  ['group-commander', 403],
  ['books-operator', 403],
])('is settled only by who may, over what it acts upon: %s', async (asker, status) => {
  const wish = { verdict: 'FAILED', reason: 'It did not.' };
  const answer = await ask(asker, 'POST', `/v1/operations/${failover.id}/resolution`, wish);
  expect(answer.status).toBe(status);
});

it('a page token is good only for who sees the same, and is told in no other words in the Link', async () => {
  const first = await ask('books-viewer', 'GET', '/v1/operations?pageSize=1');
  const token = first.body.nextPageToken as string;
  expect(first.headers.link).toContain(encodeURIComponent(token));
  const again = (asker: string): Promise<Told> =>
    ask(asker, 'GET', `/v1/operations?pageSize=1&pageToken=${token}`);
  expect((await again('books-operator')).status).toBe(200);
  for (const asker of ['everybody', 'site-viewer', 'group-commander', 'other-viewer'])
    expect(await again(asker)).toMatchObject({ status: 400, body: { code: 'page-token-invalid' } });
  const ofAll = await ask('everybody', 'GET', '/v1/operations?pageSize=1');
  const taken = await ask(
    'books-viewer',
    'GET',
    `/v1/operations?pageSize=1&pageToken=${ofAll.body.nextPageToken as string}`,
  );
  expect(taken.body.code).toBe('page-token-invalid');
});

it('links lead only to what may be done', async () => {
  const linksOf = async (asker: string) => {
    const { body } = await ask(asker, 'GET', `/v1/operations/${failover.id}`);
    return Object.keys(body.links as object).sort();
  };
  expect(await linksOf('books-commander')).toEqual(['cancel', 'events', 'self', 'target']);
  expect(await linksOf('books-commander')).toEqual(await linksOf('everybody'));
  expect(await linksOf('books-viewer')).toEqual(['events', 'self', 'target']);
  expect(await linksOf('group-commander')).toEqual(['events', 'self', 'target']);
});

it('a step does not name the parent that is not seen', async () => {
  const parentOf = async (asker: string) =>
    (await ask(asker, 'GET', `/v1/operations/${enabling.id}`)).body.parentId;
  expect(await parentOf('everybody')).toBe(payroll.id);
  expect(await parentOf('site-viewer')).toBe(payroll.id);
  expect(await parentOf('books-viewer')).toBeNull();
  const { body } = await ask('books-viewer', 'GET', '/v1/operations');
  expect(JSON.stringify(body)).not.toContain(payroll.id);
});
