import type { ActionCommand, UpstreamCall, UpstreamRef } from './action-command.js';
import type { ActiveSite, Direction, DrAction, TargetType } from './dr-action.js';
import type { OperationStep, Prompt, ResourceFacts, StepState } from './observation.js';
import type { Problem } from './problem.js';
import type { Place } from './resource-paths.js';

/**
 * The life of an operation, the same on every upstream.
 * - `PENDING`: accepted, nothing sent.
 * - `SUBMITTING`: an intent is written; the request may have been sent.
 * - `RUNNING`: the upstream took it.
 * - `WAITING_FOR_INPUT`: the upstream waits for a person.
 * - `RECONCILING`: a send was ambiguous; evidence is being gathered. Nothing is sent meanwhile.
 * - `UNKNOWN`: the evidence did not decide. Still watched, still locked; a person is asked.
 * - `CANCELLING`: the upstream was, or is about to be, asked to stop.
 */
export const OPERATION_STATES = [
  'PENDING',
  'SUBMITTING',
  'RUNNING',
  'WAITING_FOR_INPUT',
  'RECONCILING',
  'UNKNOWN',
  'CANCELLING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'REJECTED',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** The four states that close the record for every writer. */
export const VERDICTS = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED'] as const;
export type Verdict = (typeof VERDICTS)[number];

export function isVerdict(state: OperationState): state is Verdict {
  return (VERDICTS as readonly string[]).includes(state);
}

export const OUTCOMES = ['FULL', 'PARTIAL', 'NONE'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** GATEWAY: asked for here. EXTERNAL: begun at the upstream by somebody else, and found there. */
export const ORIGINS = ['GATEWAY', 'EXTERNAL'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Who asked for an EXTERNAL operation, where the upstream does not tell. */
export const OUTSIDE = 'outside the gateway';

export interface OperationTarget {
  type: TargetType;
  /** null until a creation has made it. */
  id: string | null;
  name: string;
  /** The group or plan that a part belongs to; null or absent = the target is no part. */
  within?: Place | null;
}

/** What an operation made, by public id. */
export interface OperationResult {
  protectionGroupId?: string;
  recoveryPlanId?: string;
  protectedInstanceId?: string;
  replicationPairId?: string;
  drillId?: string;
}

/** One state-changing request of an operation, and how far its submission is. */
export interface SubmittedCall {
  call: UpstreamCall;
  state: 'PENDING' | 'SENDING' | 'ACCEPTED' | 'AMBIGUOUS' | 'REFUSED';
  attempt: SendAttempt | null;
  ref: UpstreamRef | null;
  /** The reference was concluded from evidence, not read in an answer. */
  adopted: boolean;
  /** Of a refused call: why, in a sentence. */
  refusal?: string | null;
}

export interface SendAttempt {
  id: string;
  /** When the intent was written. The quarantine counts from here. */
  intentTime: string;
  /** After this instant the attempt's owner cannot still be sending or waiting. */
  overBy: string;
  /** The journal in which its sender says when the request leaves; absent = it says so nowhere. */
  journalId?: string;
}

export interface CancelRequest {
  requestedBy: string;
  requestedTime: string;
  state: 'REQUESTED' | 'SENDING' | 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS';
  detail: string | null;
  /** After this instant the sender cannot still be sending or waiting. */
  overBy: string | null;
}

/** What the target was when the operation was accepted: it must be so still when it is sent. */
export interface ExpectedTarget {
  /** The upstream's own word. */
  word: string;
  activeSite: ActiveSite | null;
}

/** A person's answer to a prompt of the upstream, on its way there. */
export interface InputRequest {
  promptId: string;
  requestedBy: string;
  requestedTime: string;
  state: 'REQUESTED' | 'SENDING' | 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS';
  detail: string | null;
  /** After this instant the sender cannot still be sending or waiting. */
  overBy: string | null;
}

/** What a person may say became of an operation of which the upstream shows too little. */
export const RESOLUTIONS = ['SUCCEEDED', 'FAILED', 'NOT_EXECUTED'] as const;

/** How a person settled an operation that was UNKNOWN. */
export interface Resolution {
  verdict: (typeof RESOLUTIONS)[number];
  reason: string;
  resolvedBy: string;
  resolvedTime: string;
}

/** One step of an operation that is made of others. */
export interface CompositeStep {
  title: string;
  /** As far as it is known before the steps ahead of it have ended. */
  command: ActionCommand;
  /** Which ids are those that earlier steps made: by the index of the step. */
  takes: { target?: number; protectionGroup?: number; protectedInstance?: number; part?: number };
  /** It makes no sense unless one of these steps, by their indexes, went well; empty = it always does. */
  needsAnyOf: number[];
  /** Nothing after it makes sense when it fails. */
  essential: boolean;
  operationId: string | null;
  state: StepState;
  /** How far it got, once it has ended. */
  outcome: Outcome | null;
  progressPercent: number | null;
  /** Native id of what it made. */
  createdNativeId: string | null;
  detail: string | null;
  /** Why it failed. */
  error: Problem | null;
  /** When it was first tried to begin it; what stands in its way is waited for from then on. */
  triedSince: string | null;
}

/** Milliseconds; null = not that far. `total` goes on counting until the verdict. */
export interface OperationTimings {
  queuedMs: number | null;
  submitMs: number | null;
  upstreamMs: number | null;
  /** From the upstream's end to our verdict: by its own clock where it tells, else from when it was first seen to be over. */
  detectMs: number | null;
  totalMs: number | null;
}

/** The record. Only `reduce` in operation-machine.ts makes a new one, and only the store writes it. */
export interface Operation {
  /** The shape of the record (`operation-schema.ts`). */
  schema: number;
  id: string;
  /** One more with every event. */
  version: number;
  state: OperationState;
  outcome: Outcome | null;
  action: DrAction;
  target: OperationTarget;
  direction: Direction | null;
  siteId: string;
  provider: string;
  origin: Origin;
  requestedBy: string;
  reason: string | null;
  command: ActionCommand;
  /** Public ids of the groups that are locked until the verdict. */
  lockedGroupIds: string[];
  /** The target as it was found right before sending. */
  before: ResourceFacts | null;
  /** null = the action does not depend on it. */
  expected: ExpectedTarget | null;
  baseline: unknown;
  calls: SubmittedCall[];
  cancel: CancelRequest | null;
  /** null = nobody has answered a prompt. */
  input: InputRequest | null;
  /** null = no person had to settle it. */
  resolution: Resolution | null;
  /** The operation that this one is a step of; null = none. */
  parentId: string | null;
  /** The operations it is made of, in their order; null = it is one by itself. */
  composite: CompositeStep[] | null;
  /** How long it waited for places in our own budget: the start deadline did not run meanwhile. Absent = not at all. */
  heldBackMs?: number;
  /** The last attempts that are known not to have sent anything, oldest first. Absent = there was none. */
  attemptsNotSent?: string[];
  /**
   * Its groups that others held when it was written back: what the target shows since is theirs, and says nothing of this
   * one. Absent = there were none.
   */
  groupIdsOfOthers?: string[];
  progressPercent: number | null;
  steps: OperationStep[];
  prompts: Prompt[];
  warnings: string[];
  /** The upstream's own words, kept beside ours. */
  upstream: { state: string | null; jobs: { id: string; state: string | null }[] };
  /** What is known while it is RECONCILING or UNKNOWN, for the person who is asked. */
  evidence: string | null;
  /** Since when every job is over while the resource does not show the end yet. */
  jobsOverSince: string | null;
  /** When the last job ended, by the upstream's clock. Absent = that was not told. */
  upstreamEndedTime?: string;
  overdue: boolean;
  stalled: boolean;
  error: Problem | null;
  result: OperationResult | null;
  createdTime: string;
  /** When the upstream accepted the first request. */
  startedTime: string | null;
  endedTime: string | null;
  updatedTime: string;
  /** When progress was last seen to move. */
  progressTime: string;
  /** Nothing is tried again before this instant. */
  notBefore: string | null;
  timings: OperationTimings;
  /** Of the request that asked for it. */
  requestId: string | null;
  /** W3C `traceparent`: where in a trace its steps go on. Absent = whoever asked named no place, and nothing is traced. */
  traceparent?: string;
}
