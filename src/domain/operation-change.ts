import type { UpstreamRef } from './action-command.js';
import type { OperationStep, Prompt, ResourceFacts } from './observation.js';
import type { CancelRequest, Outcome, SendAttempt, SubmittedCall, Verdict } from './operation.js';
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
  | { kind: 'NOT_SENT'; attemptId: string; notBefore: string; text: string }
  | { kind: 'ACCEPTED'; attemptId: string; ref: UpstreamRef }
  | { kind: 'REFUSED'; attemptId: string; problem: Problem }
  | { kind: 'AMBIGUOUS'; attemptId: string; evidence: string }
  /** Evidence shows that the upstream took an ambiguous call. */
  | { kind: 'ADOPTED'; callIndex: number; ref: UpstreamRef; evidence: string }
  /** Evidence does not decide: a person must. */
  | { kind: 'UNDECIDED'; evidence: string }
  /** The calls that were not sent will not be: the time for it is over. */
  | { kind: 'GIVEN_UP'; problem: Problem }
  | { kind: 'DELAYED'; notBefore: string; text: string }
  | { kind: 'OBSERVED'; seen: Seen }
  | { kind: 'CANCEL_REQUESTED'; request: Pick<CancelRequest, 'requestedBy' | 'requestedTime'> }
  | { kind: 'CANCEL_SENDING'; overBy: string }
  | {
      kind: 'CANCEL_ANSWERED';
      state: 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS' | 'REQUESTED';
      detail: string | null;
    }
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

/** The part of an observation that the record keeps. */
export interface Seen {
  progressPercent: number | null;
  steps: OperationStep[];
  prompts: Prompt[];
  warnings: string[];
  upstreamState: string | null;
  jobs: { id: string; state: string | null }[];
  jobsOver: boolean;
  overdue: boolean;
  stalled: boolean;
}
