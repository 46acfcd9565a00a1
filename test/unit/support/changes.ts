import type { Change } from '../../../src/domain/operation-change.js';
import { attempt, call, refusal, upstreamCall } from './operation.js';

const prepared = (...labels: string[]): NonNullable<Extract<Change, { kind: 'INTENT' }>['preparation']> => ({
  before: null,
  baseline: { workBegun: 0 },
  calls: labels.map((label) => call('PENDING', { call: upstreamCall(label) })),
  warnings: ['Replication is at 40 %.'],
});
export const intent = (callIndex: number, id: string, ...labels: string[]): Change => ({
  kind: 'INTENT',
  callIndex,
  attempt: attempt(id),
  ...(labels.length > 0 ? { preparation: prepared(...labels) } : {}),
});
export const accepted = (attemptId: string, ...jobIds: string[]): Change => ({
  kind: 'ACCEPTED',
  attemptId,
  ref: { jobIds },
});
export const refused = (attemptId: string): Change => ({ kind: 'REFUSED', attemptId, problem: refusal });
export const ambiguous = (attemptId: string): Change => ({
  kind: 'AMBIGUOUS',
  attemptId,
  evidence: 'The connection broke.',
});
