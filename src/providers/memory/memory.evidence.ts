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
  if (request.what === 'ANSWER') return { verdict: 'NOT_SEEN', evidence: 'an answer leaves no trace' };
  if (rowOf(request.what).to === 'ANY') return evidenceOfUpdate(world, request);
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
  { what, targetId, partId }: MemoryRequest,
  before: string | null,
): Finding {
  const id = partId ?? targetId ?? '';
  const target = world.plans.get(id) ?? world.groups.get(id);
  const ends = what === 'CANCEL' || what === 'ANSWER' ? 'ANY' : rowOf(what).to;
  const arrived = target !== undefined && ends !== 'ANY' && ends !== 'GONE' && ends.includes(target.word);
  return arrived && before !== null && target.word !== before
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: `${id} has become ${target.word}` }
    : { verdict: 'NOT_SEEN', evidence: 'no such work has begun since' };
}

function isMeant(world: MemoryWorld, { targetId }: MemoryJob, request: MemoryRequest): boolean {
  switch (request.what) {
    case 'CREATE_PROTECTION_GROUP':
      return world.groups.get(targetId)?.name === request.group?.name;
    case 'CREATE_RECOVERY_PLAN':
      return world.plans.get(targetId)?.name === (request.input as { name: string }).name;
    case 'ADD_PROTECTED_INSTANCE':
      return targetId === `${request.targetId}:${(request.input as { serverId: string }).serverId}`;
    default:
      return targetId === (request.partId ?? request.targetId);
  }
}

function evidenceOfHalt(world: MemoryWorld, request: MemoryRequest): Finding {
  const asked = world.jobs.some((job) => job.targetId === request.targetId && job.haltedAt !== null);
  return asked
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'the run was asked to stop' }
    : { verdict: 'NOT_SEEN', evidence: 'no run was asked to stop' };
}

function evidenceOfUpdate(world: MemoryWorld, { targetId, partId, changes, input }: MemoryRequest): Finding {
  const id = partId ?? targetId ?? '';
  const now: object | undefined = world.groups.get(id) ?? world.plans.get(id) ?? world.machineAt(id)?.machine;
  const { protectionGroupIds: groupIds, ...wish } = { ...changes, ...input } as Record<string, unknown>;
  const wanted = Object.entries({ ...wish, groupIds }).filter(([, value]) => value !== undefined);
  const is = (name: string): unknown => (now as Record<string, unknown>)[name];
  const same =
    now !== undefined && wanted.every(([name, value]) => JSON.stringify(is(name)) === JSON.stringify(value));
  return same
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'it is as it was to become' }
    : { verdict: 'NOT_SEEN', evidence: 'it is as it was' };
}
