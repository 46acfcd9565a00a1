import type { GatewayClient, SeenPlan, SeenSource } from './gateway-client.js';
import { SITE_IDS } from './in-flight.js';
import type { NamedFault, SimulatedSite, SiteKind } from './simulated-site.js';

const LISTS = { sdrs: '/(server-groups|disaster-recovery-drills)$', srm: '/(groups|plans|tasks)$' } as const;

/** What a site may answer instead of its inventory, in words. */
const LIES: Record<string, string> = {
  'empty-lists': 'an empty list with 200, as from a dead session',
  'short-lists': 'half of the list, said to be all of it',
  'half-page': 'half a page, with the count of all',
  'lying-count': 'a count that is twice too high',
  'contradicting-duplicates': 'one item twice, in two states',
  'duplicate-ids': 'one item twice, the same',
  'items-without-ids': 'items without ids',
  'items-with-gaps': 'items of which only the id is known',
  'unknown-words': 'states that no table knows',
  'huge-body': 'a body of 10 MB',
  'html-in-200': 'an HTML page with 200',
  'truncated-json': 'JSON cut in the middle',
  'empty-200': 'a 200 without a body',
  'error-body-in-200': "the service's error body with 200",
  'expired-login': 'a 401: the login is dead',
};

const WITHOUT_RULE = ['expired-login'];

export interface NonsenseFigures {
  lie: string;
  kind: SiteKind;
  before: number;
  /** What a list said that insisted on being fresh. */
  during: number;
  source: SeenSource | undefined;
  /** Of those, how many were in a state that we do not know. */
  unknown: number;
  /** How many it was again afterwards, and how known. */
  after: number;
  afterState: string | undefined;
}

/** Each kind of nonsense once: what the list of groups said meanwhile. */
export async function measureNonsense(api: GatewayClient, site: SimulatedSite): Promise<NonsenseFigures[]> {
  const figures: NonsenseFigures[] = [];
  for (const [preset, lie] of Object.entries(LIES)) {
    const before = await listed(api, site.kind);
    const rule = WITHOUT_RULE.includes(preset) ? {} : { times: -1, path: LISTS[site.kind] };
    await site.fault({ preset, ...rule } satisfies NamedFault);
    const during = await listed(api, site.kind);
    await site.calm();
    const after = await listed(api, site.kind);
    figures.push({
      lie,
      kind: site.kind,
      before: before.items.length,
      during: during.items.length,
      source: during.source,
      unknown: during.items.filter(({ state }) => state === 'UNKNOWN').length,
      after: after.items.length,
      afterState: after.source?.state,
    });
  }
  return figures;
}

async function listed(
  api: GatewayClient,
  kind: SiteKind,
): Promise<{ items: SeenPlan[]; source: SeenSource | undefined }> {
  const path = `/v1/protection-groups?siteId=${SITE_IDS[kind]}`;
  const { sources = [] } = await api.read<{ sources?: SeenSource[] }>(path, { 'cache-control': 'no-cache' });
  return { items: await api.all<SeenPlan>(`${path}&pageSize=1000`), source: sources[0] };
}
