import { ProviderError } from '../../provider-error.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import type { WireJob } from '../wire/sdrs.wire.js';

/** Per job: what it says, null when the upstream does not know it, or why it could not be read this time. */
export type JobReadings = ReadonlyMap<string, WireJob | null | ProviderError>;

const AT_ONCE = 4;

/**
 * There is no list of jobs (section 5.4): one request each, a few at a time. A read that fails says
 * nothing about its job, whatever other clients take it for (section 5.5).
 */
export async function readJobs(
  client: SdrsClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<JobReadings> {
  const readings = new Map<string, WireJob | null | ProviderError>();
  const waiting = [...new Set(ids)];
  const worker = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      readings.set(id, await readJob(client, id, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, worker));
  return readings;
}

async function readJob(
  client: SdrsClient,
  id: string,
  signal: AbortSignal,
): Promise<WireJob | null | ProviderError> {
  try {
    return await client.getJob(id, signal);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
