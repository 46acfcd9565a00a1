import type { FurtherReads } from '../../../src/providers/further-reads.js';
import { FURTHER_READS, type FurtherRead } from '../../../src/providers/further-reads.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { changed, memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

/** What each read was asked for; answers are told apart by their numbers. */
const asked = new Map<FurtherRead, unknown>();
const LIST = [{ id: 'c' }, { id: 'a' }, { id: 'b' }];

function offering(reads: readonly FurtherRead[]) {
  const further = Object.fromEntries(
    reads.map((read) => [
      read,
      (where: unknown) => {
        asked.set(read, where);
        return Promise.resolve(LIST);
      },
    ]),
  ) as Partial<FurtherReads>;
  return (driver: ProviderDriver): ProviderDriver => {
    const capabilities = { ...driver.descriptor.capabilities, reads };
    return changed(driver, { further, descriptor: { ...driver.descriptor, capabilities } });
  };
}

const all = memorySite(new TestClock(), offering(FURTHER_READS));
const none = memorySite(new TestClock(), offering([]));

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([all.provider, none.provider]);
});
afterAll(() => surface.close());

const INSTANCE = { groupId: 'books', instanceId: 'machine-1' };
const PLAN = { planId: 'move-books' };
const FROM = '2030-01-01T00:00:00Z';
const WINDOW = { fromMs: Date.parse(FROM) };

type Row = [read: FurtherRead, path: (siteId: string) => string, where: object];

const group = (rest: string) => (siteId: string) => `/v1/protection-groups/${siteId}.books/${rest}`;
const instance = (rest: string) => (siteId: string) =>
  `/v1/protection-groups/${siteId}.books/protected-instances/${siteId}.machine-1${rest}`;
const plan = (rest: string) => (siteId: string) => `/v1/recovery-plans/${siteId}.move-books/${rest}`;
const site = (rest: string) => (siteId: string) => `/v1/sites/${siteId}/${rest}`;

const LISTS: Row[] = [
  ['groupIssues', group('issues'), { groupId: 'books' }],
  ['plannedInstances', plan('protected-instances'), PLAN],
  ['recoverySteps', plan('recovery-steps?workflow=TEST'), { ...PLAN, workflow: 'TEST' }],
  ['planPrompts', plan('prompts'), PLAN],
  ['testNetworks', plan('test-networks'), PLAN],
  ['planIssues', plan('issues'), PLAN],
  ['planRuns', plan(`runs?from=${FROM}`), { ...PLAN, ...WINDOW }],
  ['siteIssues', site('issues'), {}],
  ['siteRuns', site(`runs?until=${FROM}`), { untilMs: WINDOW.fromMs }],
  ['siteServers', site('servers'), {}],
  ['apiVersions', site('api-versions'), {}],
  ['quotas', site('quotas'), {}],
  ['failedTasks', site('failed-tasks'), {}],
  [
    'failedTasks',
    (siteId) => `/v1/sites/${siteId}/failed-tasks?protectionGroupId=${siteId}.books`,
    { groupId: 'books' },
  ],
  ['rpoStatistics', site(`rpo-statistics?from=${FROM}`), WINDOW],
  ['tagValues', site('tags'), {}],
  [
    'instancesByTag',
    site('protected-instances?tag=tier=app&tag=backup&tag=tier=db=2'),
    {
      tags: [
        { key: 'tier', values: ['app', 'db=2'] },
        { key: 'backup', values: [] },
      ],
    },
  ],
];

const SINGLE: Row[] = [
  ['protectionSettings', instance('/protection-settings'), INSTANCE],
  [
    'plannedInstance',
    (s) => plan(`protected-instances/${s}.machine-1`)(s),
    { ...PLAN, instanceId: 'machine-1' },
  ],
  [
    'recoverySettings',
    (s) => plan(`protected-instances/${s}.machine-1/recovery-settings`)(s),
    { ...PLAN, instanceId: 'machine-1' },
  ],
  ['recoveryStep', plan('recovery-steps/7.1?workflow=TEST'), { ...PLAN, workflow: 'TEST', stepId: '7.1' }],
  ['planRun', plan('runs/815'), { ...PLAN, reportId: '815' }],
];

