import { DrillsService } from '../../../src/inventory/drills/drills.service.js';
import { newcomer, viewOf } from '../../../src/inventory/drills/drill-view.js';
import type { SiteFinding } from '../../../src/inventory/findings/finding.js';
import { FindingsService } from '../../../src/inventory/findings/findings.service.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { memorySite } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { drill, group, plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { as, over, plainly, principals } from './principals.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];
const [A, B] = [one.siteId, two.siteId];

const lasting = { stateSinceTime: at(0) };
const GROUPS = [A, B].flatMap((site) =>
  ['books', 'mail', 'shop'].map((id) => ({ ...group(`${site}.${id}`), ...lasting })),
);
const front = (site: string) => [`${site}.mail`, `${site}.shop`];
const PLANS = [A, B].flatMap((site) => [
  { ...plan(`${site}.move-books`, { protectionGroupIds: [`${site}.books`] }), ...lasting },
  { ...plan(`${site}.move-front`, { protectionGroupIds: front(site) }), ...lasting },
  { ...plan(`${site}.move-mail`, { protectionGroupIds: [`${site}.mail`] }), ...lasting },
]);
const DRILLS = [A, B].flatMap((site) =>
  ['books', 'front'].map((name) =>
    viewOf(
      newcomer(
        drill(`${site}.drill-${name}`, { recoveryPlanId: `${site}.move-${name}` }),
        clock.now(),
        3_600_000,
      ),
      null,
      clock.now(),
    ),
  ),
);

const FINDINGS = [A, B].flatMap((siteId) =>
  (
    [
      ['of-books', { type: 'RECOVERY_PLAN', id: `${siteId}.move-books`, name: 'Books' }],
      ['of-front', { type: 'RECOVERY_PLAN', id: `${siteId}.move-front`, name: 'Front' }],
      ['of-till', instance(`${siteId}.till`, `${siteId}.shop`)],
      ['of-ledger', instance(`${siteId}.ledger`, `${siteId}.books`)],
      ['of-site', { type: 'SITE', id: siteId, name: 'A site' }],
    ] as const
  ).map(([name, target]): SiteFinding => ({
    ...{ id: `${siteId}.${name}`, type: 'REPROTECT_DUE', severity: 'WARNING', siteId, provider: 'memory' },
    ...{ target, text: `About ${name}.`, remedy: 'Look.', nextActions: [] },
    ...{ sinceTime: at(0), lastSeenTime: at(60) },
  })),
);

function instance(id: string, groupId: string): SiteFinding['target'] {
  return { type: 'PROTECTED_INSTANCE', id, name: id, within: { type: 'PROTECTION_GROUP', id: groupId } };
}

/** Which sites were looked at for an answer. */
const looked: (string | undefined)[] = [];
const sites = (siteId?: string) =>
  [one, two].filter((site) => siteId === undefined || site.siteId === siteId);
function read<T extends { siteId: string }>(all: readonly T[]) {
  return (siteId?: string) => {
    looked.push(siteId);
    return Promise.resolve(
      sites(siteId).map(({ provider }) => ({
        provider,
        value: all.filter((thing) => thing.siteId === provider.siteId),
        source: { siteId: provider.siteId, provider: 'memory', state: 'FRESH', refreshedTime: at(60) },
      })),
    );
  };
}

const connections = (siteId?: string) =>
  Promise.resolve(
    sites(siteId).map(({ provider }) => ({
      provider,
      value: { version: '1', warnings: [] },
      source: { siteId: provider.siteId, provider: 'memory', state: 'FRESH', refreshedTime: at(60) },
    })),
  );

