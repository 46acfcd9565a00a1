import { ProviderError } from '../../provider-error.js';
import { Turns } from '../../turns.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { fewAtOnce } from '../wire/sdrs.few-at-once.js';
import type { WireJob } from '../wire/sdrs.wire.js';

/** Per job: what it says, null when the upstream does not know it, or why it was not read this time. */
export type JobReadings = ReadonlyMap<string, WireJob | null | ProviderError>;

/**
 * So many jobs are read in a round for nothing but how far they are: fewer where many are under way, since what each of
 * them says is then old in any case, and a site is asked as often for hundreds as for ten.
 */
export function mostForProgress(watched: number): number {
  if (watched <= 30) return 3;
  return watched <= 300 ? 2 : 1;
}

/** So many are read in a round to hear how they ended. */
export const MOST_FOR_ENDS = 100;

/**
 * There is no list of jobs (section 5.4): one request each, a few at a time, and never more in a round than a site
 * can bear; who is left out comes first in the next one. A read that fails says nothing about its job, whatever
 * other clients take it for (section 5.5).
 */
export class JobReader {
  private readonly progress = new Turns();
  private readonly ends = new Turns();
  /** As last read, of jobs that had not ended then. */
  private readonly underWay = new Map<string, WireJob>();

  constructor(private readonly client: SdrsClient) {}

  /** @param ids of everything that is watched */
  forProgress(ids: readonly string[], signal: AbortSignal): Promise<JobReadings> {
    const watched = new Set(ids);
    for (const id of this.underWay.keys()) if (!watched.has(id)) this.underWay.delete(id);
    return this.read(this.progress.take(ids, mostForProgress(watched.size)), signal);
  }

  async forEnds(ids: readonly string[], signal: AbortSignal): Promise<JobReadings> {
    const readings = new Map(await this.read(this.ends.take(ids, MOST_FOR_ENDS), signal));
    for (const id of ids) if (!readings.has(id)) readings.set(id, later());
    return readings;
  }

  /** For a job that need not be read: it has not ended. null = it was not read yet. */
  lastSeen(id: string): WireJob | null {
    return this.underWay.get(id) ?? null;
  }

  private async read(ids: ReadonlySet<string>, signal: AbortSignal): Promise<JobReadings> {
    const readings = new Map<string, WireJob | null | ProviderError>();
    let isTooMuch = false;
    await fewAtOnce([...ids], async (id) => {
      const reading = isTooMuch ? later() : await this.readOne(id, signal);
      isTooMuch ||= reading instanceof ProviderError && ASKS_FOR_PEACE.has(reading.kind);
      readings.set(id, reading);
    });
    return readings;
  }

  private async readOne(id: string, signal: AbortSignal): Promise<WireJob | null | ProviderError> {
    try {
      const job = await this.client.getJob(id, signal);
      if (job?.status === 'INIT' || job?.status === 'RUNNING') this.underWay.set(id, job);
      else this.underWay.delete(id);
      return job;
    } catch (error) {
      if (error instanceof ProviderError) return error;
      throw error;
    }
  }
}

/** After one of these it makes no sense to go on asking in the same round. */
const ASKS_FOR_PEACE: ReadonlySet<ProviderError['kind']> = new Set([
  'RATE_LIMITED',
  'TIMEOUT',
  'UNAVAILABLE',
]);

function later(): ProviderError {
  return new ProviderError('RATE_LIMITED', 'Its job is read in one of the next rounds.', {
    retry: 'TEMPORARY',
  });
}
