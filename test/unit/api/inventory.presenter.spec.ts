import { InventoryQueryDto } from '../../../src/api/dto/queries.dto.js';
import { presentInventory, presentSite } from '../../../src/api/presenters/inventory.presenter.js';
import type { Reading } from '../../../src/inventory/inventory.service.js';
import type { SiteConnection } from '../../../src/providers/provider-driver.js';
import { memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';

interface Thing {
  id: string;
  siteId: string;
  name: string;
  state: string;
  activeSite: string | null;
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
  const page = presentInventory(READINGS, query());
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
  expect(ids(presentInventory(READINGS, query(filter)))).toEqual(expected);
});

it('a filter by provider leaves out the other sources, too', () => {
  expect(presentInventory(READINGS, query({ provider: 'srm' })).sources.map(({ siteId }) => siteId)).toEqual([
    'c',
  ]);
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
      const page = presentInventory(many, query({ pageSize: 7, ...(pageToken ? { pageToken } : {}) }));
      seen.push(...ids(page));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(seen).toEqual(many[0]?.value?.map(({ id }) => id));
  });

  it('end with one that has no next', () => {
    expect(presentInventory(many, query({ pageSize: 25 }))).not.toHaveProperty('nextPageToken');
    expect(presentInventory(many, query({ pageSize: 24 }))).toHaveProperty('nextPageToken');
  });

  it('are never larger than the largest', () => {
    const crowd = [
      reading(
        'a',
        Array.from({ length: 300 }, (_, i) => thing(`a.${String(i).padStart(3, '0')}`)),
      ),
    ];
    expect(presentInventory(crowd, query({ pageSize: 1_000 })).items).toHaveLength(200);
  });

  it('go on after an item that is gone meanwhile', () => {
    const { nextPageToken = '' } = presentInventory(many, query({ pageSize: 7 }));
    const fewer = [
      reading(
        'a',
        (many[0]?.value ?? []).filter(({ id }) => id !== 'a.006'),
      ),
    ];
    expect(ids(presentInventory(fewer, query({ pageSize: 7, pageToken: nextPageToken })))[0]).toBe('a.007');
  });

  it('belong to their filters, whatever the size', () => {
    const { nextPageToken = '' } = presentInventory(many, query({ pageSize: 7, q: 'a' }));
    expect(
      presentInventory(many, query({ pageSize: 9, q: 'a', pageToken: nextPageToken })).items,
    ).toHaveLength(9);
    const others = () => presentInventory(many, query({ q: 'b', pageToken: nextPageToken }));
    expect(others).toThrow('made with other filters');
  });
});

describe('a site', () => {
  const connection: SiteConnection = { version: '8.7', warnings: ['The remote site is down.'] };

  it('tells its connection and what it can do', () => {
    expect(presentSite(reading('x', connection))).toMatchObject({
      id: provider.siteId,
      provider: 'memory',
      connection: { state: 'CONNECTED', version: '8.7', warnings: ['The remote site is down.'] },
      capabilities: { cancellable: ['PLANNED_FAILOVER', 'FAILOVER', 'START_DRILL'], explicitPlans: true },
    });
  });

  it.each(['STALE', 'UNAVAILABLE'] as const)('that is %s is not connected', (state) => {
    const value = state === 'STALE' ? connection : null;
    expect(presentSite(reading('x', value, { state })).connection.state).toBe('DISCONNECTED');
  });
});
