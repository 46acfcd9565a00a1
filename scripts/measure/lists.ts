import type { GatewayClient, SeenSource } from './gateway-client.js';
import { spread, type Spread } from './statistics.js';

/** What frontends ask for; the page size is more than the gateway gives, which then gives its most. */
export const LISTS: Readonly<Record<string, string>> = {
  'groups, largest page': '/v1/protection-groups?siteId=eu-cloud&pageSize=1000',
  'plans, largest page': '/v1/recovery-plans?siteId=berlin-dc&pageSize=1000',
  'groups by state': '/v1/protection-groups?state=PROTECTED,FAILED_OVER&pageSize=50',
  'plans by a text in the name': '/v1/recovery-plans?q=042&pageSize=50',
  'groups by name, last first': '/v1/protection-groups?orderBy=name%20desc&pageSize=50',
  'plans by time in state': '/v1/recovery-plans?orderBy=stateSinceTime%20desc&pageSize=50',
  'all groups, page after page': '/v1/protection-groups?pageSize=1000',
  sites: '/v1/sites',
};

export interface ListFigures {
  list: string;
  bytes: number;
  latency: Spread;
  /** Answers that were no 200. */
  failures: string[];
}

export interface WeatherFigures {
  weather: string;
  lists: ListFigures[];
  sources: SeenSource[];
}

const EVERY = 'all groups, page after page';

/** Asks for every list again and again, one after the other, until the time is over. */
export async function measureLists(
  api: GatewayClient,
  weather: string,
  forMs: number,
): Promise<WeatherFigures> {
  const times = new Map<string, number[]>(Object.keys(LISTS).map((list) => [list, []]));
  const sizes = new Map<string, number>();
  const failures = new Map<string, Set<string>>();
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    for (const [list, path] of Object.entries(LISTS)) {
      const { ms, bytes, failure } = list === EVERY ? await walk(api, path) : await once(api, path);
      if (failure) failures.set(list, (failures.get(list) ?? new Set()).add(failure));
      else times.get(list)?.push(ms);
      sizes.set(list, bytes);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return {
    weather,
    lists: Object.keys(LISTS).map((list) => ({
      list,
      bytes: sizes.get(list) ?? 0,
      latency: spread(times.get(list) ?? []),
      failures: [...(failures.get(list) ?? [])],
    })),
    sources: await api.sources(),
  };
}

/** The machine's two cores are the sites', the gateway's and ours: some of them must be left. */
const PAUSE_MS = 50;

interface Asked {
  ms: number;
  bytes: number;
  failure: string | null;
}

async function once(api: GatewayClient, path: string): Promise<Asked> {
  const { status, ms, text } = await api.timed(path);
  return { ms, bytes: text.length, failure: status === 200 ? null : `${status} ${text.slice(0, 160)}` };
}

async function walk(api: GatewayClient, path: string): Promise<Asked> {
  const sum: Asked = { ms: 0, bytes: 0, failure: null };
  let token = '';
  do {
    const { status, ms, text } = await api.timed(token === '' ? path : `${path}&pageToken=${token}`);
    sum.ms += ms;
    sum.bytes += text.length;
    if (status !== 200) return { ...sum, failure: `${status} ${text.slice(0, 160)}` };
    token = (JSON.parse(text) as { nextPageToken?: string | null }).nextPageToken ?? '';
  } while (token !== '');
  return sum;
}
