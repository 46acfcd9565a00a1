import { setTimeout as sleep } from 'node:timers/promises';
import { bringInFlight, measureEnds, measureLevel, SITE_IDS, type InFlight } from './in-flight.js';
import { measureLists, type WeatherFigures } from './lists.js';
import { pollNaively } from './naive-poller.js';
import { measureNonsense } from './nonsense.js';
import { until } from './pace.js';
import type { Figures } from './report.js';
import type { Scale } from './scale.js';
import type { NamedFault, SiteKind } from './simulated-site.js';
import type { Stage } from './stage.js';

const NAMED = { sdrs: 4, srm: 5 };

/** The work upstream outlasts the measuring; what is to end is ended by hand. */
const ENDLESS = 500;
const STRICT = { sdrs: { throttlePerSecond: 200 }, srm: { limiter: true } };
const LENIENT = { sdrs: { throttlePerSecond: null }, srm: { limiter: false } };

const WEATHERS: Record<string, NamedFault | null> = {
  fast: null,
  'every list 5 s late': { preset: 'slow-lists', ms: 5000 },
  'lists hang': { preset: 'hanging-lists' },
  'every connection breaks': { preset: 'unreachable' },
};

/** The first looks of processes that have just started. */
const SETTLING_MS = 15_000;

/** One run through everything that is measured, on one stage. */
export class Measuring {
  constructor(
    private readonly stage: Stage,
    private readonly scale: Scale,
    private readonly say: (text: string) => void,
  ) {}

  private async newWorlds(sizes: Record<SiteKind, number>, more: object = {}): Promise<void> {
    for (const site of this.stage.sites)
      await site.reset(sizes[site.kind] - NAMED[site.kind], { ...STRICT[site.kind], ...more });
  }

  async measureInventory(): Promise<Pick<Figures, 'weathers' | 'refresh' | 'idle' | 'nonsense'>> {
    await this.newWorlds(this.scale.listed);
    await this.stage.startGateway('own');
    await this.allFresh();
    const weathers: WeatherFigures[] = [];
    const idle: Figures['idle'] = [];
    for (const [weather, fault] of Object.entries(WEATHERS)) {
      this.say(`lists while sites are: ${weather}`);
      for (const site of this.stage.sites) {
        await site.forgetTraffic();
        if (fault) await site.fault(fault);
      }
      weathers.push(
        await measureLists(
          this.stage.api,
          weather,
          fault ? this.scale.badWeatherMs : this.scale.fineWeatherMs,
        ),
      );
      for (const site of this.stage.sites) {
        if (!fault) idle.push({ kind: site.kind, traffic: await site.traffic() });
        await site.calm();
      }
    }
    const refresh = await this.measureRefresh();
    await this.stage.stopGateway();
    return { weathers, refresh, idle, nonsense: await this.measureNonsense() };
  }

  /** What one refresh asks of each site: those of a list that insists on it. */
  private async measureRefresh(): Promise<Figures['refresh']> {
    await until(
      'the sites are asked again',
      () => this.whenAllFresh({ 'cache-control': 'no-cache' }),
      120_000,
    );
    const figures: Figures['refresh'] = [];
    for (const site of this.stage.sites) await site.forgetTraffic();
    const startedAt = performance.now();
    await this.stage.api.sources({ 'cache-control': 'no-cache' });
    const ms = performance.now() - startedAt;
    for (const site of this.stage.sites)
      figures.push({ kind: site.kind, ms, byRoute: (await site.traffic()).lastMinute.byRoute });
    return figures;
  }

  /** Every list insists on being fresh, which is more than the budget of SRM has room for. */
  private async measureNonsense(): Promise<Figures['nonsense']> {
    this.say('nonsense of every kind');
    for (const site of this.stage.sites) await site.settings(LENIENT[site.kind]);
    await this.stage.startGateway('lifted');
    await until(
      'the sites are known again',
      () => this.whenAllFresh({ 'cache-control': 'no-cache' }),
      120_000,
    );
    const figures = await Promise.all(this.stage.sites.map((site) => measureNonsense(this.stage.api, site)));
    await this.stage.stopGateway();
    return figures.flat();
  }

  async measureWatching(): Promise<Pick<Figures, 'levels' | 'ends' | 'naive' | 'refusals'>> {
    await this.stage.forgetEverything();
    await this.newWorlds(this.scale.watched, { durationFactor: ENDLESS });
    const flights: Record<SiteKind, InFlight[]> = { sdrs: [], srm: [] };
    const begun = { sdrs: new Set<string>(), srm: new Set<string>() };
    const levels: Figures['levels'] = [];
    const refusals: string[] = [];
    for (const level of this.scale.levels) {
      const { inFlight } = level;
      await this.withLiftedBudgets(async () => {
        this.say(`bringing ${inFlight} operations in flight at each site`);
        for (const said of await Promise.all(
          this.stage.sites.map((site) =>
            bringInFlight(this.stage.api, site, flights[site.kind], begun[site.kind], inFlight),
          ),
        ))
          refusals.push(...said);
      });
      await this.stage.startGateway('own');
      await sleep(SETTLING_MS);
      this.say(`watching ${inFlight} at each site for ${level.windowMs / 1000} s`);
      levels.push(
        ...(await Promise.all(
          this.stage.sites.map((site) => measureLevel(this.stage.api, site, flights[site.kind], level)),
        )),
      );
      if (inFlight !== this.scale.levels.at(-1)?.inFlight) await this.stage.stopGateway();
    }
    const jobs = Object.fromEntries(
      this.stage.sites.map(({ kind }) => [kind, flights[kind].map(({ jobId }) => jobId)]),
    ) as Record<SiteKind, string[]>;
    this.say('ending everything at once');
    const ends = await Promise.all(
      this.stage.sites.map((site) => measureEnds(this.stage.api, site, flights[site.kind])),
    );
    await this.stage.stopGateway();
    this.say('asking job by job, as a poller would that knows no lists');
    const naive = await Promise.all(
      this.stage.sites.flatMap((site) =>
        this.scale.levels.map(({ inFlight }, index) =>
          pollNaively(site, jobs[site.kind].slice(0, inFlight), `127.0.0.${index + 2}`, this.scale.naiveMs),
        ),
      ),
    );
    return { levels, ends, naive, refusals };
  }

  /** Accepting takes requests of its own, a dozen for each plan of SRM: a thousand would take hours within the budget. */
  private async withLiftedBudgets(accept: () => Promise<void>): Promise<void> {
    for (const site of this.stage.sites) await site.settings(LENIENT[site.kind]);
    await this.stage.startGateway('lifted', { POLL_INTERVAL_MS: '15000' });
    await this.allFresh();
    await accept();
    await this.stage.stopGateway();
    for (const site of this.stage.sites) await site.settings(STRICT[site.kind]);
    await this.stage.forgetBudgets();
  }

  private async allFresh(): Promise<unknown> {
    return until('every site is FRESH', () => this.whenAllFresh(), 120_000);
  }

  private async whenAllFresh(headers: Record<string, string> = {}): Promise<true | null> {
    const sources = await this.stage.api.sources(headers);
    const fresh = sources.filter(({ state }) => state === 'FRESH').map(({ siteId }) => siteId);
    return Object.values(SITE_IDS).every((id) => fresh.includes(id)) ? true : null;
  }
}
