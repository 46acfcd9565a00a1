import type { Finding } from '../../domain/observation.js';
import { requestOf, type MemoryRequest } from './memory.calls.js';
import type { SentCall } from '../provider-driver.js';
import type { MemoryJob } from './memory.job.js';
import { rowOf, type MemoryWorld } from './memory.world.js';

/** What `prepare` notes down for `findStarted`: how much work had ever begun, and where the target stood. */
export interface MemoryBaseline {
  workBegun: number;
  word: string | null;
}

export function baselineOf(world: MemoryWorld, word: string | null): MemoryBaseline {
  return { workBegun: world.jobs.length, word };
}

/**
 * Work younger than the baseline, of the same kind, on the same target: one is proof, two are none. Of
 * forgotten work only its good end can speak, if the target was not there before.
 */
export function evidenceFor(world: MemoryWorld, sent: SentCall): Finding {
  const request = requestOf(sent.call);
  if (request.what === 'CANCEL') return evidenceOfHalt(world, request);
  if (request.what === 'UPDATE_PROTECTION_GROUP') return evidenceOfUpdate(world, request);
  const { workBegun, word } = sent.baseline as MemoryBaseline;
  const candidates = world.jobs
    .slice(workBegun)
    .filter((job) => !job.forgotten && job.action === request.what && isMeant(world, job, request));
  const [only, another] = candidates;
  if (!only) return evidenceOfEnd(world, request, word);
  if (another)
    return { verdict: 'UNDECIDABLE', evidence: `${candidates.length} such works have begun since` };
  return { verdict: 'STARTED', ref: { jobIds: [only.id] }, evidence: `${only.id} began since` };
}

function evidenceOfEnd(
  world: MemoryWorld,
  { what, targetId }: MemoryRequest,
  before: string | null,
): Finding {
  const target = world.plans.get(targetId ?? '') ?? world.groups.get(targetId ?? '');
  const ends = what === 'CANCEL' ? 'ANY' : rowOf(what).to;
  const arrived = target !== undefined && ends !== 'ANY' && ends !== 'GONE' && ends.includes(target.word);
  return arrived && target.word !== before
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: `${target.id} has become ${target.word}` }
    : { verdict: 'NOT_SEEN', evidence: 'no such work has begun since' };
}

function isMeant(world: MemoryWorld, { targetId }: MemoryJob, request: MemoryRequest): boolean {
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
