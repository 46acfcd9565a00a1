import type { Finding } from '../../domain/observation.js';
import { requestOf, type MemoryRequest } from './memory.calls.js';
import type { SentCall } from '../provider-driver.js';
import type { MemoryWorld } from './memory.world.js';

/** What `prepare` notes down for `findStarted`: how much work had ever begun. */
export interface MemoryBaseline {
  workBegun: number;
}

export function baselineOf(world: MemoryWorld): MemoryBaseline {
  return { workBegun: world.jobs.length };
}

/** Work younger than the baseline, of the same kind, on the same target: one is proof, two are none. */
export function evidenceFor(world: MemoryWorld, sent: SentCall): Finding {
  const request = requestOf(sent.call);
  if (request.what === 'CANCEL') return evidenceOfHalt(world, request);
  if (request.what === 'UPDATE_PROTECTION_GROUP') return evidenceOfUpdate(world, request);
  const { workBegun } = sent.baseline as MemoryBaseline;
  const candidates = world.jobs
    .slice(workBegun)
    .filter((job) => job.action === request.what && nameOrId(world, job.targetId, request));
  const [only, another] = candidates;
  if (!only) return { verdict: 'NOT_SEEN', evidence: 'no such work has begun since' };
  if (another)
    return { verdict: 'UNDECIDABLE', evidence: `${candidates.length} such works have begun since` };
  return { verdict: 'STARTED', ref: { jobIds: [only.id] }, evidence: `${only.id} began since` };
}

function nameOrId(world: MemoryWorld, targetId: string, request: MemoryRequest): boolean {
  if (request.what !== 'CREATE_PROTECTION_GROUP') return targetId === request.targetId;
  return world.groups.get(targetId)?.name === request.group?.name;
}

function evidenceOfHalt(world: MemoryWorld, request: MemoryRequest): Finding {
  const asked = world.jobs.some((job) => job.targetId === request.targetId && job.haltedAt !== null);
  return asked
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'the run was asked to stop' }
    : { verdict: 'NOT_SEEN', evidence: 'no run was asked to stop' };
}

function evidenceOfUpdate(world: MemoryWorld, { targetId, changes }: MemoryRequest): Finding {
  const group = world.groups.get(targetId ?? '');
  const same =
    group !== undefined &&
    (changes?.name === undefined || group.name === changes.name) &&
    (changes?.description === undefined || group.description === changes.description);
  return same
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'the group is as it was to become' }
    : { verdict: 'NOT_SEEN', evidence: 'the group is as it was' };
}
