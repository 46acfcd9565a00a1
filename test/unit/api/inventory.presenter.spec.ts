import { Scope } from '../../../src/domain/access/scope.js';
import { problem } from '../../../src/domain/problem.js';
import { InventoryQueryDto } from '../../../src/api/dto/queries.dto.js';
import { presentInventory as present, presentSite } from '../../../src/api/presenters/inventory.presenter.js';
import { INVENTORY_ORDERS, SortedLists } from '../../../src/api/presenters/sorted-lists.js';
import type { Reading } from '../../../src/inventory/inventory.service.js';
import type { SiteConnection } from '../../../src/providers/provider-driver.js';
import { memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';

const presentInventory = (
  kind: 'groups' | 'plans',
  readings: readonly Reading<Thing[]>[],
  query: InventoryQueryDto,
) => present(kind, readings, query, Scope.ALL);

interface Thing {
  id: string;
  siteId: string;
  name: string;
  state: string;
  activeSite: string | null;
  stateSinceTime: string;
}

const { provider } = memorySite(new TestClock());

function reading<T>(
  siteId: string,
  value: T | null,
  changes: Partial<Reading<T>['source']> = {},
): Reading<T> {
  const source = {
    siteId,
    provider: 'memory',
    state: 'FRESH',
    refreshedTime: null,
    ageSeconds: 0,
    error: null,
    breaker: 'CLOSED',
  } as const;
  return { provider, value, source: { ...source, ...changes } };
}

function thing(id: string, changes: Partial<Thing> = {}): Thing {
  return {
    id,
    siteId: id.split('.')[0] ?? '',
    name: id,
    state: 'PROTECTED',
    activeSite: 'PRODUCTION',
    stateSinceTime: '2030-01-01T00:00:00.000Z',
    ...changes,
  };
}

function query(changes: Partial<InventoryQueryDto> = {}): InventoryQueryDto {
  return Object.assign(new InventoryQueryDto(), changes);
}

const READINGS = [
  reading('b', [thing('b.2', { name: 'Mail' }), thing('b.1', { state: 'ERROR', activeSite: null })]),
  reading('a', [thing('a.1', { activeSite: 'RECOVERY' })]),
  reading<Thing[]>('c', null, { provider: 'srm', state: 'UNAVAILABLE' }),
];
const ids = (page: { items: Thing[] }) => page.items.map(({ id }) => id);

it('everything of all sites is one list in the order of ids, beside how each site contributed', () => {
  const page = presentInventory('groups', READINGS, query());
  expect(ids(page)).toEqual(['a.1', 'b.1', 'b.2']);
  expect(page.sources.map(({ siteId, state }) => `${siteId} ${state}`)).toEqual([
    'b FRESH',
    'a FRESH',
    'c UNAVAILABLE',
  ]);
  expect(page).not.toHaveProperty('nextPageToken');
});

it.each([
  [{ siteId: 'b' }, ['b.1', 'b.2']],
  [{ state: ['ERROR' as const] }, ['b.1']],
  [{ state: ['ERROR' as const, 'PROTECTED' as const] }, ['a.1', 'b.1', 'b.2']],
  [{ activeSite: 'RECOVERY' as const }, ['a.1']],
  [{ q: 'mAI' }, ['b.2']],
  [{ provider: 'memory' }, ['a.1', 'b.1', 'b.2']],
  [{ provider: 'srm' }, []],
  [{ siteId: 'b', q: 'mail', state: ['ERROR' as const] }, []],
])('%j leaves %j', (filter, expected) => {
  expect(ids(presentInventory('groups', READINGS, query(filter)))).toEqual(expected);
});

it('a filter by provider leaves out the other sources, too', () => {
  expect(
    presentInventory('groups', READINGS, query({ provider: 'srm' })).sources.map(({ siteId }) => siteId),
  ).toEqual(['c']);
});

describe('pages', () => {
  const many = [
    reading(
      'a',
      Array.from({ length: 25 }, (_, i) => thing(`a.${String(i).padStart(3, '0')}`)),
    ),
  ];

  it('hold everything once, in order', () => {
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = presentInventory(
        'groups',
        many,
        query({ pageSize: 7, ...(pageToken ? { pageToken } : {}) }),
      );
      seen.push(...ids(page));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(seen).toEqual(many[0]?.value?.map(({ id }) => id));
  });

  it('end with one that has no next', () => {
    expect(presentInventory('groups', many, query({ pageSize: 25 }))).not.toHaveProperty('nextPageToken');
    expect(presentInventory('groups', many, query({ pageSize: 24 }))).toHaveProperty('nextPageToken');
  });

  it('are never larger than the largest', () => {
    const crowd = [
      reading(
        'a',
        Array.from({ length: 300 }, (_, i) => thing(`a.${String(i).padStart(3, '0')}`)),
      ),
    ];
    expect(presentInventory('groups', crowd, query({ pageSize: 1_000 })).items).toHaveLength(200);
  });

  it('go on after an item that is gone meanwhile', () => {
    const { nextPageToken = '' } = presentInventory('groups', many, query({ pageSize: 7 }));
    const fewer = [
      reading(
        'a',
        (many[0]?.value ?? []).filter(({ id }) => id !== 'a.006'),
      ),
    ];
    expect(ids(presentInventory('groups', fewer, query({ pageSize: 7, pageToken: nextPageToken })))[0]).toBe(
      'a.007',
    );
  });

  it('belong to their filters, whatever the size', () => {
    const { nextPageToken = '' } = presentInventory('groups', many, query({ pageSize: 7, q: 'a' }));
    expect(
      presentInventory('groups', many, query({ pageSize: 9, q: 'a', pageToken: nextPageToken })).items,
    ).toHaveLength(9);
    const others = () => presentInventory('groups', many, query({ q: 'b', pageToken: nextPageToken }));
    expect(others).toThrow('made with other filters');
  });
});

describe('an order', () => {
  const two = [
    reading('b', [
      thing('b.1', { name: 'alpha', state: 'ERROR', stateSinceTime: '2030-01-03T00:00:00.000Z' }),
      thing('b.2', { name: 'Beta', stateSinceTime: '2030-01-01T00:00:00.000Z' }),
    ]),
    reading('a', [
      thing('a.1', { name: 'beta', stateSinceTime: '2030-01-02T00:00:00.000Z' }),
      thing('a.2', { name: 'ALPHA', state: 'BUSY', stateSinceTime: '2030-01-04T00:00:00.000Z' }),
    ]),
  ];

  it.each([
    ['name asc', ['a.2', 'b.1', 'a.1', 'b.2']],
    ['name desc', ['b.2', 'a.1', 'b.1', 'a.2']],
    ['state asc', ['a.2', 'b.1', 'a.1', 'b.2']],
    ['siteId desc', ['b.2', 'b.1', 'a.2', 'a.1']],
    ['siteId asc', ['a.1', 'a.2', 'b.1', 'b.2']],
    ['stateSinceTime asc', ['b.2', 'a.1', 'b.1', 'a.2']],
    ['stateSinceTime desc', ['a.2', 'b.1', 'a.1', 'b.2']],
  ] as const)('by %s is over all sites, and by id among equals', (orderBy, expected) => {
    expect(ids(presentInventory('groups', two, query({ orderBy })))).toEqual(expected);
  });

  it.each(INVENTORY_ORDERS)('by %s has every thing once, page by page', (orderBy) => {
    const whole = ids(presentInventory('groups', two, query({ orderBy })));
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = presentInventory(
        'groups',
        two,
        query({ orderBy, pageSize: 1, ...(pageToken ? { pageToken } : {}) }),
      );
      seen.push(...ids(page));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(seen).toEqual(whole);
  });

  it('goes on where it was when something that was shown is gone', () => {
    const { nextPageToken = '' } = presentInventory(
      'groups',
      two,
      query({ orderBy: 'name desc', pageSize: 2 }),
    );
    const without = two.map((one) => ({ ...one, value: (one.value ?? []).filter(({ id }) => id !== 'a.1') }));
    const next = presentInventory(
      'groups',
      without,
      query({ orderBy: 'name desc', pageToken: nextPageToken }),
    );
    expect(ids(next)).toEqual(['b.1', 'a.2']);
  });

  it('has tokens of its own', () => {
    const { nextPageToken = '' } = presentInventory(
      'groups',
      two,
      query({ orderBy: 'name desc', pageSize: 2 }),
    );
    expect(() =>
      presentInventory('groups', two, query({ orderBy: 'name asc', pageToken: nextPageToken })),
    ).toThrow('made with other filters');
  });

  it('of the longest names still fits into a token', () => {
    const long = reading('a', [
      thing(`a.${'x'.repeat(500)}`, { name: '\u{1F30A}'.repeat(255) }),
      thing('a.2', { name: '\u{1F30B}' }),
    ]);
    const page = presentInventory('groups', [long], query({ orderBy: 'name asc', pageSize: 1 }));
    expect(page.nextPageToken?.length).toBeLessThan(2048);
  });

  it('is not worked out again while nothing has changed', () => {
    const sorted = new SortedLists();
    const first = sorted.of('groups', two, 'name asc');
    expect(sorted.of('groups', [...two], 'name asc')).toBe(first);
    expect(sorted.of('groups', two, 'name desc')).not.toBe(first);
    const [one, other] = two;
    if (!one || !other) throw new Error('two sites were made');
    expect(sorted.of('groups', [one, { ...other, value: [] }], 'name asc').items).toHaveLength(2);
  });
});

describe('a site', () => {
  const connection: SiteConnection = { version: '8.7', warnings: ['The remote site is down.'] };

  it('tells its connection and what it can do', () => {
    expect(presentSite(reading('x', connection), null, null)).toMatchObject({
      id: provider.siteId,
      provider: 'memory',
      connection: { state: 'CONNECTED', version: '8.7', warnings: ['The remote site is down.'] },
      capabilities: { cancellable: ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'], explicitPlans: true },
    });
  });

  it('tells what its budget of requests is, and how much of it is used', () => {
    const use = {
      limit: 100,
      used: 7,
      windowSeconds: 60,
      lanes: { EMERGENCY: 100, SEND: 98, ACTION: 94, WATCH: 80, OVERDUE: 75, INTERACTIVE: 65, REFRESH: 50 },
      spent: {
        EMERGENCY: 0.07,
        SEND: 0.07,
        ACTION: 0.08,
        WATCH: 0.09,
        OVERDUE: 0.1,
        INTERACTIVE: 0.11,
        REFRESH: 0.14,
      },
      awayMs: 0,
    };
    expect(presentSite(reading('x', connection), use, null).budget).toEqual({
      limit: 100,
      used: 7,
      windowSeconds: 60,
    });
    expect(presentSite(reading('x', connection), null, null).budget).toBeNull();
  });

  it.each([
    ['inventory-unattended', 'CONNECTED'],
    ['inventory-postponed', 'CONNECTED'],
    ['upstream-bad-answer', 'CONNECTED'],
    ['upstream-unavailable', 'DISCONNECTED'],
    ['upstream-timeout', 'DISCONNECTED'],
  ] as const)('that is STALE because of %s is %s', (code, state) => {
    const stale = reading('x', connection, { state: 'STALE', error: problem(code, 'So it is.') });
    expect(presentSite(stale, null, null).connection.state).toBe(state);
  });

  it.each(['STALE', 'UNAVAILABLE'] as const)('that is %s is not connected', (state) => {
    const value = state === 'STALE' ? connection : null;
    expect(presentSite(reading('x', value, { state }), null, null).connection.state).toBe('DISCONNECTED');
  });
});
