import { setTimeout as sleep } from 'node:timers/promises';
import { pollNaively } from '../../measure/naive-poller.js';
import type { SimulatedSite } from '../../measure/simulated-site.js';
import type { Bench, BenchContext, Measured, OpenBench, Round } from '../bench.js';
import { Flights, type Flight } from './flights.js';

const WINDOW_MS = 60_000;
/** It asks the same in each tick of five seconds. */
const POLLED_MS = 20_000;
const MINUTE_MS = 60_000;

/** B3: what watching asks of a site. */
export const fewQuestions: Bench = {
  id: 'B3',
  title: 'requests to a site per operation-minute, with 100 and 1,000 operations in flight there',
  opponent: 'one GET for each operation every 5 s',
  targets: {
    'SDRS, 100 in flight': { atMost: 0.05 },
    'SDRS, 1000 in flight': { atMost: 0.005 },
    'SRM, 100 in flight': { atMost: 0.05 },
    'SRM, 1000 in flight': { atMost: 0.005 },
  },
  async open(context: BenchContext): Promise<OpenBench> {
    const flights = await Flights.open(context);
    const windowMs = context.quick ? 15_000 : WINDOW_MS;
    return {
      round: async () => {
        await Promise.all(flights.all.map(({ watched }) => watched.beginOneMore()));
        const ours = await Promise.all(
          each(flights, async (_flight, site) => {
            await site.forgetTraffic();
            await sleep(windowMs);
            return site.traffic();
          }),
        );
        const polled = await Promise.all(
          each(flights, ({ watched }, site, number) => {
            const jobs = watched.flights[site.kind].map(({ jobId }) => jobId);
            return pollNaively(site, jobs, `127.0.0.${number + 2}`, context.quick ? 5_000 : POLLED_MS);
          }),
        );
        const notes: string[] = [];
        const measured = each(flights, ({ inFlight, watched }, { kind }, number): Measured => {
          const [traffic, poller] = [ours[number], polled[number]];
          const operations = watched.flights[kind].length;
          const figure = `${kind.toUpperCase()}, ${inFlight} in flight`;
          const asked = traffic?.lastMinute.requests ?? NaN;
          const routes = Object.entries(traffic?.lastMinute.byRoute ?? {});
          notes.push(
            `${figure}: ${operations} watched; the gateway asked ${routes.map(([route, hits]) => `${hits} × ${route}`).join(', ')}; the poller met ${poller?.refused ?? 0} × 429 in ${poller?.asked ?? 0} questions.`,
          );
          return {
            figure,
            unit: 'requests/min',
            ours: (asked * MINUTE_MS) / windowMs / operations,
            opponent: ((poller?.asked ?? NaN) * MINUTE_MS) / (context.quick ? 5_000 : POLLED_MS) / operations,
          };
        });
        return { measured, notes: [...notes, ...flights.refusals] } satisfies Round;
      },
      close: () => flights.close(),
    };
  },
};

function each<T>({ all }: Flights, work: (flight: Flight, site: SimulatedSite, number: number) => T): T[] {
  return all
    .flatMap((flight) => flight.stage.sites.map((site) => ({ flight, site })))
    .map(({ flight, site }, number) => work(flight, site, number));
}
