import type { ActionCommand } from '../domain/action-command.js';
import { publicId } from '../domain/ids.js';
import { timingsOf } from '../domain/operation-timings.js';
import { OUTSIDE, type Operation } from '../domain/operation.js';
import type { PastRun } from '../domain/past-run.js';
import { problem, type Problem } from '../domain/problem.js';
import { isoTime } from '../platform/clock.js';
import type { Provider } from '../providers/provider.js';
import { targetOf } from './command-places.js';
import { lookalikes } from './external-words.js';
import { newOperation } from './new-operation.js';
import { pastOperationId } from './past-operation-id.js';

/** A run can have as many errors as machines; the site keeps them all. */
const MOST_SENTENCES = 50;
const LONGEST_TEXT = 2_000;

/**
 * An ended run in the shape of a record: without locks, jobs or steps, with the times that its site tells.
 * @param targetNativeId null = nothing at the site is known to be what it was about
 * @param now nothing began or ended later, whatever the site's clock says
 */
export function pastOperation(
  run: PastRun,
  targetNativeId: string | null,
  provider: Provider,
  now: number,
): Operation {
  const { siteId, descriptor } = provider;
  const { action, targetName, requestedBy, state, outcome } = run;
  const startMs = Math.min(Date.parse(run.startedTime), now);
  const endMs = Math.min(Math.max(startMs, Date.parse(run.endedTime ?? run.startedTime)), now);
  const [createdTime, endedTime] = [isoTime(startMs), isoTime(endMs)];
  const command: ActionCommand = {
    action,
    targetNativeId,
    partNativeId: null,
    direction: null,
    options: {},
    group: null,
    changes: null,
    input: null,
  };
  const request = {
    siteId,
    command,
    targetName,
    requestedBy: requestedBy ?? OUTSIDE,
    reason: null,
    requestId: null,
  };
  const record: Operation = {
    ...newOperation(pastOperationId(siteId, run), request, {
      provider: descriptor.provider,
      target: {
        ...targetOf(siteId, command, { resource: null }, targetName),
        id: targetNativeId === null ? null : publicId(siteId, targetNativeId),
      },
      lockedGroupIds: [],
      now: createdTime,
    }),
    origin: 'EXTERNAL',
    state,
    outcome,
    progressPercent: state === 'SUCCEEDED' ? 100 : null,
    warnings: warningsOf(run),
    upstream: { state: run.upstreamState, jobs: [] },
    error: state === 'FAILED' ? failureOf(run, provider) : null,
    startedTime: createdTime,
    endedTime,
    updatedTime: endedTime,
    progressTime: endedTime,
  };
  return { ...record, timings: timingsOf(record, endedTime) };
}

/** What the operation's one event says. */
export function wordsOf({ id, upstreamState, requestedBy }: PastRun): string {
  const by = requestedBy === null ? '' : `, by ${requestedBy}`;
  const report = id === '' ? '' : ` (report ${id})`;
  return `Taken over from the history of the site${report}: ${upstreamState}${by}.`;
}

function warningsOf({ state, errors, warnings, orElse, endedTime }: PastRun): string[] {
  return [
    ...bounded(state === 'FAILED' ? warnings : [...errors, ...warnings]),
    ...lookalikes([...orElse]),
    ...(endedTime === null ? ['The site does not tell when it ended.'] : []),
  ];
}

function failureOf({ errors, upstreamState }: PastRun, provider: Provider): Problem {
  const told = bounded(errors).join(' ').slice(0, LONGEST_TEXT) || null;
  return problem('upstream-failed', told ?? `The site's history says ${upstreamState}, and not why.`, {
    upstream: {
      provider: provider.descriptor.provider,
      site: provider.siteId,
      status: null,
      code: upstreamState,
      message: told,
      requestId: null,
    },
  });
}

function bounded(sentences: readonly string[]): string[] {
  const left = sentences.length - MOST_SENTENCES;
  return left > 0
    ? [...sentences.slice(0, MOST_SENTENCES), `There are ${left} more of these in the history of the site.`]
    : [...sentences];
}
