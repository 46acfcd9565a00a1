import type { SiteKind } from '../../measure/simulated-site.js';
import type { FaultWorld } from './fault-world.js';

/** One thing that a site really began, and how it ended as far as it tells. */
export interface Deed {
  kind: SiteKind;
  at: number;
  action: string;
  subject: string;
  jobId: string | null;
  byConsole: boolean;
  /** null = it goes on, or nobody can tell any more. */
  succeeded: boolean | null;
}

interface Execution {
  at: string;
  action: string;
  targetId: string;
  jobId: string | null;
  by?: 'console';
}

const NO_REQUESTS = 999_999_999;

/** What both sites really did, in order: the judge of everything else. */
export async function ledgerOf(world: FaultWorld): Promise<Deed[]> {
  const deeds = await Promise.all((['sdrs', 'srm'] as const).map((kind) => deedsOf(world, kind)));
  return deeds.flat().sort((one, other) => one.at - other.at);
}

async function deedsOf(world: FaultWorld, kind: SiteKind): Promise<Deed[]> {
  const site = world.sites[kind];
  const { executions } = await site.control<{ executions: Execution[] }>(
    'GET',
    `/journal?after=${NO_REQUESTS}`,
  );
  const state = await site.control<{
    jobs?: { job_id: string; status: string }[];
    tasks?: { id: string; status: string }[];
  }>('GET', '/state');
  const ends = new Map([
    ...(state.jobs ?? []).map(({ job_id: id, status }) => [id, status] as const),
    ...(state.tasks ?? []).map(({ id, status }) => [id, status] as const),
  ]);
  return executions.map(({ at, action, targetId, jobId, by }) => ({
    kind,
    at: Date.parse(at),
    action,
    subject: targetId,
    jobId,
    byConsole: by === 'console',
    succeeded: endOf(ends.get(jobId ?? '')),
  }));
}

function endOf(word: string | undefined): boolean | null {
  if (word === 'SUCCESS') return true;
  return word === 'FAIL' || word === 'ERROR' || word === 'CANCELLED' ? false : null;
}
