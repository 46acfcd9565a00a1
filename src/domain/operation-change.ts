import type { UpstreamRef } from './action-command.js';
import type { OperationStep, Prompt, ResourceFacts } from './observation.js';
import type { DrAction, TargetType } from './dr-action.js';
import type {
  CancelRequest,
  InputRequest,
  Outcome,
  Resolution,
  SendAttempt,
  SubmittedCall,
  Verdict,
} from './operation.js';
import type { Problem } from './problem.js';

/** Everything that can happen to an operation after it was accepted. */
export type Change =
  /** Right before a send: what was seen, what will be sent. */
  | {
      kind: 'INTENT';
      callIndex: number;
      attempt: SendAttempt;
      /** Set with the first intent only. */
      preparation?: {
        before: ResourceFacts | null;
        baseline: unknown;
        calls: SubmittedCall[];
        warnings: string[];
      };
    }
  | { kind: 'NOT_SENT'; attemptId: string; notBefore: string; heldBackMs?: number; text: string }
  | { kind: 'ACCEPTED'; attemptId: string; ref: UpstreamRef }
  | { kind: 'REFUSED'; attemptId: string; problem: Problem }
  | { kind: 'AMBIGUOUS'; attemptId: string; evidence: string }
  /**
   * Evidence shows that the upstream took an ambiguous call.
   * @property attemptId of the send that was looked for; another one may be in doubt by now. Absent = of whichever there is
   */
  | { kind: 'ADOPTED'; callIndex: number; attemptId?: string; ref: UpstreamRef; evidence: string }
  /**
   * Evidence does not decide: a person must.
   * @property attemptId as above; absent = it is about no send
   */
  | { kind: 'UNDECIDED'; attemptId?: string; evidence: string }
  /** The calls that were not sent will not be: the time for it is over. */
  | { kind: 'GIVEN_UP'; problem: Problem }
  /** @property heldBackMs how much of the delay is for our own budget alone; absent = nothing */
  | { kind: 'DELAYED'; notBefore: string; heldBackMs?: number; text: string }
  /** The store lost something, and no other witness knows whether it was sent: a person must decide. */
  | { kind: 'DOUBTED'; evidence: string }
  | { kind: 'OBSERVED'; seen: Seen }
  /** By the clock alone, whether or not its site can be looked at; never takes back that it is late. */
  | { kind: 'LATE'; overdue: boolean; stalled: boolean; text: string }
  /** What others began turns out to be another action than it was taken for. */
  | { kind: 'RECOGNIZED'; action: DrAction; warnings: string[]; text: string }
  | { kind: 'CANCEL_REQUESTED'; request: Pick<CancelRequest, 'requestedBy' | 'requestedTime'> }
  | { kind: 'CANCEL_SENDING'; overBy: string }
  /** @property overBy of the sending that it answers; absent = of whichever there is */
  | {
      kind: 'CANCEL_ANSWERED';
      state: RequestAnswer;
      detail: string | null;
      overBy?: string | null;
    }
  | {
      kind: 'INPUT_REQUESTED';
      request: Pick<InputRequest, 'promptId' | 'requestedBy' | 'requestedTime'>;
    }
  | { kind: 'INPUT_SENDING'; promptId: string; overBy: string }
  /** @property overBy as with CANCEL_ANSWERED */
  | {
      kind: 'INPUT_ANSWERED';
      promptId: string;
      state: RequestAnswer;
      detail: string | null;
      overBy?: string | null;
    }
  /** What was asked for waited too long to be sent at all: what runs there by now may be something else. */
  | { kind: 'REQUEST_LAPSED'; request: 'CANCEL' | 'INPUT'; detail: string }
  /** A person says what became of what is UNKNOWN. `shows` = something of it is to be seen upstream. */
  | {
      kind: 'RESOLVED';
      resolution: Resolution;
      shows: boolean;
      problem: Problem | null;
      createdId: string | null;
    }
  | CompositeChange
  | {
      kind: 'VERDICT';
      state: Verdict;
      outcome: Outcome;
      problem: Problem | null;
      createdId?: string | null;
      /** The last look at it. */
      seen?: Seen;
      text: string;
    };

/** What became of a request to a running operation; REQUESTED = it was not sent and will be tried again. */
export type RequestAnswer = 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS' | 'REQUESTED';

/** What happens to an operation that is made of others. Steps are named by their index. */
export type CompositeChange =
  | { kind: 'COMPOSITE_BEGUN' }
  /** Written in the same atomic step in which the step's own operation is accepted. */
  | { kind: 'STEP_STARTED'; index: number; operationId: string; lockedGroupIds: string[] }
  /** Something passing stands in its way. `operationId` = the one that was refused for it, if any. */
  | {
      kind: 'STEP_WAITING';
      index: number;
      operationId: string | null;
      since: string;
      notBefore: string;
      detail: string;
    }
  | { kind: 'STEP_SEEN'; index: number; seen: StepSeen }
  | {
      kind: 'STEP_ENDED';
      index: number;
      state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'SKIPPED';
      outcome: Outcome | null;
      detail: string | null;
      error: Problem | null;
      created: { type: TargetType; id: string; nativeId: string } | null;
    };

/** What the record of a composite shows of the operation that its current step is. */
export interface StepSeen {
  progressPercent: number | null;
  detail: string | null;
  warnings: string[];
  overdue: boolean;
  stalled: boolean;
}

/** The part of an observation that the record keeps. */
export interface Seen {
  progressPercent: number | null;
  steps: OperationStep[];
  prompts: Prompt[];
  warnings: string[];
  upstreamState: string | null;
  jobs: { id: string; state: string | null }[];
  jobsOver: boolean;
  /** When the last of the jobs ended, by the upstream's clock; absent = that is not told. */
  upstreamEndedTime?: string;
  overdue: boolean;
  stalled: boolean;
}
