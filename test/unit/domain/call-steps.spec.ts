import { stepsOfCalls } from '../../../src/domain/call-steps.js';
import type { JobObservation, JobState } from '../../../src/domain/observation.js';
import type { SubmittedCall } from '../../../src/domain/operation.js';
import { call, upstreamCall } from '../support/operation.js';

function job(id: string, state: JobState): JobObservation {
  const error = state === 'FAILED' ? { code: 'worn-out', message: 'the rope broke' } : null;
  return { id, state, word: null, progressPercent: 30, error };
}
const about = (machine: string, state: SubmittedCall['state'], changes: Partial<SubmittedCall> = {}) =>
  call(state, { call: upstreamCall(`disable ${machine}`), ref: { jobIds: [`job-${machine}`] }, ...changes });

it('an operation of one call has no steps but those its upstream tells of', () => {
  expect(stepsOfCalls([call('ACCEPTED')], [job('job-1', 'RUNNING')], false)).toEqual([]);
});

it('several calls are told one by one, with what went wrong in each', () => {
  const calls = [
    about('a', 'ACCEPTED'),
    about('b', 'ACCEPTED'),
    about('c', 'REFUSED', { ref: null, refusal: 'It is locked.' }),
    about('d', 'ACCEPTED', { ref: { jobIds: [] } }),
    about('e', 'PENDING', { ref: null }),
    about('f', 'AMBIGUOUS', { ref: null }),
  ];
  const steps = stepsOfCalls(calls, [job('job-a', 'RUNNING'), job('job-b', 'FAILED')], false);
  expect(steps.map(({ title, state, detail }) => [title, state, detail])).toEqual([
    ['disable a', 'RUNNING', null],
    ['disable b', 'FAILED', 'the rope broke'],
    ['disable c', 'FAILED', 'It is locked.'],
    ['disable d', 'SUCCEEDED', null],
    ['disable e', 'PENDING', null],
    ['disable f', 'RUNNING', null],
  ]);
});

it('a job that is forgotten has gone well only if the target has arrived', () => {
  const calls = [about('a', 'ACCEPTED'), about('b', 'ACCEPTED')];
  const jobs = [job('job-a', 'GONE'), job('job-b', 'SUCCEEDED')];
  expect(stepsOfCalls(calls, jobs, false).map(({ state }) => state)).toEqual(['RUNNING', 'SUCCEEDED']);
  expect(stepsOfCalls(calls, jobs, true).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});
