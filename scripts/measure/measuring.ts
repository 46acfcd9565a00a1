import { measureEnds, measureLevel } from './in-flight.js';
import { measureLists, type WeatherFigures } from './lists.js';
import { pollNaively } from './naive-poller.js';
import { measureNonsense } from './nonsense.js';
import type { Figures } from './report.js';
import type { Scale } from './scale.js';
import type { NamedFault, SiteKind } from './simulated-site.js';
import type { Stage } from './stage.js';
import { everySiteFresh, LENIENT, resetSite, WatchedSites } from './watched-sites.js';

const WEATHERS: Record<string, NamedFault | null> = {
  fast: null,
  'every list 5 s late': { preset: 'slow-lists', ms: 5000 },
  'lists hang': { preset: 'hanging-lists' },
  'every connection breaks': { preset: 'unreachable' },
};

/** One run through everything that is measured, on one stage. */
export class Measuring {
  constructor(
    private readonly stage: Stage,
    private readonly scale: Scale,
    private readonly say: (text: string) => void,
  ) {}

  async measureInventory(): Promise<Pick<Figures, 'weathers' | 'refresh' | 'idle' | 'nonsense'>> {
    for (const { kind } of this.stage.sites) await resetSite(this.stage, kind, this.scale.listed[kind], {});
    await this.stage.startGateway('own');
    await everySiteFresh(this.stage);
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
    await everySiteFresh(this.stage, { 'cache-control': 'no-cache' });
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
    await everySiteFresh(this.stage, { 'cache-control': 'no-cache' });
    const figures = await Promise.all(this.stage.sites.map((site) => measureNonsense(this.stage.api, site)));
    await this.stage.stopGateway();
    return figures.flat();
  }

  async measureWatching(): Promise<Pick<Figures, 'levels' | 'ends' | 'naive' | 'refusals'>> {
    await this.stage.forgetEverything();
    const watched = new WatchedSites(this.stage, this.say);
    await watched.newWorlds(this.scale.watched);
    const { flights, refusals } = watched;
    const levels: Figures['levels'] = [];
    for (const level of this.scale.levels) {
      const { inFlight } = level;
      await watched.bring(inFlight);
      await watched.watch();
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
}
