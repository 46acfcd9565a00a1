import type { ActionCommand } from '../domain/action-command.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { directionTo, type Direction, type DrAction } from '../domain/dr-action.js';
import { parsePublicId } from '../domain/ids.js';
import { resultOf } from '../domain/operation-result.js';
import { timingsOf } from '../domain/operation-timings.js';
import { OUTSIDE, type Operation, type SubmittedCall } from '../domain/operation.js';
import { problem } from '../domain/problem.js';
import type { UpstreamRun } from '../domain/site-survey.js';
import type { Provider } from '../providers/provider.js';
import { targetOf } from './command-places.js';
import type { PastChange } from './external-changes.js';
import { factsOf, isPassing, type SeenResource } from './external-resources.js';
import { newOperation } from './new-operation.js';

/** What was found, in the shape of a record. */
export interface Found {
  action: DrAction;
  /** What it is done to, as it is now; of what is gone: as it was. */
  seen: SeenResource;
  /** As it rested before; null = not known. */
  before: SeenResource | null;
  runs: readonly UpstreamRun[];
  /** Everything that is held for it. */
  lockedGroupIds: string[];
  direction: Direction | null;
  warnings: string[];
}

/** An operation that is under way at the upstream, begun by somebody else. */
export function runningOperation(id: string, found: Found, provider: Provider, now: string): Operation {
  const { runs, seen } = found;
  const started = earliest(runs, now);
  const operation = recordOf(id, found, provider, now);
  return {
    ...operation,
    state: 'RUNNING',
    startedTime: started ?? now,
    upstream: { state: seen.word, jobs: runs.map(({ jobId }) => ({ id: jobId, state: null })) },
  };
}

/** One that had ended before it was found. */
export function endedOperation(
  id: string,
  found: Found,
  { well, after }: PastChange,
  provider: Provider,
  now: string,
): Operation {
  const { action, runs } = found;
  const operation = recordOf(id, found, provider, now);
  const word = after?.word ?? null;
  const made = action.startsWith('CREATE_') && after ? operation.target.id : null;
  const drill = action === 'START_DRILL' && after?.kind === 'DRILL' ? after.id : null;
  const ended: Operation = {
    ...operation,
    state: well ? 'SUCCEEDED' : 'FAILED',
    outcome: well ? 'FULL' : 'PARTIAL',
    progressPercent: well ? 100 : null,
    startedTime: earliest(runs, now),
    endedTime: now,
    upstream: { state: word, jobs: runs.map(({ jobId }) => ({ id: jobId, state: null })) },
    error: well ? null : problem('outcome-partial', `The target was found in ${word ?? 'no state'}.`),
    result: made ? resultOf(operation.target.type, made) : drill ? resultOf('DRILL', drill) : null,
  };
  return { ...ended, timings: timingsOf(ended, now) };
}

function recordOf(id: string, found: Found, provider: Provider, now: string): Operation {
  const { action, seen, before, runs, lockedGroupIds, direction, warnings } = found;
  const { siteId, descriptor } = provider;
  const command: ActionCommand = {
    action,
    targetNativeId: nativeId(seen.holderId),
    partNativeId: seen.kind === 'DRILL' ? nativeId(seen.id) : null,
    direction: ACTION_FACTS[action].needsDirection ? direction : null,
    options: {},
    group: null,
    changes: null,
    input: null,
  };
  const requestedBy = runs.find((run) => run.requestedBy)?.requestedBy ?? OUTSIDE;
  const request = { siteId, command, targetName: seen.name, requestedBy, reason: null, requestId: null };
  const resource = seen.kind === 'DRILL' ? null : factsOf(descriptor, seen);
  return {
    ...newOperation(id, request, {
      provider: descriptor.provider,
      target: targetOf(siteId, command, { resource }, seen.name),
      lockedGroupIds,
      now,
    }),
    origin: 'EXTERNAL',
    before: before && !isPassing(descriptor, before) ? factsOf(descriptor, before) : null,
    calls: callsOf(action, runs),
    warnings,
  };
}

/** Nobody here knows the request; what is known of it are its jobs. */
function callsOf(action: DrAction, runs: readonly UpstreamRun[]): SubmittedCall[] {
  if (runs.length === 0) return [];
  const label = `${ACTION_FACTS[action].pathName}, begun outside the gateway`;
  const call = { label, method: 'POST', path: '', body: null } as const;
  const ref = { jobIds: runs.map(({ jobId }) => jobId) };
  return [{ call, state: 'ACCEPTED', attempt: null, ref, adopted: true }];
}

/** By the upstream's clock, which may be wrong: never later than now. */
function earliest(runs: readonly UpstreamRun[], now: string): string | null {
  const times = runs.flatMap(({ startedTime }) => (startedTime ? [Date.parse(startedTime)] : []));
  const known = times.filter((time) => time <= Date.parse(now));
  return known.length > 0 ? new Date(Math.min(...known)).toISOString() : null;
}

/** Where it leads from where it was seen at rest; null = that was not seen. */
export function directionFrom(before: SeenResource | null, after: SeenResource | null): Direction | null {
  if (before?.nextDirection) return before.nextDirection;
  if (!before?.activeSite) return null;
  const to = before.activeSite === 'PRODUCTION' ? 'RECOVERY' : 'PRODUCTION';
  return after?.activeSite === before.activeSite ? null : directionTo(after?.activeSite ?? to);
}

function nativeId(publicId: string): string | null {
  return parsePublicId(publicId)?.nativeId ?? null;
}