const standIns = [
  {
    provide: InventoryService,
    useValue: {
      since: () => Promise.resolve(new Map()),
      protectionGroups: read(GROUPS),
      recoveryPlans: read(PLANS),
      connections,
    },
  },
  {
    provide: FindingsService,
    useValue: {
      ofSites: async (siteId?: string) =>
        (await read(FINDINGS)(siteId)).map(({ provider, value }) => ({
          provider,
          findings: value,
          inspectedTime: null,
        })),
    },
  },
  {
    provide: DrillsService,
    useValue: {
      withKept: (_provider: unknown, drills: readonly object[]) =>
        Promise.resolve(drills.map((it) => ({ leftovers: [], ...it }))),
      ofSites: async (siteId?: string) =>
        (await read(DRILLS)(siteId)).map(({ value, ...rest }) => ({ ...rest, drills: value })),
      find: (id: string) =>
        Promise.resolve(DRILLS.filter((it) => it.id === id).map((it) => ({ drill: it }))[0] ?? null),
    },
  },
  principals({
    part: [over('viewer', A, [`${A}.move-front`])],
    group: [over('viewer', A, [`${A}.books`])],
    whole: [over('viewer', A)],
    operator: [over('viewer', A), over('operator', A, [`${A}.move-front`])],
  }),
];

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([one.provider, two.provider], undefined, standIns);
});
afterAll(() => surface.close());

const ask = (who: string, url: string) => surface.ask('GET', url, { headers: as(who) });
const ids = ({ body }: Told) => (body.items as { id: string }[]).map(({ id }) => id.split('.')[1]).sort();
const sources = ({ body }: Told) => (body.sources as { siteId: string }[]).map(({ siteId }) => siteId);

describe('a list over sites', () => {
  it.each([
    ['part', 'protection-groups', ['mail', 'shop']],
    ['part', 'recovery-plans', ['move-front']],
    ['part', 'drills', ['drill-front']],
    ['part', 'findings', ['of-front', 'of-till']],
    ['group', 'protection-groups', ['books']],
    ['group', 'recovery-plans', []],
    ['group', 'findings', ['of-ledger']],
    ['group', 'drills', []],
    ['whole', 'protection-groups', ['books', 'mail', 'shop']],
    ['whole', 'recovery-plans', ['move-books', 'move-front', 'move-mail']],
    ['whole', 'drills', ['drill-books', 'drill-front']],
    ['whole', 'findings', ['of-books', 'of-front', 'of-ledger', 'of-site', 'of-till']],
  ])('shows to "%s" of the %s only %j, and no source of another site', async (who, list, wanted) => {
    const told = await ask(who, `/v1/${list}`);
    expect(told.status).toBe(200);
    expect(ids(told)).toEqual(wanted);
    expect(sources(told)).toEqual([A]);
    expect(JSON.stringify(told.body)).not.toContain(B);
  });

  it('counts only what is seen', async () => {
    const counts = async (who: string) => (await ask(who, '/v1/findings')).body.counts;
    expect(await counts('part')).toEqual({ CRITICAL: 0, WARNING: 2, INFO: 0 });
    expect(await counts('whole')).toEqual({ CRITICAL: 0, WARNING: 5, INFO: 0 });
    expect(await counts('surface-key')).toEqual({ CRITICAL: 0, WARNING: 10, INFO: 0 });
  });

  it('looks at no site of which nothing is seen: none may make anybody wait', async () => {
    for (const list of ['protection-groups', 'recovery-plans', 'drills', 'findings']) {
      looked.length = 0;
      await ask('part', `/v1/${list}`);
      expect(new Set(looked)).toEqual(new Set([A]));
    }
  });

  it.each(['protection-groups', 'recovery-plans', 'drills', 'findings'])(
    'of %s answers the same to a site that is not seen as to one that is not there',
    async (list) => {
      const answers = await Promise.all(
        [B, 'nowhere'].map(async (site) => plainly(await ask('part', `/v1/${list}?siteId=${site}`), site)),
      );
      expect(answers[0]).toMatchObject({ status: 400 });
      expect(answers[0]).toEqual(answers[1]);
    },
  );

  it.each([
    ['findings', 'targetId', `${A}.move-books`],
    ['findings', 'targetId', `${B}.move-front`],
    ['drills', 'recoveryPlanId', `${A}.move-books`],
  ])('of %s by %s=%s is as empty as by what is not there', async (list, parameter, value) => {
    const [unseen, unknown] = await Promise.all(
      [value, `${A}.nothing`].map((id) => ask('part', `/v1/${list}?${parameter}=${id}`)),
    );
    expect(unseen?.status).toBe(200);
    expect({ ...unseen?.body, sources: null }).toEqual({ ...unknown?.body, sources: null });
  });

  it('goes on only for who sees the same', async () => {
    const first = await ask('whole', '/v1/protection-groups?pageSize=1');
    const url = `/v1/protection-groups?pageSize=1&pageToken=${String(first.body.nextPageToken)}`;
    expect(ids(await ask('whole', url))).toEqual(['mail']);
    for (const who of ['part', 'surface-key'])
      expect(await ask(who, url)).toMatchObject({ status: 400, body: { code: 'page-token-invalid' } });
  });
});

