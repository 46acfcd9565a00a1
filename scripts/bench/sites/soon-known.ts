import { setTimeout as sleep } from 'node:timers/promises';
import { measureLevel } from '../../measure/in-flight.js';
import { PacedPoller } from '../../measure/paced-poller.js';
import type { SimulatedSite } from '../../measure/simulated-site.js';
import { percentile } from '../../measure/statistics.js';
import type { Bench, BenchContext, Measured, OpenBench } from '../bench.js';
import { Flights, type Flight } from './flights.js';

const WINDOW_MS = 60_000;
const ENDS = 12;
const ROUNDS_FORESEEN = 6;

/** Where a level is watched, and how many requests a minute that took of late. */
interface Seat {
  flight: Flight;
  site: SimulatedSite;
  address: string;
  perMinute: number;
}

/** B4: how soon an end is known. */
export const soonKnown: Bench = {
  id: 'B4',
  title: 'from the end upstream to the verdict being readable, p50',
  opponent: 'one GET for each operation in turn, with as many requests a minute as the gateway makes',
  targets: {
    'SDRS, 100 in flight': { atMost: 0.5 },
    'SDRS, 1000 in flight': { atMost: 0.5 },
    'SRM, 100 in flight': { atMost: 0.5 },
    'SRM, 1000 in flight': { atMost: 0.5 },
  },
  async open(context: BenchContext): Promise<OpenBench> {
    const [windowMs, ends] = context.quick ? [15_000, 2] : [WINDOW_MS, ENDS];
    const flights = await Flights.open(context, ends * (context.quick ? 1 : ROUNDS_FORESEEN));
    const seats = flights.all
      .flatMap((flight) => flight.stage.sites.map((site) => ({ flight, site })))
      .map((seat, number): Seat => ({ ...seat, address: `127.0.0.${number + 2}`, perMinute: NaN }));
    context.say('how much the gateway asks, for the opponent’s pace');
    await Promise.all(flights.all.map(({ watched }) => watched.beginOneMore()));
    await Promise.all(seats.map(({ site }) => site.forgetTraffic()));
    await sleep(windowMs);
    for (const seat of seats) {
      const { lastMinute } = await seat.site.traffic();
      seat.perMinute = (lastMinute.requests * 60_000) / windowMs;
    }
    return {
      round: async () => {
        await Promise.all(flights.all.map(({ watched }) => watched.beginOneMore()));
        const told = await Promise.all(seats.map((seat) => measuredAt(seat, windowMs, ends)));
        return {
          measured: told.map(({ measured }) => measured),
          notes: [...told.map(({ note }) => note), ...flights.refusals],
        };
      },
      close: () => flights.close(),
    };
  },
};

/** Both watch the same operations at the same time, and see the same ends. */
async function measuredAt(
  seat: Seat,
  windowMs: number,
  ends: number,
): Promise<{ measured: Measured; note: string }> {
  const { flight, site, address } = seat;
  const flights = flight.watched.flights[site.kind];
  const inFlight = flights.length;
  // As many as the level says, those that are about to end among them: the fewer, the sooner it comes to each.
  const jobs = flights.slice(0, flight.inFlight).map(({ jobId }) => jobId);
  // It would come to those that end in the order in which it asks.
  const poller = await PacedPoller.start(site, shuffled(jobs), seat.perMinute, address);
  try {
    const level = { inFlight, windowMs, ends };
    const { ended, verdicts, missing, traffic } = await measureLevel(flight.stage.api, site, flights, level);
    const polled = ended.map(({ jobId, at }) => poller.delayOf(jobId, at));
    const asPaced = polled.filter(({ isAsPaced }) => isAsPaced).length;
    const pace = Math.round(seat.perMinute);
    // The poller's own are counted by the site as well.
    const ours = traffic.lastMinute.requests - Math.round((pace * Math.min(windowMs, 60_000)) / 60_000);
    // What it would have been with as many requests as the gateway really made in this very minute.
    const delayAt = (share: number): number =>
      (percentile(
        polled.map(({ ms }) => ms),
        share,
      ) ?? NaN) *
      (pace / Math.max(1, ours));
    const figure = `${site.kind.toUpperCase()}, ${flight.inFlight} in flight`;
    return {
      measured: {
        figure,
        unit: 's',
        ours: (verdicts.p50 ?? NaN) / 1000,
        opponent: delayAt(0.5) / 1000,
      },
      note:
        `${figure}: ${inFlight} watched, ${ended.length} ended, ${missing.length} without a verdict; the gateway asked ${ours} times in the minute, the poller ${pace}; ` +
        `the last verdict after ${seconds(verdicts.most)}, the poller’s after ${seconds(delayAt(1))}; ${asPaced} of its ${polled.length} delays are from its pace, as its turn comes after the minute.`,
    };
  } finally {
    await poller.stop();
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

const seconds = (ms: number | null): string => `${((ms ?? NaN) / 1000).toFixed(1)} s`;