const PARTS: Row[] = [
  ['protectedInstance', instance(''), INSTANCE],
  ['replicationPair', (s) => group(`replication-pairs/${s}.p-1`)(s), { groupId: 'books', pairId: 'p-1' }],
  ['drill', (s) => plan(`drills/${s}.d-1`)(s), { ...PLAN, drillId: 'd-1' }],
];

it('every read that an upstream may offer has a path', () => {
  const read = [...LISTS, ...SINGLE, ...PARTS].map(([name]) => name);
  expect(new Set([...read, 'instanceTags'])).toEqual(new Set(FURTHER_READS));
});

it.each(LISTS)('%s is a list in the upstream’s order, page by page', async (read, pathOf, where) => {
  const path = pathOf(all.siteId);
  const page = `${path}${path.includes('?') ? '&' : '?'}pageSize=2`;
  const first = await surface.ask('GET', page);
  expect(first.status).toBe(200);
  expect(asked.get(read)).toEqual(where);
  expect(first.body.items).toEqual(LIST.slice(0, 2));
  expect(first.headers.link).toMatch(/rel="next"$/);
  const token = String(first.body.nextPageToken);
  const second = await surface.ask('GET', `${page}&pageToken=${token}`);
  expect(second.body).toEqual({ items: LIST.slice(2) });
});

it('a page token of another list, or with other filters, is refused', async () => {
  const { body } = await surface.ask('GET', `${plan('recovery-steps')(all.siteId)}?workflow=TEST&pageSize=1`);
  const token = String(body.nextPageToken);
  for (const path of [plan('recovery-steps?workflow=RECOVERY&'), plan('prompts?')]) {
    const refused = await surface.ask('GET', `${path(all.siteId)}&pageToken=${token}`);
    expect({ status: refused.status, code: refused.body.code }).toEqual({
      status: 400,
      code: 'page-token-invalid',
    });
  }
});

it.each([...SINGLE, ...PARTS])('%s is read by the upstream’s own ids', async (read, pathOf, where) => {
  expect((await surface.ask('GET', pathOf(all.siteId))).status).toBe(200);
  expect(asked.get(read)).toEqual(where);
});

it('tags of an instance are a list', async () => {
  expect((await surface.ask('GET', instance('/tags')(all.siteId))).body).toEqual({ items: LIST });
  expect(asked.get('instanceTags')).toEqual(INSTANCE);
});

it.each([...LISTS, ...SINGLE, ['instanceTags', instance('/tags'), INSTANCE] as Row])(
  '%s of an upstream without it is a 404 that says so',
  async (_read, pathOf) => {
    const { status, body } = await surface.ask('GET', pathOf(none.siteId));
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not-offered' });
    expect(body.detail).toContain(none.provider.descriptor.title);
    expect(body.detail).toContain(none.siteId);
  },
);

describe('one part of an upstream that can only list them', () => {
  const { siteId } = none;

  it('is found in the list', async () => {
    const { body } = await surface.ask('GET', `/v1/protection-groups/${siteId}.books/protected-instances`);
    const [first] = body.items as { id: string }[];
    if (!first) throw new Error('the group holds nothing');
    const path = `/v1/protection-groups/${siteId}.books/protected-instances/${first.id}`;
    expect((await surface.ask('GET', path)).body).toEqual(first);
  });

  it.each([instance(''), (s: string) => plan(`drills/${s}.d-1`)(s)])(
    'or is not there: %#',
    async (pathOf) => {
      const { status, body } = await surface.ask('GET', pathOf(siteId));
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'not-found' });
    },
  );
});
