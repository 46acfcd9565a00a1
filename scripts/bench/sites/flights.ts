import { Stage } from '../../measure/stage.js';
import { WatchedSites } from '../../measure/watched-sites.js';
import type { BenchContext } from '../bench.js';

/** Some operations in flight at two sites, watched by a gateway of their own. */
export interface Flight {
  inFlight: number;
  stage: Stage;
  watched: WatchedSites;
}

/** Groups and plans that are there beside those in flight: of some a failover begins in each round. */
const SPARE = 50;

/** A hundred and a thousand of them, each on a stage of its own, so that both can be watched again and again. */
export class Flights {
  readonly all: Flight[] = [];

  /** @param more beyond the hundred and the thousand: what ends in the rounds */
  static async open({ say, quick }: BenchContext, more = 0): Promise<Flights> {
    const flights = new Flights();
    try {
      for (const level of quick ? [5, 20] : [100, 1000]) await flights.add(level, level + more, say);
      await Promise.all(flights.all.map(({ watched }) => watched.watch()));
      return flights;
    } catch (error) {
      await flights.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ stage }) => stage.close()));
  }

  get refusals(): string[] {
    return this.all.flatMap(({ watched }) => watched.refusals.splice(0));
  }

  private async add(inFlight: number, wanted: number, say: (text: string) => void): Promise<void> {
    const stage = await Stage.open(say);
    const watched = new WatchedSites(stage, say);
    this.all.push({ inFlight, stage, watched });
    await watched.newWorlds({ sdrs: wanted + SPARE, srm: wanted + SPARE });
    await watched.bring(wanted);
  }
}