describe('one thing', () => {
  it.each([
    ['/v1/sites/', B, 'nowhere'],
    ['/v1/protection-groups/', `${A}.books`, `${A}.nothing`],
    ['/v1/protection-groups/', `${B}.mail`, `${B}.nothing`],
    ['/v1/recovery-plans/', `${A}.move-mail`, `${A}.nothing`],
    ['/v1/drills/', `${A}.drill-books`, `${A}.nothing`],
    ['/v1/findings/', `${A}.of-books`, `${A}.nothing`],
    ['/v1/findings/', `${A}.of-site`, `${A}.nothing`],
  ])(
    'below %s that is not seen (%s) answers as one that is not there (%s)',
    async (path, unseen, unknown) => {
      const answers = await Promise.all(
        [unseen, unknown].map(async (id) => plainly(await ask('part', path + id), id)),
      );
      expect(answers[0]).toMatchObject({ status: 404 });
      expect(answers[0]).toEqual(answers[1]);
    },
  );

  it.each([
    ['/v1/drills/', 'drill-front'],
    ['/v1/findings/', 'of-till'],
    ['/v1/findings/', 'of-front'],
    ['/v1/recovery-plans/', 'move-front'],
    ['/v1/protection-groups/', 'shop'],
  ])('below %s that is seen is told (%s)', async (path, id) => {
    expect(await ask('part', `${path}${A}.${id}`)).toMatchObject({ status: 200, body: { id: `${A}.${id}` } });
  });

  it('names no plan of a group, and no group of a plan, that is not seen', async () => {
    expect(ids(await ask('part', `/v1/protection-groups/${A}.mail/recovery-plans`))).toEqual(['move-front']);
    expect(ids(await ask('whole', `/v1/protection-groups/${A}.mail/recovery-plans`))).toEqual([
      'move-front',
      'move-mail',
    ]);
    expect(ids(await ask('part', `/v1/recovery-plans/${A}.move-front/protection-groups`))).toEqual([
      'mail',
      'shop',
    ]);
    expect(ids(await ask('group', `/v1/protection-groups/${A}.books/recovery-plans`))).toEqual([]);
  });

  it('a drill is changed only by who may rehearse its plan', async () => {
    const body = { dueTime: '2030-03-01T00:00:00Z' };
    const patch = (who: string, id: string) =>
      surface.ask('PATCH', `/v1/drills/${A}.${id}`, { body, headers: as(who) });
    expect(await patch('operator', 'drill-books')).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await patch('part', 'drill-front')).toMatchObject({ status: 403 });
    expect(await patch('part', 'drill-books')).toMatchObject({ status: 404 });
  });
});

describe('a site', () => {
  it('is listed to who sees anything in it', async () => {
    for (const who of ['part', 'group', 'whole']) {
      const told = await ask(who, '/v1/sites');
      expect((told.body.items as { id: string }[]).map(({ id }) => id)).toEqual([A]);
      expect(sources(told)).toEqual([A]);
    }
  });

  it('tells who sees a part of it nothing about the rest', async () => {
    expect(await ask('part', `/v1/sites/${A}`)).toMatchObject({
      status: 200,
      body: { id: A, budget: null, pastOperations: null, connection: { state: 'CONNECTED' } },
    });
    expect((await ask('whole', `/v1/sites/${A}`)).body.pastOperations).toMatchObject({
      state: 'NOT_OFFERED',
    });
  });

  it.each([
    'creation-options',
    'issues',
    'runs',
    'servers',
    'api-versions',
    'quotas',
    'rpo-statistics',
    'tags',
    'protected-instances?tag=a',
    'failed-tasks',
  ])('shows its %s only to who sees all of it', async (rest) => {
    const path = `/v1/sites/${A}/${rest}`;
    expect(await ask('part', path)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await ask('whole', path)).status).not.toBe(403);
    expect((await ask('whole', `/v1/sites/${B}/${rest}`)).status).toBe(404);
  });
});
