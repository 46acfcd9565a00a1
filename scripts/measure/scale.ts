import type { SiteKind } from './simulated-site.js';

export interface Level {
  inFlight: number;
  windowMs: number;
  /** How many are ended upstream, evenly over the window. */
  ends: number;
}

export interface Scale {
  /** Groups of SDRS and plans of SRM while lists are measured. */
  listed: Record<SiteKind, number>;
  /** While operations are; more than the highest level, because what was ended is not started again. */
  watched: Record<SiteKind, number>;
  fineWeatherMs: number;
  badWeatherMs: number;
  levels: readonly Level[];
  naiveMs: number;
}

/** The largest worlds that are promised. */
export const WHOLE: Scale = {
  listed: { sdrs: 1000, srm: 500 },
  watched: { sdrs: 1050, srm: 1050 },
  fineWeatherMs: 60_000,
  badWeatherMs: 35_000,
  levels: [
    { inFlight: 1, windowMs: 60_000, ends: 1 },
    { inFlight: 100, windowMs: 60_000, ends: 20 },
    { inFlight: 1000, windowMs: 65_000, ends: 30 },
  ],
  naiveMs: 60_000,
};

export const QUICK: Scale = {
  listed: { sdrs: 100, srm: 50 },
  watched: { sdrs: 60, srm: 60 },
  fineWeatherMs: 10_000,
  badWeatherMs: 10_000,
  levels: [
    { inFlight: 1, windowMs: 15_000, ends: 1 },
    { inFlight: 40, windowMs: 20_000, ends: 8 },
  ],
  naiveMs: 10_000,
};
