import { until } from '../../measure/pace.js';
import type { SimulatedSite } from '../../measure/simulated-site.js';
import type { Caller } from './caller.js';

/** One plan that can be failed over once, and what it is called in its site's ledger. */
export interface Target {
  site: SimulatedSite;
  planId: string;
  name: string;
  subject: string;
}

const SITE_IDS = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;
const FOUND_WITHIN_MS = 60_000;

interface Page {
  items: { id: string; name: string }[];
  nextPageToken?: string | null;
}

/** What is there to be failed over; each is taken once. */
export class Targets {
  private readonly free = new Map<SimulatedSite, Target[]>();

  constructor(
    private readonly caller: Caller,
    private readonly sites: readonly SimulatedSite[],
  ) {}

  /** Waits until the gateway shows all that the sites hold. */
  async find(): Promise<void> {
    for (const site of this.sites) {
      const subjects = [...(await site.subjects())].filter(([name]) => /-\d{4}$/.test(name));
      const plans = await until(
        `the gateway shows what ${site.kind} holds`,
        async () => {
          const shown = await this.shown(site);
          return subjects.every(([name]) => shown.has(name)) ? shown : null;
        },
        FOUND_WITHIN_MS,
      );
      this.free.set(
        site,
        subjects.map(([name, subject]) => ({ site, name, subject, planId: plans.get(name) ?? '' })),
      );
    }
  }

  /** So many of each site, alternating. */
  take(ofEach: number): Target[] {
    return Array.from({ length: ofEach }, () => this.sites.map((site) => this.one(site))).flat();
  }

  get left(): number {
    return Math.min(...this.sites.map((site) => this.free.get(site)?.length ?? 0));
  }

  private one(site: SimulatedSite): Target {
    const target = this.free.get(site)?.shift();
    if (!target) throw new Error(`nothing is left to be failed over on ${site.kind}`);
    return target;
  }

  private async shown(site: SimulatedSite): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    let token: string | null | undefined;
    do {
      const path = `/v1/recovery-plans?siteId=${SITE_IDS[site.kind]}&pageSize=1000`;
      const page: Page = await this.caller.json(token ? `${path}&pageToken=${token}` : path);
      for (const { id, name } of page.items) found.set(name, id);
      token = page.nextPageToken;
    } while (token);
    return found;
  }
}
