import fc from 'fast-check';
import { boundTo, seenReadings } from '../../../src/api/access/seen-inventory.js';
import { DrillsQueryDto } from '../../../src/api/dto/drills.dto.js';
import { FindingsQueryDto } from '../../../src/api/dto/findings.dto.js';
import { InventoryQueryDto } from '../../../src/api/dto/queries.dto.js';
import { presentDrills } from '../../../src/api/presenters/drill.presenter.js';
import { presentFindings } from '../../../src/api/presenters/findings.presenter.js';
import { presentInventory } from '../../../src/api/presenters/inventory.presenter.js';
import { INVENTORY_ORDERS } from '../../../src/api/presenters/sorted-lists.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { DrillsOfSite } from '../../../src/inventory/drills/drills.service.js';
import type { FindingsOfSite } from '../../../src/inventory/findings/findings.service.js';
import type { Reading, Source } from '../../../src/inventory/inventory.service.js';
import { at } from '../support/operation.js';
import { drill, plan } from '../support/survey.js';

const SITES = ['a', 'b', 'c'];
const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
const STATES = ['PROTECTED', 'ERROR', 'FAILED_OVER'] as const;

const anyScope = fc
  .record({
    whole: fc.subarray(SITES, { maxLength: 2 }),
    targets: fc.array(fc.tuple(fc.constantFrom(...SITES), fc.subarray(NAMES)), { maxLength: 3 }),
  })
  .map(({ whole, targets }) =>
    Scope.of(whole, new Map(targets.map(([site, names]) => [site, names.map((name) => `${site}.${name}`)]))),
  );

const anyModel = fc
  .tuple(
    ...SITES.map((site) =>
      fc
        .array(fc.record({ name: fc.constantFrom(...NAMES), state: fc.constantFrom(...STATES) }))
        .map((things) =>
          [...new Map(things.map((thing) => [thing.name, thing])).values()].map(({ name, state }) => ({
            ...plan(`${site}.${name}`, { state, name: `${state} ${name}` }),
            stateSinceTime: at(name.length),
          })),
        ),
    ),
  )
  .map((lists) => lists.map((value, i) => reading(SITES[i] ?? '', value)));

function reading<T>(siteId: string, value: T): Reading<T> & { value: T } {
  const source = { siteId, provider: 'memory', state: 'FRESH' } as Source;
  return {
    provider: { siteId, descriptor: { provider: 'memory' } } as Reading<T>['provider'],
    value,
    source,
  };
}

/** All pages, one after the other. */
function paged<T>(page: (pageToken?: string) => { items: T[]; nextPageToken?: string }): T[] {
  const all: T[] = [];
  for (let token: string | undefined; ;) {
    const { items, nextPageToken } = page(token);
    all.push(...items);
    if (nextPageToken === undefined) return all;
    token = nextPageToken;
  }
}

const ids = (things: readonly { id: string }[]) => things.map(({ id }) => id);
const sourceIds = ({ sources }: { sources: readonly { siteId: string }[] }) =>
  sources.map(({ siteId }) => siteId);

