import type { FindingDto, FindingListDto } from '../../../src/api/dto/findings.dto.js';
import { publicId } from '../../../src/domain/ids.js';
import { FindingsService } from '../../../src/inventory/findings/findings.service.js';
import type { SiteFinding } from '../../../src/inventory/findings/finding.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { memorySite } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];

let made = 0;
function finding(siteId: string, changes: Partial<SiteFinding> = {}): SiteFinding {
  made += 1;
  return {
    id: publicId(siteId, `finding-${made}`),
    type: 'REPROTECT_DUE',
    severity: 'WARNING',
    siteId,
    provider: 'memory',
    target: { type: 'RECOVERY_PLAN', id: `${siteId}.move-books`, name: 'Books' },
    text: 'Books runs at the other site.',
    remedy: 'Reprotect it.',
    nextActions: [{ title: 'Run REPROTECT', method: 'POST', href: '/v1/…' }],
    sinceTime: at(0),
    lastSeenTime: at(60),
    ...changes,
  };
}

const within = { type: 'PROTECTION_GROUP', id: `${two.siteId}.shop` } as const;
const FINDINGS = {
  old: finding(one.siteId, { sinceTime: at(1) }),
  young: finding(one.siteId, { sinceTime: at(9), type: 'PROMPT_WAITING' }),
  info: finding(one.siteId, { severity: 'INFO', type: 'DRILL_DUE_SOON' }),
  worst: finding(two.siteId, {
    severity: 'CRITICAL',
    type: 'NOT_REALLY_PROTECTED',
    sinceTime: at(20),
    target: { type: 'PROTECTED_INSTANCE', id: `${two.siteId}.shop~till`, name: 'till', within },
    text: 'The machine till is broken.',
  }),
};
type Name = keyof typeof FINDINGS;
const nameOf = ({ id }: { id: string }): string =>
  (Object.keys(FINDINGS) as Name[]).find((name) => FINDINGS[name].id === id) ?? id;

const findings: Pick<FindingsService, 'ofSites'> = {
  ofSites: (siteId) =>
    Promise.resolve(
      [one, two]
        .filter((site) => siteId === undefined || site.siteId === siteId)
        .map(({ provider }) => ({
          provider,
          findings: Object.values(FINDINGS).filter((it) => it.siteId === provider.siteId),
          inspectedTime: provider === one.provider ? at(30) : null,
        })),
    ),
};
const source = { provider: 'memory', state: 'FRESH', refreshedTime: at(60), ageSeconds: 0, error: null };
const inventory = {
  protectionGroups: () =>
    Promise.resolve([one, two].map(({ siteId }) => ({ source: { ...source, siteId }, value: [] }))),
};

let surface: Surface;
beforeAll(async () => {
  surface = await surfaceOver([one.provider, two.provider], undefined, [
    { provide: FindingsService, useValue: findings },
    { provide: InventoryService, useValue: inventory },
  ]);
});
afterAll(() => surface.close());

async function list(query = ''): Promise<FindingListDto> {
  const { status, body } = await surface.ask('GET', `/v1/findings${query}`);
  expect(status).toBe(200);
  return body as unknown as FindingListDto;
}
const names = async (query: string) => (await list(query)).items.map(nameOf);

describe('the findings of all sites', () => {
  it('are the worst first, and among equals those that hold longest', async () => {
    expect(await names('')).toEqual(['worst', 'old', 'young', 'info']);
  });

  it('are counted, and say how each site was looked at', async () => {
    const { counts, sources } = await list('?pageSize=1');
    expect(counts).toEqual({ CRITICAL: 1, WARNING: 2, INFO: 1 });
    expect(sources).toEqual([
      { ...source, siteId: one.siteId, inspectedTime: at(30) },
      { ...source, siteId: two.siteId, inspectedTime: null },
    ]);
  });

  it.each<[string, Name[]]>([
    [`siteId=${two.siteId}`, ['worst']],
    ['provider=memory', ['worst', 'old', 'young', 'info']],
    ['type=PROMPT_WAITING,DRILL_DUE_SOON', ['young', 'info']],
    ['severity=CRITICAL,INFO', ['worst', 'info']],
    ['severityAtLeast=WARNING', ['worst', 'old', 'young']],
    [`targetId=${one.siteId}.move-books&severityAtLeast=WARNING`, ['old', 'young']],
    [`targetId=${within.id}`, ['worst']],
    ['q=MACHINE', ['worst']],
    ['q=books&type=REPROTECT_DUE', ['old']],
  ])('are filtered by %s', async (query, wanted) => {
    expect(await names(`?${query}`)).toEqual(wanted);
  });

  it('are paged, each once', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await list(`?pageSize=1${token ? `&pageToken=${token}` : ''}`);
      seen.push(...page.items.map(nameOf));
      token = page.nextPageToken;
    } while (token);
    expect(seen).toEqual(['worst', 'old', 'young', 'info']);
  });

  it.each([
    'severity=BAD',
    'type=BAD',
    'severityAtLeast=BAD',
    'siteId=nowhere',
    'provider=nowhere',
    'colour=red',
  ])('are not empty, but a fault, when asked for by %s', async (query) => {
    const { status, body } = await surface.ask('GET', `/v1/findings?${query}`);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-request' });
  });

  it('have targets with a place: a part below what holds it', async () => {
    const { items } = await list();
    expect(items.map(({ target }) => target.href)).toEqual([
      `/v1/protection-groups/${within.id}/protected-instances/${two.siteId}.shop~till`,
      ...Array.from({ length: 3 }, () => `/v1/recovery-plans/${one.siteId}.move-books`),
    ]);
  });
});

describe('one finding', () => {
  it('is told as long as it holds', async () => {
    const { status, body } = await surface.ask('GET', `/v1/findings/${FINDINGS.worst.id}`);
    expect(status).toBe(200);
    expect(body as unknown as FindingDto).toMatchObject({
      type: 'NOT_REALLY_PROTECTED',
      severity: 'CRITICAL',
    });
  });

  it.each([`${one.siteId}.gone`, 'nowhere.gone', 'nonsense'])('is a 404 otherwise: %s', async (id) => {
    const { status, body } = await surface.ask('GET', `/v1/findings/${id}`);
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not-found' });
  });
});
