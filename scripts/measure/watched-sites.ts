import { setTimeout as sleep } from 'node:timers/promises';
import { bringInFlight, SITE_IDS, type InFlight } from './in-flight.js';
import { until } from './pace.js';
import type { SiteKind } from './simulated-site.js';
import type { Stage } from './stage.js';

const NAMED = { sdrs: 4, srm: 5 };

/** The work upstream outlasts the measuring; what is to end is ended by hand. */
const ENDLESS = 500;
export const STRICT = { sdrs: { throttlePerSecond: 200 }, srm: { limiter: true } };
export const LENIENT = { sdrs: { throttlePerSecond: null }, srm: { limiter: false } };

/** The first looks of processes that have just started. */
const SETTLING_MS = 15_000;

/** Both sites of a stage with operations in flight, which end when they are told to. */
export class WatchedSites {
  readonly flights: Record<SiteKind, InFlight[]> = { sdrs: [], srm: [] };
  /** Plans that could not be failed over at all, with the reason. */
  readonly refusals: string[] = [];
  private readonly begun = { sdrs: new Set<string>(), srm: new Set<string>() };

  constructor(
    private readonly stage: Stage,
    private readonly say: (text: string) => void,
  ) {}

  /** Sites with so many groups and plans, strict about requests. Leaves nothing in flight. */
  async newWorlds(sizes: Record<SiteKind, number>): Promise<void> {
    for (const site of this.stage.sites) {
      await resetSite(this.stage, site.kind, sizes[site.kind], { durationFactor: ENDLESS });
      this.flights[site.kind] = [];
    }
  }

  /** So many at each site, and the gateway is down. */
  async bring(inFlight: number): Promise<void> {
    await this.withLiftedBudgets(async () => {
      this.say(`bringing ${inFlight} operations in flight at each site`);
      for (const said of await Promise.all(this.stage.sites.map(({ kind }) => this.bringTo(kind, inFlight))))
        this.refusals.push(...said);
    });
  }

  /** The gateway, with the drivers' own budgets. */
  async watch(): Promise<void> {
    await this.stage.startGateway('own');
    await sleep(SETTLING_MS);
  }

  /** One more at each site, by the gateway that runs: somewhere in a fleet something has always just begun. */
  async beginOneMore(): Promise<void> {
    for (const { kind } of this.stage.sites)
      this.refusals.push(...(await this.bringTo(kind, this.flights[kind].length + 1)));
  }

  private bringTo(kind: SiteKind, inFlight: number): Promise<string[]> {
    const site = this.stage[kind];
    return bringInFlight(this.stage.api, site, this.flights[kind], this.begun[kind], inFlight);
  }

  /** Accepting takes requests of its own, a dozen for each plan of SRM: a thousand would take hours within the budget. */
  private async withLiftedBudgets(accept: () => Promise<void>): Promise<void> {
    for (const site of this.stage.sites) await site.settings(LENIENT[site.kind]);
    await this.stage.startGateway('lifted', { POLL_INTERVAL_MS: '15000' });
    await everySiteFresh(this.stage);
    await accept();
    await this.stage.stopGateway();
    for (const site of this.stage.sites) await site.settings(STRICT[site.kind]);
    await this.stage.forgetBudgets();
  }
}

/** As on the first day, with so many groups or plans in all. */
export async function resetSite(stage: Stage, kind: SiteKind, size: number, more: object): Promise<void> {
  await stage[kind].reset(size - NAMED[kind], { ...STRICT[kind], ...more });
}

export async function everySiteFresh(stage: Stage, headers: Record<string, string> = {}): Promise<void> {
  await until(
    'every site is FRESH',
    async () => {
      const sources = await stage.api.sources(headers);
      const fresh = sources.filter(({ state }) => state === 'FRESH').map(({ siteId }) => siteId);
      return Object.values(SITE_IDS).every((id) => fresh.includes(id)) ? true : null;
    },
    120_000,
  );
}