describe('for any scope, what is listed page by page is what is seen of the whole list', () => {
  it('of plans, in any order and with any filter', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyScope,
        fc.integer({ min: 1, max: 5 }),
        fc.option(fc.constantFrom(...INVENTORY_ORDERS), { nil: undefined }),
        fc.option(fc.constantFrom(...STATES), { nil: undefined }),
        (model, seen, pageSize, orderBy, state) => {
          const query = (pageToken?: string) =>
            Object.assign(new InventoryQueryDto(), {
              pageSize,
              ...(orderBy && { orderBy }),
              ...(state && { state: [state] }),
              ...(pageToken !== undefined && { pageToken }),
            });
          const list = (scope: Scope, of: typeof model) =>
            paged((token) => presentInventory('plans', of, query(token), scope));
          const expected = ids(list(Scope.ALL, model)).filter((id) =>
            seen.covers({ siteId: id.split('.')[0] ?? '', targetIds: [id] }),
          );
          expect(ids(list(seen, model))).toEqual(expected);
          // The others may hold what they like: nothing of an answer depends on it.
          const alone = model.map((one) => ({
            ...one,
            value: one.value.filter(({ id, siteId }) => seen.covers({ siteId, targetIds: [id] })),
          }));
          const first = presentInventory('plans', model, query(), seen);
          expect(presentInventory('plans', alone, query(), seen)).toEqual(first);
          expect(sourceIds(first)).toEqual(SITES.filter((site) => seen.touchesSite(site)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of drills and of findings', () => {
    fc.assert(
      fc.property(anyModel, anyScope, fc.integer({ min: 1, max: 5 }), (model, seen, pageSize) => {
        const isSeen = (site: string, target: string) =>
          seen.covers({ siteId: site, targetIds: [`${site}.${target}`] });
        const drills = model.map(({ value, ...rest }) => ({
          ...rest,
          drills: value.map(({ id }) => ({ ...drill(`${id}-drill`, { recoveryPlanId: id }), leftovers: [] })),
        })) as unknown as DrillsOfSite[];
        const drillsQuery = (pageToken?: string) =>
          Object.assign(new DrillsQueryDto(), { pageSize, ...(pageToken !== undefined && { pageToken }) });
        expect(ids(paged((token) => presentDrills(drills, drillsQuery(token), seen)))).toEqual(
          ids(model.flatMap(({ value }) => value))
            .filter((id) => isSeen(...(id.split('.') as [string, string])))
            .map((id) => `${id}-drill`)
            .sort(),
        );

        const findings = model.map(({ provider, value }) => ({
          provider,
          inspectedTime: null,
          findings: value.map(({ id, siteId }, i) => ({
            ...{ id: `${id}-finding`, type: 'UNKNOWN_STATE', severity: 'INFO', siteId, provider: 'memory' },
            target:
              i % 3 === 2 ? { type: 'SITE', id: siteId, name: 's' } : { type: 'RECOVERY_PLAN', id, name: id },
            ...{ text: '', remedy: '', nextActions: [], sinceTime: at(i), lastSeenTime: at(60) },
          })),
        })) as unknown as FindingsOfSite[];
        const findingsQuery = (pageToken?: string) =>
          Object.assign(new FindingsQueryDto(), { pageSize, ...(pageToken !== undefined && { pageToken }) });
        const of = (token?: string) => presentFindings(findings, [], findingsQuery(token), seen);
        const expected = findings
          .flatMap((site) => site.findings)
          .filter(({ siteId, target }) =>
            target.type === 'SITE'
              ? seen.coversSite(siteId)
              : isSeen(siteId, String(target.id).split('.')[1] ?? ''),
          );
        expect(ids(paged(of)).sort()).toEqual(ids(expected).sort());
        expect(of().counts.INFO).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  it('and its page tokens are of no use to another scope, and do not tell what they are of', () => {
    const many = [
      reading(
        'a',
        NAMES.map((name) => ({ ...plan(`a.${name}`), stateSinceTime: at(0) })),
      ),
    ];
    fc.assert(
      fc.property(anyScope, anyScope, (mine, theirs) => {
        const query = (pageToken?: string) =>
          Object.assign(new InventoryQueryDto(), {
            pageSize: 1,
            ...(pageToken !== undefined && { pageToken }),
          });
        const { nextPageToken } = presentInventory('plans', many, query(), mine);
        if (nextPageToken === undefined) return;
        const read = (seen: Scope) => () => presentInventory('plans', many, query(nextPageToken), seen);
        expect(read(mine)).not.toThrow();
        expect(read(Scope.ALL)).toThrow();
        if (mine.key !== theirs.key) expect(read(theirs)).toThrow();
        const inClear = Buffer.from(nextPageToken, 'base64url').toString();
        const { p, f } = JSON.parse(inClear) as { p: { id: string }; f: string };
        expect(mine.covers({ siteId: 'a', targetIds: [p.id] })).toBe(true);
        expect(f).toMatch(/^[\w-]{16}$/);
      }),
    );
  });
});

it('who sees everything is shown the very lists that are kept, whoever else asks between', () => {
  const model = [
    reading(
      'a',
      NAMES.map((name) => ({ ...plan(`a.${name}`), stateSinceTime: at(0) })),
    ),
  ];
  const query = new InventoryQueryDto();
  const before = presentInventory('plans', model, query, Scope.ALL).items;
  for (let i = 0; i < 200; i += 1) {
    const seen = Scope.of([], new Map([['a', ['a.p1', `a.q${i}`]]]));
    expect(ids(presentInventory('plans', model, query, seen).items)).toEqual(['a.p1']);
  }
  expect(presentInventory('plans', model, query, Scope.ALL).items).toBe(before);
  expect(seenReadings(model, Scope.ALL)).toBe(model);
  expect(boundTo(Scope.ALL)).toEqual({});
});

it('equal scopes share what is shown of a list, other scopes never do', () => {
  const model = [
    reading(
      'a',
      NAMES.map((name) => plan(`a.${name}`)),
    ),
  ];
  const part = (...names: string[]) => Scope.of([], new Map([['a', names.map((name) => `a.${name}`)]]));
  const shown = (seen: Scope) => seenReadings(model, seen)[0]?.value;
  expect(shown(part('p1', 'p2'))).toBe(shown(part('p2', 'p1')));
  expect(shown(part('p1'))).not.toBe(shown(part('p2')));
  expect(shown(Scope.of(['a'], new Map()))).toBe(model[0]?.value);
});

it('a plan that is seen names only groups that are seen', () => {
  const value = [plan('a.p1', { protectionGroupIds: ['a.g1', 'a.g2'] })];
  const seen = Scope.of([], new Map([['a', ['a.p1', 'a.g1']]]));
  const [shown] = seenReadings([reading('a', value)], seen);
  expect(shown?.value).toMatchObject([{ id: 'a.p1', protectionGroupIds: ['a.g1'] }]);
});
