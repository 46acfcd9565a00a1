import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { ACTION_FACTS } from '#gateway/domain/action-facts';
import type { DrAction } from '#gateway/domain/dr-action';
import type { Change } from '#gateway/domain/operation-change';
import { eventOf } from '#gateway/domain/operation-event';
import { reduce } from '#gateway/domain/operation-machine';
import type { OperationEvent } from '#gateway/domain/operation-event';
import type { Operation } from '#gateway/domain/operation';
import { newOperation } from '#gateway/operations/new-operation';
import type { IdempotencyClaim } from '#gateway/operations/operation-store';

export const SITES = 8;
export const ACTIONS = [
  'FAILOVER',
  'PLANNED_FAILOVER',
  'REPROTECT',
  'START_DRILL',
  'CLEAN_UP_DRILL',
] as const;
export const PEOPLE = 40;

/** An operation that went through, from its request to its verdict. */
export interface FinishedWork {
  /** As it was accepted. */
  accepted: Operation;
  claim: IdempotencyClaim;
  /** What happened to it then, with the time of each, milliseconds. */
  changes: { atMs: number; change: Change }[];
}

/**
 * The n-th, created at that time: the site, the action and the person go round, and so do the plans if there is a number
 * of them (a multiple of that of the sites).
 * A record of about 1.9 kB and four events, as an SDRS failover without steps leaves them.
 */
export function finishedWork(n: number, createdMs: number, plans = Infinity): FinishedWork {
  const siteId = siteOf(n);
  const action: DrAction = ACTIONS[Math.floor(n / SITES) % ACTIONS.length] ?? 'FAILOVER';
  const direction = ACTION_FACTS[action].needsDirection ? 'TO_RECOVERY' : null;
  const plan = plans === Infinity ? n : n % plans;
  const nativeId = idOf(`group ${plan}`, plans === Infinity ? createdMs : 0);
  const jobId = idOf(`job ${n}`, createdMs);
  const id = `${siteId}.${idOf(`operation ${n}`, createdMs)}`;
  const accepted = newOperation(
    id,
    {
      siteId,
      command: {
        ...{ action, targetNativeId: nativeId, direction, options: {}, group: null, changes: null },
        ...{ partNativeId: null, input: null },
      },
      requestedBy: personOf(n),
      reason: `Quarterly drill of tier ${n % 4}`,
      requestId: idOf(`request ${n}`, createdMs),
    } as Parameters<typeof newOperation>[1],
    {
      provider: 'sdrs',
      target: { type: 'RECOVERY_PLAN', id: `${siteId}.${nativeId}`, name: `Plan ${plan}` },
      lockedGroupIds: [`${siteId}.${nativeId}`],
      now: iso(createdMs),
    },
  );
  const attemptId = `attempt-${n}`;
  const call = {
    label: action.toLowerCase(),
    method: 'POST' as const,
    path: `/v1/0123456789abcdef0123456789abcdef/server-groups/${nativeId}/action`,
    body: { [action.toLowerCase()]: {} },
  };
  const submitted = { call, state: 'PENDING' as const, attempt: null, ref: null, adopted: false };
  const attempt = { id: attemptId, intentTime: iso(createdMs + 900), overBy: iso(createdMs + 40_900) };
  return {
    accepted,
    claim: { keyHash: digest(`key ${n}`), fingerprint: digest(`request ${n}`) },
    changes: [
      {
        atMs: createdMs + 900,
        change: {
          kind: 'INTENT',
          callIndex: 0,
          attempt,
          preparation: { before: null, baseline: { workBegun: 0 }, calls: [submitted], warnings: [] },
        },
      },
      { atMs: createdMs + 1_100, change: { kind: 'ACCEPTED', attemptId, ref: { jobIds: [jobId] } } },
      {
        atMs: createdMs + 301_100,
        change: {
          kind: 'VERDICT',
          state: n % 16 === 0 ? 'FAILED' : 'SUCCEEDED',
          outcome: n % 16 === 0 ? 'NONE' : 'FULL',
          problem: null,
          text: 'The plan arrived where it was to go.',
        },
      },
    ],
  };
}

/** The record as it stands at the end, and all its events. */
export function endOf({ accepted, changes }: FinishedWork): { record: Operation; events: OperationEvent[] } {
  const events = [
    eventOf(accepted, 'operation.accepted', `${accepted.requestedBy} asked for it.`, accepted.createdTime),
  ];
  let record = accepted;
  for (const { atMs, change } of changes) {
    const step = reduce(record, change, iso(atMs));
    if (!step) throw new Error(`${change.kind} was ignored in ${record.state}`);
    record = step.operation;
    events.push(step.event);
  }
  return { record, events };
}

export function siteOf(n: number): string {
  return `site-${n % SITES}`;
}

export function personOf(n: number): string {
  return `user-${Math.floor(n / (SITES * ACTIONS.length)) % PEOPLE}`;
}

/** The same one every time, with the time that ids have at their beginning. */
function idOf(text: string, createdMs: number): string {
  const random = createHash('sha256').update(text).digest().subarray(0, 16);
  return uuidv7({ msecs: createdMs, random });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
