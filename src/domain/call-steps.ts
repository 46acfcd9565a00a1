import type { JobObservation, OperationStep, StepState } from './observation.js';
import type { SubmittedCall } from './operation.js';

const OF_JOB: Readonly<Record<JobObservation['state'], StepState>> = {
  QUEUED: 'RUNNING',
  RUNNING: 'RUNNING',
  UNRECOGNIZED: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  GONE: 'RUNNING',
};
/** The worst of several jobs of one call speaks for it. */
const ORDER: readonly StepState[] = ['FAILED', 'CANCELLED', 'RUNNING', 'SUCCEEDED'];

/**
 * An operation of several calls (one a machine, say) shown step by step, so that what was done and what was not can
 * be told apart. Empty for an operation of one call.
 * @param arrived the target is where the action was to bring it: a job that is forgotten then went well
 */
export function stepsOfCalls(
  calls: readonly SubmittedCall[],
  jobs: readonly JobObservation[],
  arrived: boolean,
): OperationStep[] {
  if (calls.length < 2) return [];
  return calls.map((call, index) => {
    const own = jobs.filter((job) => call.ref?.jobIds.includes(job.id));
    const state = stateOf(call, own, arrived);
    const failure = own.find((job) => job.state === 'FAILED')?.error;
    return {
      id: String(index + 1),
      title: call.call.label,
      state,
      progressPercent: state === 'SUCCEEDED' ? 100 : (own[0]?.progressPercent ?? null),
      detail:
        call.state === 'REFUSED'
          ? (call.refusal ?? 'The upstream refused it.')
          : (failure?.message ?? failure?.code ?? null),
    };
  });
}

function stateOf(call: SubmittedCall, jobs: readonly JobObservation[], arrived: boolean): StepState {
  if (call.state === 'REFUSED') return 'FAILED';
  if (call.state === 'PENDING') return 'PENDING';
  if (call.state !== 'ACCEPTED') return 'RUNNING';
  if (jobs.length === 0) return (call.ref?.jobIds.length ?? 0) > 0 ? 'RUNNING' : 'SUCCEEDED';
  const states = jobs.map((job) => (job.state === 'GONE' && arrived ? 'SUCCEEDED' : OF_JOB[job.state]));
  return ORDER.find((state) => states.includes(state)) ?? 'RUNNING';
}
